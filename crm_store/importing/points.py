"""Import of points movements, each once, by the identifier it has in the shop's own system."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, points
from crm_store.errors import KeyReused
from crm_store.importing import cells, days, figures
from crm_store.importing.columns import Column, Layout
from crm_store.importing.errors import CellRefused
from crm_store.importing.point_reasons import OF_AN_ORDER, TAKEN_BACK, clash, reading, slot
from crm_store.importing.report import Outcome
from crm_store.members import Member, MemberStatus
from crm_store.numbering import canonical
from crm_store.points import (
    AlreadyReversed,
    BalanceAboveLimit,
    EarnReason,
    Gift,
    GiftOutcome,
    InsufficientPoints,
    NotReversible,
    PointsAboveLimit,
)
from crm_store.points.movement import lock_account

LAYOUT = Layout(
    Column(
        "external_id",
        cells.code(120),
        "The movement's own number in your system; the same one is never booked twice.",
        ("id", "流水号", "外部编号", "交易号"),
        required=True,
    ),
    Column("member_number", cells.code(20), "Whose points.", ("member", "会员号", "会员编号", "卡号"), required=True),
    Column(
        "points",
        figures.points,
        "Whole points: above zero given, below zero taken.",
        ("积分", "点数", "分数"),
        required=True,
    ),
    Column(
        "reason",
        cells.text(200),
        "For example purchase, birthday, review; by default import.",
        ("原因", "类型", "事由"),
    ),
    Column(
        "reference",
        cells.reference(80),
        "What it belongs to, for example an order number.",
        ("order number", "订单号", "关联单号", "参考号"),
    ),
    Column("at", days.past_moment, "When it happened; by default now.", ("date", "time", "时间", "日期", "发生时间")),
    Column(
        "expires_at",
        days.last_moment,
        "Last day of use of points given; by default our own rule.",
        ("expires", "到期日", "到期时间", "有效期"),
    ),
    Column(
        "qualifies",
        cells.yes_no,
        "yes or no: counts towards the level; by default yes for points given.",
        ("计入等级", "成长值"),
    ),
)


KEY = "key"
"""Of a row: the idempotency key of its movement."""


async def find_keys(session: AsyncSession, batch: Sequence[dict[str, Any]]) -> list[CellRefused | None]:
    """Put into each row the key under which it is booked; none is refused."""
    found = await points_keys(session, batch)
    for values in batch:
        values[KEY] = found[values["external_id"]]
    return [None] * len(batch)


async def points_keys(session: AsyncSession, batch: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The key of each row's movement, by external id. One whose import was undone is a new movement when it comes
    again."""
    plain = {str(values["external_id"]): f"import:points:{values['external_id']}" for values in batch}
    usable = await points.keys_after_undoing(session, plain.values())
    return {external_id: usable[key] for external_id, key in plain.items()}


async def apply(session: AsyncSession, values: dict[str, Any], *, source: str) -> Outcome:
    """Book the movement, unless it was booked before."""
    member = await members.by_number(session, values["member_number"])
    if member is None:
        raise CellRefused("member_number", values["member_number"], "no_such_member")
    if member.status == MemberStatus.ERASED:
        raise CellRefused("member_number", values["member_number"], "member_erased")
    key = _key(values)
    known = await points.entry_by_key(session, key)
    reason = _reason(values)
    if known is not None and reading(known.reason) == reason:
        reason = known.reason  # booked when its word was not known yet: the same movement all the same
    try:
        if known is None and values["points"] > 0:
            await _require_not_earned(session, member.id, values)
        if values["points"] < 0 and reason in TAKEN_BACK:
            await _take_back(session, member.id, values, key=key, reason=reason)
        elif values["points"] > 0:
            await points.earn(
                session,
                member.id,
                points=values["points"],
                reason=reason,
                key=key,
                reference=values.get("reference"),
                expires_at=values.get("expires_at"),
                at=values.get("at"),
                qualifies=values.get("qualifies", True),
            )
        else:
            await points.spend(
                session,
                member.id,
                points=-values["points"],
                reason=reason,
                key=key,
                reference=values.get("reference"),
                at=values.get("at"),
            )
    except KeyReused:
        raise CellRefused("external_id", values["external_id"], "external_id_reused") from None
    except InsufficientPoints:
        raise CellRefused("points", values["points"], "insufficient_points") from None
    except (PointsAboveLimit, BalanceAboveLimit) as above:
        raise CellRefused("points", values["points"], above.code) from None
    return Outcome.UNCHANGED if known else Outcome.CREATED


