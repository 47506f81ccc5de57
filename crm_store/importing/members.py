"""Import of members, by member number."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, names
from crm_store.crypto import blind_index, normalise_email
from crm_store.folding import name_key
from crm_store.importing import cells, days
from crm_store.importing.columns import NOTE, Column, Layout
from crm_store.importing.errors import CellRefused
from crm_store.importing.report import Outcome
from crm_store.importing.same_number import are_two_people, told_of
from crm_store.language import Language
from crm_store.members import ContactTaken, Member, MemberChange, MemberErased, MemberStatus
from crm_store.numbering import canonical
from crm_store.phones import normalise_phone, phone_forms

STATUSES = {"正常": "active", "有效": "active", "已退会": "left", "退会": "left", "注销": "left", "已注销": "left"}

KEPT_AS_LEFT = "kept_as_left"
"""A value of the labels `import_note`."""
ANOTHER_NAME = "another_name"
"""As well: a shop may rename a member, but nothing that is known says that it is the same person."""

LAYOUT = Layout(
    Column(
        "member_number",
        cells.code(20),
        "The member's number, for example HK100001.",
        ("number", "会员号", "会员编号", "卡号"),
        required=True,
    ),
    Column(
        "name",
        cells.full_name(80),
        "The full name, when it is not given in two parts.",
        ("full name", "姓名", "会员姓名"),
    ),
    Column("family_name", cells.name(80), "Family name.", ("last name", "surname", "姓", "姓氏")),
    Column("given_name", cells.name(80), "Given name.", ("first name", "名", "名字")),
    Column("preferred_name", cells.called(80), "How the member wants to be addressed.", ("nickname", "称呼", "昵称")),
    Column("gender", cells.gender, "female or male.", ("sex", "性别")),
    Column("language", cells.language, "zh-Hans, zh-Hant or en.", ("locale", "语言")),
    Column("phone", cells.phone, "Phone number.", ("mobile", "手机", "手机号", "手机号码", "电话")),
    Column("email", cells.email, "E-mail address.", ("e-mail", "mail", "邮箱", "电子邮件", "电子邮箱", "邮件")),
    Column("birthday", days.birthday, "Date of birth.", ("birth date", "date of birth", "生日", "出生日期")),
    Column(
        "joined_at",
        days.past_moment,
        "When the member joined.",
        ("joined", "join date", "入会时间", "入会日期", "注册时间", "加入日期"),
    ),
    Column(
        "marketing_consent",
        cells.yes_no,
        "yes or no: wants news and offers.",
        ("consent", "newsletter", "营销同意", "接收优惠", "订阅"),
    ),
    Column(
        "interests", cells.words, "Product categories, separated by ;", ("interest", "兴趣", "感兴趣的品类", "偏好")
    ),
    Column(
        "status",
        cells.one_of(MemberStatus.ACTIVE, MemberStatus.LEFT, aliases=STATUSES),
        "active or left.",
        ("状态", "会员状态"),
    ),
)


async def apply(session: AsyncSession, values: dict[str, Any], *, source: str) -> Outcome:
    """Create the member or bring it up to date; cells that are empty leave what is known as it is."""
    profile = _profile(values)
    by = f"{members.BY_IMPORT}{source}"[:80]
    member = await members.by_number(session, values["member_number"])
    if member is not None:
        # What they told us here, or had erased, while this import was under way must be seen before anything is judged.
        await _lock(session, member, values)
    if member is not None and are_two_people(_told(member), told_of(values)):
        values[NOTE] = CellRefused("member_number", values["member_number"], ANOTHER_NAME)
    if member is not None and await _left_here(session, member):
        values = _kept_as_left(values)
    try:
        if member is None:
            member = await _create(session, values, profile, by)
            outcome = Outcome.CREATED
        else:
            outcome = await _update(session, member, values, profile, by)
    except ContactTaken as taken:
        raise CellRefused(taken.field, values[taken.field], "belongs_to_another_member") from None
    if await _settle_status(session, member, values.get("status"), by) and outcome is Outcome.UNCHANGED:
        return Outcome.UPDATED
    return outcome


async def _lock(session: AsyncSession, member: Member, values: dict[str, Any]) -> None:
    try:
        await members.lock(session, member)
    except MemberErased as erased:
        raise CellRefused("member_number", values["member_number"], erased.code) from None


def _told(member: Member) -> tuple[str | None, ...]:
    return None, member.family_name, member.given_name, member.phone, member.email


async def _left_here(session: AsyncSession, member: Member) -> bool:
    """Whether the member left otherwise than by a file: another file, which may be older, cannot know it."""
    return member.status == MemberStatus.LEFT and not (await members.who_left(session, member.id)).startswith(
        members.BY_IMPORT
    )


def _kept_as_left(values: dict[str, Any]) -> dict[str, Any]:
    """The row without what would bring back somebody who left here, and without the wish for news; noted with it."""
    revived = [
        field
        for field, value in (("status", MemberStatus.ACTIVE), ("marketing_consent", True))
        if values.get(field) == value
    ]
    if not revived:
        return values
    values[NOTE] = CellRefused(revived[0], values["member_number"], KEPT_AS_LEFT)
    return {field: value for field, value in values.items() if field not in revived}


async def _create(session: AsyncSession, values: dict[str, Any], profile: dict[str, Any], by: str) -> Member:
    return await members.create(
        session,
        number=values["member_number"],
        joined_at=values.get("joined_at"),
        marketing_consent=values.get("marketing_consent", False),
        by=by,
        **profile,
    )


async def _update(
    session: AsyncSession, member: Member, values: dict[str, Any], profile: dict[str, Any], by: str
) -> Outcome:
    changed = bool(await members.update_profile(session, member, by=by, **profile))
    if "joined_at" in values and values["joined_at"] != member.joined_at:
        member.joined_at = values["joined_at"]
        changed = True
    consent = values.get("marketing_consent")
    # An import must not undo what the member told us here: after opting out only the member opts in again.
    if consent is not None and not (consent and member.opted_out_at) and consent != member.marketing_consent:
        changed |= await members.set_marketing_consent(session, member, consent, by=by)
    await session.flush()
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


async def _settle_status(session: AsyncSession, member: Member, status: str | None, by: str) -> bool:
    if status == MemberStatus.LEFT and member.status != MemberStatus.LEFT:
        await members.leave(session, member, by=by)
        return True
    if status == MemberStatus.ACTIVE and member.status == MemberStatus.LEFT:
        await members.keep(session, member, by=by)
        return True
    return False


def _profile(values: dict[str, Any]) -> dict[str, Any]:
    profile = {field: values[field] for field in members.PROFILE_FIELDS if field in values}
    if "name" in values and not {"family_name", "given_name"} & set(profile):
        profile["family_name"], profile["given_name"] = names.split(values["name"])
    return profile


async def apply_many(session: AsyncSession, batch: Sequence[dict[str, Any]], *, source: str) -> list[Outcome | None]:
    """Create the members nobody knows yet and pass over those that are up to date, in a few statements; empty for rows
    that change a member, clash with another one or stand twice, which must be taken one by one.
    """
    numbers = [canonical(values["member_number"]) for values in batch]
    marks = [_marks(values) for values in batch]
    every = {mark for each in marks for mark in each}
    wanted = or_(Member.number.in_(numbers), Member.phone_index.in_(every), Member.email_index.in_(every))
    found = (await session.scalars(select(Member).where(wanted))).all()
    by_number = {member.number: member for member in found}
    taken = {mark for member in found for mark in (member.phone_index, member.email_index) if mark}
    times = Counter(numbers) + Counter(mark for each in marks for mark in each)
    outcomes: list[Outcome | None] = []
    fresh: list[dict[str, Any]] = []
    for number, own, values in zip(numbers, marks, batch, strict=True):
        member = by_number.get(number)
        twice = times[number] > 1 or any(times[mark] > 1 for mark in own)
        if member is not None:
            outcomes.append(Outcome.UNCHANGED if not twice and _up_to_date(member, values) else None)
        elif twice or own & taken or values.get("status") == MemberStatus.LEFT:
            outcomes.append(None)
        else:
            fresh.append(_new(number, values))
            outcomes.append(Outcome.CREATED)
    await _write_new(session, fresh, f"{members.BY_IMPORT}{source}"[:80])
    return outcomes


async def _write_new(session: AsyncSession, fresh: Sequence[dict[str, Any]], by: str) -> None:
    """The same rows that `members.create` writes; a test holds them against it."""
    if not fresh:
        return
    # In one order: two imports of the same new members then wait for each other in turn and not in a circle.
    fresh = sorted(fresh, key=lambda values: values["number"])
    # Over the connection: objects would take three times as long, and nobody needs them here.
    await session.run_sync(lambda sync: sync.connection().execute(_MEMBERS, fresh))
    numbers = [values["number"] for values in fresh]
    known = await session.execute(select(Member.number, Member.id).where(Member.number.in_(numbers)))
    ids = dict(known.all())
    now = clock.now()
    changes = []
    for values in fresh:
        member_id = ids[values["number"]]
        changes.append(_change(member_id, "status", (None, MemberStatus.ACTIVE), by=by, at=values["joined_at"]))
        if values["marketing_consent"]:
            changes.append(_change(member_id, "marketing_consent", ("no", "yes"), by=by, at=now))
    await session.run_sync(lambda sync: sync.connection().execute(_CHANGES, changes))


_MEMBERS, _CHANGES = insert(Member), insert(MemberChange)
_TEXTS = ("family_name", "given_name", "preferred_name")


def _new(number: str, values: dict[str, Any]) -> dict[str, Any]:
    """The row of a new member."""
    profile, now = _profile(values), clock.now()
    phone, email = profile.get("phone"), profile.get("email")
    consent = values.get("marketing_consent", False)
    texts = {field: profile.get(field, "") for field in _TEXTS}
    return {
        **texts,
        "number": number,
        "name_key": name_key(*texts.values())[: members.NAME_KEY_CHARACTERS],
        "gender": profile.get("gender"),
        "language": profile.get("language", Language.ZH_HANS),
        "phone": phone,
        "phone_index": blind_index(normalise_phone(phone), "phone") if phone else None,
        "email": email,
        "email_index": blind_index(normalise_email(email), "email") if email else None,
        "birthday": profile.get("birthday"),
        "joined_at": values.get("joined_at") or now,
        "interests": profile.get("interests", []),
        "marketing_consent": consent,
        "marketing_consent_at": now if consent else None,
    }


def _change(member_id: int, field: str, told: tuple[str | None, str], *, by: str, at: datetime) -> dict[str, Any]:
    old, new = told
    return {"member_id": member_id, "field": field, "old_value": old, "new_value": new, "by": by, "at": at}


def _marks(values: dict[str, Any]) -> set[str]:
    """The blind indexes of every form of the phone number, and of the e-mail address."""
    marks = set()
    if "phone" in values:
        marks |= {blind_index(form, "phone") for form in phone_forms(values["phone"])}
    if "email" in values:
        marks.add(blind_index(normalise_email(values["email"]), "email"))
    return marks


def _up_to_date(member: Member, values: dict[str, Any]) -> bool:
    consent = values.get("marketing_consent")
    return (
        member.status == values.get("status", member.status)
        and member.status in (MemberStatus.ACTIVE, MemberStatus.LEFT)
        and all(getattr(member, field) == value for field, value in _profile(values).items())
        and values.get("joined_at") in (None, member.joined_at)
        and (consent in (None, member.marketing_consent) or bool(consent and member.opted_out_at))
    )
