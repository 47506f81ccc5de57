"""How actions send e-mail, one-time codes and conversations, without knowing how mail leaves the house."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from crm_store.language import Language


class Mailer(Protocol):
    """Takes a mail over and sends it later: to the customer a known and an unknown address must take equally long."""

    @property
    def delivers(self) -> bool:
        """Whether mail really reaches people: not in a demo without a mail server, which only writes codes into its
        log, and not while the mail server is away."""

    def send_code(self, *, to: str, code: str, life: timedelta, language: Language) -> None:
        """Take over a mail with a one-time `code` that is valid for `life`. Returns at once, never raises."""

    def look(self, *, life: timedelta) -> None:
        """See whether mail goes out at all, in place of the mail to an address that is nobody's: that `delivers`
        changes after it must not tell known addresses from others. Returns at once, never raises."""

    def send_transcript(self, *, to: str, began: datetime, lines: Sequence[str], language: Language, key: str) -> None:
        """Take over a mail with the lines of a conversation that `began` then; the same `key` again sends none.
        Returns at once, never raises."""


_mailer: list[Mailer] = []


def use_mailer(mailer: Mailer | None) -> None:
    """Set the mailer of this process; None: no mail can be sent."""
    _mailer[:] = [mailer] if mailer else []


def mailer() -> Mailer | None:
    return _mailer[0] if _mailer else None


def mail_arrives() -> bool:
    """Whether what is sent reaches anybody: where it does not, no code is asked for."""
    post = mailer()
    return post is not None and post.delivers
