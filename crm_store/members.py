"""Members: who they are, how to address them, how to reach them, and how they come and go."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, validates

from crm_store import clock, names, numbering
from crm_store.append_only import append_only
from crm_store.crypto import EncryptedText, blind_index, normalise_email
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound
from crm_store.folding import name_key
from crm_store.labels import label
from crm_store.language import Language
from crm_store.numbering import canonical
from crm_store.phones import normalise_phone, phone_forms
from crm_store.policy import policy
from crm_store.profile import Gender, ProfileInvalid, check_profile, is_email, is_phone
from crm_store.sealing import SealableDay, SealableText, SealableWords

__all__ = [
    "PERSONAL_FIELDS",
    "PROFILE_FIELDS",
    "ContactTaken",
    "Gender",
    "Member",
    "MemberChange",
    "MemberErased",
    "MemberStatus",
    "NumberTaken",
    "ProfileInvalid",
    "ProfileValue",
    "StatusNotAllowed",
    "addressed_as",
    "by_email",
    "by_number",
    "by_phone",
    "changes",
    "create",
    "erase",
    "find",
    "full_name",
    "get",
    "is_email",
    "is_phone",
    "keep",
    "learn_zone",
    "leave",
    "lock",
    "note_topics",
    "request_cancellation",
    "set_marketing_consent",
    "update_profile",
]

FIRST_NUMBER = 100_001
NAME_KEY_CHARACTERS = 500
NAME_FIELDS = ("family_name", "given_name", "preferred_name")
PERSONAL_FIELDS = ("family_name", "given_name", "preferred_name", "gender", "phone", "email", "birthday")
PROFILE_FIELDS = (*PERSONAL_FIELDS, "language", "interests", "named_contact_id")

ProfileValue = str | date | list[str] | int | None


BY_IMPORT = "import:"
"""How the name of who changed a member begins where a file did."""


class MemberStatus(StrEnum):
    ACTIVE = "active"
    LEAVING = "leaving"
    LEFT = "left"
    ERASED = "erased"


def _lowest_tier() -> str:
    return policy().tiers.codes()[0]


def _first_name_key(context: DefaultExecutionContext) -> str:
    """Of a row that is written without an object, as bulk work does."""
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return name_key(*(values.get(field) or "" for field in NAME_FIELDS))[:NAME_KEY_CHARACTERS]


class Member(Base):
    """A member of the shop's programme.

    Phone and e-mail are encrypted; setting them sets their blind index, which is unique and serves look-ups.
    `level_due_at`: until when the level is kept if nothing more is earned; empty for the first.
    `name_key`, what the name is found by, follows the names by itself. `interests` are product categories the member
    chose; `named_contact_id` is the agent who looks after the member.
    """

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    family_name: Mapped[str] = mapped_column(SealableText(80), default="")
    given_name: Mapped[str] = mapped_column(SealableText(80), default="")
    preferred_name: Mapped[str] = mapped_column(SealableText(80), default="")
    name_key: Mapped[str] = mapped_column(
        SealableWords("name", NAME_KEY_CHARACTERS, names=True), default=_first_name_key, server_default=""
    )
    gender: Mapped[str | None] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(10), default=Language.ZH_HANS)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    phone_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(EncryptedText)
    email_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    birthday: Mapped[date | None] = mapped_column(SealableDay)
    joined_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    status: Mapped[str] = mapped_column(String(20), default=MemberStatus.ACTIVE, index=True)
    tier_code: Mapped[str] = mapped_column(String(20), default=_lowest_tier, index=True)
    level_due_at: Mapped[datetime | None] = mapped_column(index=True)
    interests: Mapped[list[str]] = mapped_column(default=list)
    named_contact_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    marketing_consent: Mapped[bool] = mapped_column(default=False)
    marketing_consent_at: Mapped[datetime | None]
    opted_out_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    time_zone: Mapped[str | None] = mapped_column(String(64))
    """Where the member's browser was last, as an IANA name."""

    @property
    def zone(self) -> ZoneInfo:
        """Where the member is, as far as known; else where the shop is."""
        return ZoneInfo(self.time_zone) if self.time_zone else clock.business_zone()

    @validates(*NAME_FIELDS)
    def _fold_name(self, field: str, value: str) -> str:
        names_now = {each: getattr(self, each) or "" for each in NAME_FIELDS} | {field: value or ""}
        self.name_key = name_key(*names_now.values())[:NAME_KEY_CHARACTERS]
        return value

    @validates("phone", "email")
    def _index_contact(self, field: str, value: str | None) -> str | None:
        normalise = normalise_phone if field == "phone" else normalise_email
        value = value.strip() if value and value.strip() else None
        setattr(self, f"{field}_index", blind_index(normalise(value), field) if value else None)
        return value


