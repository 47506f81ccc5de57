"""What the trail is narrowed down to, as the address of the page says it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members
from crm_store.audit_reading import Wanted
from crm_store.clock import business_zone
from crm_store.errors import NotFound

ID_DIGITS = 9


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """As it was typed; empty: whichever. `who`: an agent's id, 0 for the program and other systems; `whom`: a member's
    number; `since`, `until`: days at the shop, both included."""

    who: str = ""
    act: str = ""
    whom: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "AuditFilter":
        """From the fields of an address."""
        return cls(**{each.name: asked.get(each.name, "") for each in fields(cls)})

    def query(self, **more: object) -> str:
        """The part of an address behind the question mark."""
        return urlencode({key: value for key, value in (asdict(self) | more).items() if value != ""})

    async def wanted(self, session: AsyncSession) -> Wanted:
        """What can be meant by it; days that are none count as empty. Raises NotFound: no member has that number."""
        member_id = None
        if number := self.whom.strip():
            member = await members.by_number(session, number) if number.isalnum() else None
            if member is None:
                raise NotFound("member", number)
            member_id = member.id
        until = _day(self.until)
        return Wanted(
            agent_id=number_of(self.who),
            action=self.act if self.act.isidentifier() else None,
            member_id=member_id,
            since=_beginning(_day(self.since)),
            until=_beginning(until + timedelta(days=1)) if until and until < date.max else None,
        )


def number_of(text: str) -> int | None:
    """An id as an address tells it; None for what cannot be one."""
    return int(text) if text.isdecimal() and len(text) <= ID_DIGITS else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _beginning(day: date | None) -> datetime | None:
    try:
        return datetime.combine(day, time.min, business_zone()).astimezone(UTC) if day else None
    except OverflowError:  # at an end of the calendar, and nothing happened before or after
        return None
