"""Everything that differs from one installation to the next, read from the environment (prefix HUIKE_) or `.env`."""

from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_SECRET = "demo-only-secret-never-use-this-in-a-real-shop"  # noqa: S105 - refused outside demo mode
SECRET_MIN_CHARACTERS = 32


class PolicySettings(BaseSettings):
    """Where the shop's policy is. A part of its own: looking at a policy needs none of the other settings."""

    model_config = SettingsConfigDict(env_prefix="HUIKE_", env_file=".env", extra="ignore")

    policy_file: Path | None = None
    """The shop's own file; what it leaves out is as in shop.yml."""


class Settings(PolicySettings):
    """Typed settings. Outside demo mode no secret has a default: the start is refused and says which is missing."""

    demo: bool = False
    data_dir: Path = Path("data")
    attachments_dir: Path | None = None
    """Files of customers and agents; a folder that all machines share where there are several. Else in `data_dir`."""
    database_url: str = ""
    database_connections: int = Field(default=30, ge=4)
    """To PostgreSQL, at most, from each process; all processes together must stay below the server's own limit."""
    redis_url: str = ""
    rasa_url: str = "http://127.0.0.1:5005"
    tracker_url: str = ""
    actions_url: str = ""
    """Where Rasa reaches the custom actions; the app's own address unless something stands in between."""
    public_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    demo_exposed: bool = False
    """Let a demo, whose log-ins and secrets everybody knows, listen on other addresses than this machine's own."""
    widget_origins: str = ""
    """Pages that may open the chat, such as https://shop.example, comma separated; empty: any."""
    metrics_token: SecretStr = SecretStr("")
    """Opens `/metrics` to who sends it as a bearer token; without one only this machine may look."""
    trusted_proxies: str = "127.0.0.1"
    """Whose `X-Forwarded-For` is believed: addresses and networks, comma separated; empty: nobody's."""

    secret_key: SecretStr = SecretStr("")
    old_secret_key: SecretStr = SecretStr("")
    """What the store was written with until now; only `huike keys rotate` reads it."""
    encrypt_at_rest: bool = False
    """Names, birthdays and what was said are encrypted in the database, as phone numbers and addresses always are; for
    what was written before there is `huike keys seal`."""
    actions_secret: SecretStr = SecretStr("")
    identity_secret: SecretStr = SecretStr("")
    """Verifies the shop's signed identity tokens: an HS256 secret or an RS256 public key in PEM."""
    api_keys: SecretStr = SecretStr("")

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_bot_name: str = ""

    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "Huike <noreply@localhost>"

    web_burst: int = Field(default=15, ge=1)
    """Messages a visitor of the website may send at once; after that `web_per_second`."""
    web_per_second: float = Field(default=1.0, gt=0)
    web_visitors_per_address: int = Field(default=200, ge=1)
    """Open chats that one address may hold; what else is limited by address follows from it."""

    web_file_megabytes: int = Field(default=10, ge=1)
    """The largest file a visitor of the website may send."""
    web_files_per_hour: int = Field(default=30, ge=1)
    """Files that one visitor may send in an hour, and ten times as many one address."""

    import_megabytes: int = Field(default=32, ge=1, le=64)
    """The largest file that the console takes to be imported."""

    max_parallel_turns: int = 16
    log_json: bool = False
    log_file: Path | None = None
    """Where this process writes its log instead of standard error; each process needs a file of its own."""
    log_file_megabytes: float = Field(default=20, gt=0)
    """A log file that has grown to this is put aside."""
    log_files_kept: int = Field(default=5, ge=1)

    disk_free_megabytes: int = Field(default=200, ge=0)
    """With less room left where the data folder is, `/readyz` is red and `huike doctor` unwell."""

    worker_port: int = 0
    """Where `huike worker` answers `/healthz`, `/readyz` and `/metrics`; 0: nowhere."""

    @model_validator(mode="after")
    def _fill_and_check(self) -> Self:
        if not self.database_url:
            self.database_url = f"sqlite:///{self.data_dir / 'huike.db'}"
        if self.demo:
            self._keep_demo_at_home()
            for name in ("secret_key", "actions_secret", "identity_secret"):
                if not getattr(self, name).get_secret_value():
                    setattr(self, name, SecretStr(f"{DEMO_SECRET}-{name}"))
        for name in ("secret_key", "actions_secret"):
            value = getattr(self, name).get_secret_value()
            if len(value) < SECRET_MIN_CHARACTERS:
                raise ValueError(
                    f"HUIKE_{name.upper()} needs at least {SECRET_MIN_CHARACTERS} random characters "
                    "(for example from `openssl rand -hex 32`), or set HUIKE_DEMO=true to try Huike with demo data"
                )
            if not self.demo and value.startswith(DEMO_SECRET):
                raise ValueError(f"HUIKE_{name.upper()} is the demo's secret; a real shop needs its own")
        if not self.demo:
            self._check_optional_secrets()
        return self

    def _check_optional_secrets(self) -> None:
        """What may be left out is no shorter than the others where it is there."""
        given = {name: getattr(self, name).get_secret_value() for name in ("identity_secret", "metrics_token")}
        for name, value in (*given.items(), *(("api_keys", key) for key in self.api_key_list())):
            if value and len(value) < SECRET_MIN_CHARACTERS:
                each = "each of its keys" if name == "api_keys" else "it"
                raise ValueError(
                    f"HUIKE_{name.upper()}: {each} needs at least {SECRET_MIN_CHARACTERS} random characters "
                    "(for example from `openssl rand -hex 32`)"
                )

    def _keep_demo_at_home(self) -> None:
        if not is_loopback(self.host) and not self.demo_exposed:
            raise ValueError(
                f"HUIKE_HOST={self.host} would show a demo to the network, with log-ins and secrets everybody knows. "
                "Leave it at 127.0.0.1, set HUIKE_DEMO=false and secrets of your own, or say HUIKE_DEMO_EXPOSED=true"
            )

    @property
    def attachments(self) -> Path:
        """The folder of the files that came with messages."""
        return self.attachments_dir or self.data_dir / "attachments"

    @property
    def rasa_dir(self) -> Path:
        """The one folder that Rasa's process writes to."""
        return self.data_dir / "rasa"

    def widget_origin_list(self) -> list[str]:
        return [each.strip().rstrip("/").casefold() for each in self.widget_origins.split(",") if each.strip()]

    def api_key_list(self) -> list[str]:
        return [key.strip() for key in self.api_keys.get_secret_value().split(",") if key.strip()]


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
