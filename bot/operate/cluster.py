"""`huike cluster`: several apps, workers and Rasas behind nginx on this machine, as `deploy/compose.yml` has them in
containers. PostgreSQL and Redis are those the settings name."""

import asyncio
import getpass
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bot.operate import processes, supervisor, training
from bot.operate.supervisor import Child
from bot.operate.up import (
    StepFailed,
    explain,
    prepare,
    together,
)
from bot.settings import Settings

NGINX_TEMPLATE = training.ROOT / "deploy" / "nginx.conf"
PATIENCE_SECONDS = 240
"""For each process: they all start at once."""
CONNECTIONS = 80
"""To PostgreSQL, of all apps and workers together: of its usual 100 some are kept for the Rasas and for people."""
SERVER = "server {address} max_fails=0;"
"""Never left out for a while: with one of two away, a single failure of the other would leave none."""

_AROUND = """daemon off;
worker_processes 2;
error_log stderr warn;
pid {folder}/nginx.pid;
{user}
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/huike.conf;
}}
"""


@dataclass(frozen=True)
class Ports:
    """All on this machine: what customers reach, and after it what the processes reach of each other."""

    public: int
    apps: int
    workers: int
    rasas: int

    @property
    def internal(self) -> int:
        return self.public + 1

    def of_apps(self) -> list[int]:
        return [self.public + 2 + place for place in range(self.apps)]

    def of_workers(self) -> list[int]:
        return [self.public + 2 + self.apps + place for place in range(self.workers)]

    def of_rasas(self) -> list[int]:
        return [self.public + 2 + self.apps + self.workers + place for place in range(self.rasas)]

    def all(self) -> Iterator[int]:
        yield from (self.public, self.internal, *self.of_apps(), *self.of_workers(), *self.of_rasas())