@append_only
class MemberChange(Base):
    """One change to a member: status, consent, profile. Of personal fields only the name is kept, not the values."""

    __tablename__ = "member_changes"
    __table_args__ = (Index("ix_member_changes_member_id_at", "member_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    field: Mapped[str] = mapped_column(String(40))
    old_value: Mapped[str | None] = mapped_column(String(80))
    new_value: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(SealableText(500), default="")
    by: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class ContactTaken(CrmError):
    """Another member already has that phone number or e-mail address; `field` says which of the two."""

    code = "contact_taken"

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"another member has this {field}", field=field)


class NumberTaken(CrmError):
    """A member number was given that another member already has."""

    code = "member_number_taken"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"member number {number} is taken", number=number)


class MemberErased(CrmError):
    """Nothing of the person is kept any more, and nothing may be written to them again."""

    code = "member_erased"

    def __init__(self, member_id: int) -> None:
        self.member_id = member_id
        super().__init__(member_id=member_id)


class StatusNotAllowed(CrmError):
    """A member cannot go from its status to the one asked for, for example from left to leaving."""

    code = "member_status_not_allowed"

    def __init__(self, member_id: int, status: str, wanted: str) -> None:
        self.member_id, self.status, self.wanted = member_id, status, wanted
        super().__init__(member_id=member_id, status=status, wanted=wanted)


async def create(
    session: AsyncSession,
    *,
    number: str | None = None,
    family_name: str = "",
    given_name: str = "",
    preferred_name: str = "",
    gender: str | None = None,
    language: str = Language.ZH_HANS,
    phone: str | None = None,
    email: str | None = None,
    birthday: date | None = None,
    marketing_consent: bool = False,
    interests: Collection[str] = (),
    joined_at: datetime | None = None,
    by: str = "",
) -> Member:
    """A new active member, numbered next in line unless `number` is given.

    Raises ProfileInvalid, ContactTaken, NumberTaken.
    """
    profile: dict[str, object] = {
        "family_name": names.tidy(family_name),
        "given_name": names.tidy(given_name),
        "preferred_name": names.tidy(preferred_name),
        "gender": gender,
        "language": language,
        "phone": phone or None,
        "email": email or None,
        "birthday": birthday,
        "interests": list(interests),
    }
    for field, value in profile.items():
        check_profile(field, value)
    if number and await by_number(session, number):
        raise NumberTaken(number)
    for field in ("phone", "email"):
        await _refuse_taken(session, field, profile[field])
    number = canonical(number) if number else await _next_number(session)
    member = Member(number=number, joined_at=joined_at or clock.now(), **profile)
    await _insert(session, member)
    session.add(_change(member, "status", None, MemberStatus.ACTIVE, by=by, at=member.joined_at))
    if marketing_consent:
        await set_marketing_consent(session, member, True, by=by)
    await session.flush()
    return member


async def get(session: AsyncSession, member_id: int) -> Member:
    """Raises NotFound."""
    member = await session.get(Member, member_id)
    if member is None:
        raise NotFound("member", member_id)
    return member


async def lock(session: AsyncSession, member: Member, *, erased_too: bool = False) -> Member:
    """The member as they are now, locked until the transaction ends. Who writes to members judges by this and not by
    what was read before: an erasure or a withdrawn consent may have come in between. Raises MemberErased."""
    await session.refresh(member, with_for_update={"key_share": True})
    if member.status == MemberStatus.ERASED and not erased_too:
        raise MemberErased(member.id)
    return member


async def by_number(session: AsyncSession, number: str) -> Member | None:
    """By the number in its one form; a number that stands otherwise in the store, as some of before do, just so."""
    form, written = canonical(number), number.strip()
    found = (await session.scalars(select(Member).where(Member.number.in_({form, written})))).all()
    return next((member for member in found if member.number == form), found[0] if found else None)


async def by_phone(session: AsyncSession, phone: str) -> Member | None:
    """The member with that phone number, in whatever way it is spelt, at home or from abroad.

    The spelling that is kept just so comes first; one that could be the number of several members is nobody's.
    """
    marks = [blind_index(form, "phone") for form in phone_forms(phone)]
    found = (await session.scalars(select(Member).where(Member.phone_index.in_(marks)))).all()
    just_so = next((member for member in found if member.phone_index == marks[0]), None)
    return just_so or (found[0] if len(found) == 1 else None)