async def _require_not_earned(session: AsyncSession, member_id: int, values: dict[str, Any]) -> None:
    """Raises CellRefused where the order has brought such points already, told in another way or by another row."""
    if _order_told(values) is None:
        return
    await lock_account(session, member_id)
    for entry in await points.standing_earnings(session, member_id, values["reference"]):
        if (reason_code := clash(_reason(values), entry.reason)) is not None:
            raise CellRefused("reference", values["reference"], reason_code)


async def _take_back(session: AsyncSession, member_id: int, values: dict[str, Any], *, key: str, reason: str) -> None:
    """From what the order of the row has brought; where it is not known, from the balance. Raises KeyReused,
    CellRefused."""
    at, amount, reference = values.get("at"), -values["points"], values.get("reference")
    standing = await points.standing_earnings(session, member_id, reference) if reference else []
    earned = [entry for entry in standing if reading(entry.reason) in OF_AN_ORDER]
    if not earned:
        await points.charge(session, member_id, points=amount, reason=reason, key=key, reference=reference, at=at)
        return
    try:
        await points.take_back(session, earned[0], points=amount, reason=reason, key=key, at=at)
    except (AlreadyReversed, NotReversible):
        raise CellRefused("reference", values["reference"], "order_taken_back") from None


async def apply_many(session: AsyncSession, batch: Sequence[dict[str, Any]], *, source: str) -> list[Outcome | None]:
    """Give the points of many rows in a few statements; empty for those that must be taken one by one.

    These are the rows of unknown members, those whose identifier stands twice or whose order may have earned before,
    and of each member everything from the first points taken on, because what is taken depends on what was given before
    it.
    """
    numbers = {canonical(values["member_number"]) for values in batch}
    rows = await session.execute(select(Member.number, Member.id, Member.status).where(Member.number.in_(numbers)))
    ids = {number: member_id for number, member_id, status in rows if status != MemberStatus.ERASED}
    times = Counter(_key(values) for values in batch)
    told = Counter(_order_told(values) for values in batch if _order_told(values))
    orders = {values["reference"] for values in batch if _order_told(values)}
    earned = await _keys_earned(session, ids.values(), orders)
    stopped: set[int] = set()
    gifts: dict[int, Gift] = {}
    for place, values in enumerate(batch):
        member_id = ids.get(canonical(values["member_number"]))
        if member_id is None or member_id in stopped:
            continue
        order = _order_told(values)
        others = earned.get((member_id, order[1], order[2]), set()) - {_key(values)} if order else set()
        if values["points"] < 0 or times[_key(values)] > 1 or others or (order and told[order] > 1):
            stopped.add(member_id)
            continue
        gifts[place] = _gift(member_id, values)
    outcomes: list[Outcome | None] = [None] * len(batch)
    for place, what in zip(gifts, await points.earn_many(session, list(gifts.values())), strict=True):
        outcomes[place] = _OUTCOMES.get(what)
    return outcomes


async def _keys_earned(
    session: AsyncSession, member_ids: Collection[int], references: Collection[str]
) -> dict[tuple[int, str, str], set[str]]:
    """The keys under which orders have brought points, taken back or not, by member, order and slot."""
    found: dict[tuple[int, str, str], set[str]] = {}
    for member_id, reference, reason, key in await points.earned_naming(session, member_ids, references):
        if (brought := slot(reason)) is not None:
            found.setdefault((member_id, reference, brought), set()).add(key)
    return found


_OUTCOMES = {GiftOutcome.GIVEN: Outcome.CREATED, GiftOutcome.EARLIER: Outcome.UNCHANGED}


def _gift(member_id: int, values: dict[str, Any]) -> Gift:
    return Gift(
        member_id=member_id,
        points=values["points"],
        reason=_reason(values),
        key=_key(values),
        reference=values.get("reference"),
        expires_at=values.get("expires_at"),
        at=values.get("at") or clock.now(),
        qualifies=values.get("qualifies", True),
    )


def _order_told(values: dict[str, Any]) -> tuple[str, str, str] | None:
    """Member, order (both in their one form) and slot of a row that may give an order's points."""
    reference, brought = values.get("reference"), slot(_reason(values))
    if reference is None or brought is None:
        return None
    return canonical(values["member_number"]), canonical(reference), brought


def _key(values: dict[str, Any]) -> str:
    key: str = values[KEY]
    return key


def _reason(values: dict[str, Any]) -> str:
    said: str = values.get("reason", EarnReason.IMPORT)
    return reading(said)