class Cluster:
    """The processes by name: `app-1`, `worker-1`, `rasa-1`, `nginx`. Call `start`, and `stop` whatever happened."""

    def __init__(self, settings: Settings, *, apps: int = 2, workers: int = 2, rasas: int = 2) -> None:
        self.settings, self.ports = settings, Ports(settings.port, apps, workers, rasas)
        self.url = f"http://{settings.host}:{settings.port}"
        self._internal = f"http://127.0.0.1:{self.ports.internal}"
        self._folder = settings.data_dir.absolute() / "nginx"
        self._watching: list[asyncio.Task[None]] = []
        own = {
            "HUIKE_RASA_URL": self._internal,
            "HUIKE_HOST": "127.0.0.1",
            "HUIKE_TRUSTED_PROXIES": "127.0.0.1",
            "HUIKE_DATABASE_CONNECTIONS": str(min(settings.database_connections, CONNECTIONS // (apps + workers))),
        }
        inner = settings.model_copy(update={"host": "127.0.0.1", "tracker_url": self._tracker_url()})
        self.children: dict[str, Child] = {}
        for number, port in enumerate(self.ports.of_apps(), 1):
            self._add(processes.app(inner, name=f"app-{number}", port=port, worker=False, **own))
        for number, port in enumerate(self.ports.of_workers(), 1):
            self._add(processes.worker(inner, name=f"worker-{number}", port=port, **own))
        for number, port in enumerate(self.ports.of_rasas(), 1):
            actions = f"{self._internal}/actions/webhook"
            self._add(processes.rasa(inner, name=f"rasa-{number}", port=port, actions_url=actions))
        self._add(self._nginx())

    def _add(self, child: Child) -> None:
        self.children[child.name] = child

    def _tracker_url(self) -> str:
        """Where the Rasas keep their trackers: in one database, so that any of them goes on with any conversation."""
        return self.settings.tracker_url or self.settings.database_url

    def _nginx(self) -> Child:
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        return Child(
            name="nginx",
            command=[program, "-p", str(self._folder), "-e", "stderr", "-c", str(self._folder / "nginx.conf")],
            environment=dict(os.environ),
            folder=training.ROOT,
            log_file=self.settings.data_dir.absolute() / "logs" / "nginx.log",
            ready_url=f"{self.url}/healthz",
        )

    def write_nginx_configuration(self) -> None:
        """`deploy/nginx.conf` with this machine's ports."""
        self._folder.mkdir(parents=True, exist_ok=True)
        listen = f"{self.settings.host}:{self.ports.public}"
        filled = {
            "HUIKE_LISTEN": listen,
            "HUIKE_LISTEN_INTERNAL": f"127.0.0.1:{self.ports.internal}",
            "HUIKE_APP_SERVERS": _servers(self.ports.of_apps()),
            "HUIKE_RASA_SERVERS": _servers(self.ports.of_rasas()),
        }
        text = NGINX_TEMPLATE.read_text(encoding="utf-8")
        for name, value in filled.items():
            text = text.replace(f"${{{name}}}", value)
        (self._folder / "huike.conf").write_text(text, encoding="utf-8")
        # Its own folders are this user's; for anybody but root nginx stays who it is.
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        (self._folder / "nginx.conf").write_text(_AROUND.format(folder=self._folder, user=user), encoding="utf-8")

    def check(self) -> None:
        """Raises StepFailed when something that a cluster needs is missing."""
        if not self.settings.database_url.startswith("postgresql"):
            raise StepFailed("Several processes need PostgreSQL.", "Set HUIKE_DATABASE_URL=postgresql://…")
        if not self.settings.redis_url:
            raise StepFailed("Several apps need Redis, to count limits together.", "Set HUIKE_REDIS_URL=redis://…")
        if not Path(self.children["nginx"].command[0]).exists():
            raise StepFailed("nginx is not installed.", "On Debian and Ubuntu: apt-get install nginx-light")
        if not training.rasa_installed():
            raise StepFailed("Rasa's environment is missing.", "Run `make train`, which installs it.")
        for port in self.ports.all():
            try:
                supervisor.check_port("127.0.0.1", port, "HUIKE_PORT")
            except supervisor.PortTaken as taken:
                advice = f"The ports from {self.ports.public} on are needed; choose others with HUIKE_PORT."
                raise StepFailed(f"Port {port} is taken by another program.", advice) from taken

    async def start(self) -> None:
        """Start everything and wait until it is ready. Raises StepFailed."""
        self.write_nginx_configuration()
        nginx = self.children["nginx"]
        await together(*(_started(child) for child in self.children.values() if child is not nginx))
        await _started(nginx)

    def watch(self, console: Console) -> None:
        """Start again whatever ends, until `stop`."""
        children = list(self.children.values())
        self._watching = [asyncio.create_task(supervisor.watch(child, console.print)) for child in children]
        self._watching.append(asyncio.create_task(supervisor.keep_logs_small(children)))

    def reload_nginx(self) -> None:
        """Have nginx read its configuration anew; sockets that are open stay with the old one until they close."""
        nginx = self.children["nginx"].process
        assert nginx is not None
        nginx.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        """End everything: those that take messages in first, Rasa after those that still ask it."""
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        for kind in ("nginx", "app", "worker", "rasa"):
            await asyncio.gather(*(child.stop() for name, child in self.children.items() if name.startswith(kind)))


def _servers(ports: list[int]) -> str:
    return " ".join(SERVER.format(address=f"127.0.0.1:{port}") for port in ports)


async def _started(child: Child) -> None:
    await child.start()
    try:
        await child.wait_ready(PATIENCE_SECONDS)
    except supervisor.StartFailed as failure:
        raise StepFailed(f"{failure}.", f"The end of {child.log_file} says why:", failure.log) from failure


async def run(settings: Settings, console: Console, *, apps: int, workers: int, rasas: int) -> int:
    """Start and watch all parts until Ctrl-C or SIGTERM. Returns the exit status."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    cluster = Cluster(settings, apps=apps, workers=workers, rasas=rasas)
    starting = asyncio.create_task(_bring_up(cluster, console))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            return 130
        starting.result()
        cluster.watch(console)
        console.print(f"Ready at {cluster.url}: {', '.join(cluster.children)}. Ctrl-C stops it.")
        await stop.wait()
        console.print("Stopping …")
        return 0
    except StepFailed as failure:
        return explain(console, failure)
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await cluster.stop()


async def _bring_up(cluster: Cluster, console: Console) -> None:
    cluster.check()
    await prepare(cluster.settings, console)
    await cluster.start()