async def by_email(session: AsyncSession, email: str) -> Member | None:
    mark = blind_index(normalise_email(email), "email")
    return await session.scalar(select(Member).where(Member.email_index == mark))


async def find(session: AsyncSession, text: str) -> Member | None:
    """The member a number, phone number or e-mail address belongs to."""
    text = text.strip()
    if "@" in text:
        return await by_email(session, text)
    return await by_number(session, text) or (await by_phone(session, text) if is_phone(text) else None)


async def update_profile(session: AsyncSession, member: Member, *, by: str = "", **changes: ProfileValue) -> list[str]:
    """Change fields of PROFILE_FIELDS; returns the names of those that really changed, each recorded without its value.

    `by` names who did it: "member", "agent:3", "import". Raises ProfileInvalid, ContactTaken, MemberErased.
    """
    wanted = {field: _cleaned(field, value) for field, value in changes.items()}
    for field, value in wanted.items():
        if field not in PROFILE_FIELDS:
            raise ProfileInvalid(field, "unknown_field")
        check_profile(field, value)
    await lock(session, member)
    for field, value in wanted.items():
        await _refuse_taken(session, field, value, but=member.id)
    changed = [field for field, value in wanted.items() if getattr(member, field) != value]
    if not changed:
        return []
    try:
        async with session.begin_nested():
            for field in changed:
                setattr(member, field, wanted[field])
                session.add(_change(member, field, None, None, by=by))
            member.updated_at = clock.now()
    except IntegrityError:
        await session.refresh(member)
        raise ContactTaken("email" if "email" in changed else "phone") from None
    return changed


async def who_left(session: AsyncSession, member_id: int) -> str:
    """Who made the member leave last; empty where nobody is named."""
    left = select(MemberChange.by).where(
        MemberChange.member_id == member_id,
        MemberChange.field == "status",
        MemberChange.new_value == MemberStatus.LEFT,
    )
    newest = left.order_by(MemberChange.at.desc(), MemberChange.id.desc()).limit(1)
    return await session.scalar(newest) or ""


async def is_erased(session: AsyncSession, member_id: int) -> bool:
    """Whether nothing of the person is kept any more: nothing may be written to them again."""
    return await session.scalar(select(Member.status).where(Member.id == member_id)) == MemberStatus.ERASED


async def set_marketing_consent(session: AsyncSession, member: Member, consent: bool, *, by: str = "member") -> bool:
    """Record whether the member wants news; withdrawing also marks when. Returns whether it changed anything. Raises
    MemberErased for a yes."""
    await lock(session, member, erased_too=not consent)
    if member.marketing_consent == consent and (consent or member.opted_out_at):
        return False
    now = clock.now()
    session.add(_change(member, "marketing_consent", _yes(member.marketing_consent), _yes(consent), by=by))
    member.marketing_consent = consent
    member.marketing_consent_at = now if consent else None
    member.opted_out_at = None if consent else now
    member.updated_at = now
    await session.flush()
    return True


def note_topics(session: AsyncSession, member: Member, wanted: Mapping[str, bool], *, by: str) -> None:
    """Note in the member's history which topics of news they took up or stopped (`crm_store.proactive.consent`)."""
    for topic, wants in wanted.items():
        session.add(_change(member, f"topic:{topic}", _yes(not wants), _yes(wants), by=by))


async def learn_zone(session: AsyncSession, member: Member, zone: str) -> None:
    """Keep the time zone that the member's own browser tells, by its IANA name; a name nobody knows is passed over, and
    so is that of somebody erased."""
    if zone == member.time_zone or zone not in available_timezones():
        return
    await lock(session, member, erased_too=True)
    if member.status != MemberStatus.ERASED:
        member.time_zone = zone
        await session.flush()


async def request_cancellation(
    session: AsyncSession, member: Member, *, reason: str = "", by: str = "member"
) -> Member:
    """The member wants to leave: nothing is taken away yet, a person will ask why. Repeating it changes nothing."""
    await lock(session, member, erased_too=True)
    if member.status == MemberStatus.LEAVING:
        return member
    return await _set_status(session, member, MemberStatus.LEAVING, {MemberStatus.ACTIVE}, reason=reason, by=by)


async def keep(session: AsyncSession, member: Member, *, reason: str = "", by: str = "") -> Member:
    """A leaving or left member stays or comes back."""
    await lock(session, member, erased_too=True)
    if member.status == MemberStatus.ACTIVE:
        return member
    allowed = {MemberStatus.LEAVING, MemberStatus.LEFT}
    return await _set_status(session, member, MemberStatus.ACTIVE, allowed, reason=reason, by=by)


async def leave(session: AsyncSession, member: Member, *, reason: str = "", by: str = "") -> Member:
    """The membership ends. Points and history stay until erasure, so that coming back is possible."""
    await lock(session, member, erased_too=True)
    if member.status == MemberStatus.LEFT:
        return member
    allowed = {MemberStatus.ACTIVE, MemberStatus.LEAVING}
    return await _set_status(session, member, MemberStatus.LEFT, allowed, reason=reason, by=by)


async def erase(session: AsyncSession, member: Member, *, by: str = "") -> Member:
    """Remove everything in this table that identifies the person; number and sums stay for the books. Again, it takes
    out what stands there against the rule.

    The lock is a whole FOR UPDATE: also who only writes a row that refers to the member waits, or is waited for.
    """
    await session.refresh(member, with_for_update=True)
    if member.status != MemberStatus.ERASED:
        allowed = {MemberStatus.ACTIVE, MemberStatus.LEAVING, MemberStatus.LEFT}
        await _set_status(session, member, MemberStatus.ERASED, allowed, reason="", by=by)
    member.family_name = member.given_name = member.preferred_name = ""
    member.gender = member.phone = member.email = member.birthday = None
    member.interests, member.time_zone = [], None
    member.marketing_consent = False
    member.opted_out_at = member.opted_out_at or clock.now()
    await session.flush()
    return member


async def changes(session: AsyncSession, member_id: int, *, limit: int = 50) -> list[MemberChange]:
    """What changed about a member, newest first."""
    rows = select(MemberChange).where(MemberChange.member_id == member_id)
    newest = rows.order_by(MemberChange.at.desc(), MemberChange.id.desc()).limit(limit)
    return list((await session.scalars(newest)).all())


def addressed_as(member: Member, language: Language | str) -> str:
    """How to address the member: the name they chose, else 林女士 or Ms Lin, else the full name, else ""."""
    language = Language.of(language)
    if member.preferred_name:
        return names.tidy(member.preferred_name)
    if member.family_name and member.gender in set(Gender):
        return label("member_title", member.gender or "", language, name=names.tidy(member.family_name))
    return full_name(member, language)


def full_name(member: Member, language: Language | str) -> str:
    """Family name first for Chinese names, given name first for others: 林晓月, Sam Baker, محمد علي."""
    return names.joined(member.family_name, member.given_name, apart=Language.of(language) is Language.EN)


async def _next_number(session: AsyncSession) -> str:
    """HK100001 and on; numbers that an import brought along are stepped over."""
    while True:
        number = f"HK{FIRST_NUMBER - 1 + await numbering.next_value(session, 'member')}"
        if await by_number(session, number) is None:
            return number


async def _refuse_taken(session: AsyncSession, field: str, value: object, *, but: int | None = None) -> None:
    if field not in ("phone", "email") or not isinstance(value, str):
        return
    owner = await (by_phone if field == "phone" else by_email)(session, value)
    if owner is not None and owner.id != but:
        raise ContactTaken(field)


async def _insert(session: AsyncSession, member: Member) -> None:
    """Another transaction may have taken the number or an address since they were looked up."""
    try:
        async with session.begin_nested():
            session.add(member)
    except IntegrityError as clash:
        text = str(clash.orig)
        for field in ("phone", "email"):
            if f"{field}_index" in text:
                raise ContactTaken(field) from None
        raise NumberTaken(member.number) from None


async def _set_status(
    session: AsyncSession, member: Member, status: MemberStatus, allowed: Collection[str], *, reason: str, by: str
) -> Member:
    if member.status not in allowed:
        raise StatusNotAllowed(member.id, member.status, status)
    session.add(_change(member, "status", member.status, status, reason=reason, by=by))
    member.status = status
    member.left_at = clock.now() if status in (MemberStatus.LEFT, MemberStatus.ERASED) else None
    member.updated_at = clock.now()
    await session.flush()
    return member


def _change(
    member: Member,
    field: str,
    old: str | None,
    new: str | None,
    *,
    reason: str = "",
    by: str = "",
    at: datetime | None = None,
) -> MemberChange:
    return MemberChange(
        member_id=member.id,
        field=field,
        old_value=old,
        new_value=new,
        reason=reason[:500],
        by=by,
        at=at or clock.now(),
    )


def _cleaned(field: str, value: ProfileValue) -> ProfileValue:
    if not isinstance(value, str):
        return value
    if field.endswith("_name"):
        return names.tidy(value)
    return value.strip() or (None if field in ("phone", "email", "gender") else "")


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
