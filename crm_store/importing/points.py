"""Import of points movements, each once, by the identifier it has in the shop's own system."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import clock, members, points
from crm_store.errors import KeyReused
from crm_store.importing import cells, days, figures
from crm_store.importing.columns import Column, Layout
from crm_store.importing.errors import CellRefused
from crm_store.importing.report import Outcome
from crm_store.members import Member, MemberStatus
from crm_store.points import EarnReason, Gift, GiftOutcome, InsufficientPoints

REASONS = {
    "购物": "purchase",
    "消费": "purchase",
    "生日": "birthday",
    "评价": "review",
    "入会": "welcome",
    "注册": "welcome",
    "推荐": "referral",
    "推荐好友": "referral",
    "活动": "campaign",
    "补偿": "goodwill",
    "历史积分": "import",
    "期初积分": "import",
    "兑换": "redeem",
}

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
        cells.text(80),
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
    try:
        if values["points"] > 0:
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
    return Outcome.UNCHANGED if known else Outcome.CREATED


async def apply_many(session: AsyncSession, batch: Sequence[dict[str, Any]], *, source: str) -> list[Outcome | None]:
    """Give the points of many rows in a few statements; empty for those that must be taken one by one.

    These are the rows of unknown members, those whose identifier stands twice, and of each member everything from the
    first points taken on, because what is taken depends on what was given before it.
    """
    numbers = {values["member_number"].strip().upper() for values in batch}
    rows = await session.execute(select(Member.number, Member.id, Member.status).where(Member.number.in_(numbers)))
    ids = {number: member_id for number, member_id, status in rows if status != MemberStatus.ERASED}
    times = Counter(_key(values) for values in batch)
    stopped: set[int] = set()
    gifts: dict[int, Gift] = {}
    for place, values in enumerate(batch):
        member_id = ids.get(values["member_number"].strip().upper())
        if member_id is None or member_id in stopped:
            continue
        if values["points"] < 0 or times[_key(values)] > 1:
            stopped.add(member_id)
            continue
        gifts[place] = _gift(member_id, values)
    outcomes: list[Outcome | None] = [None] * len(batch)
    for place, what in zip(gifts, await points.earn_many(session, list(gifts.values())), strict=True):
        outcomes[place] = _OUTCOMES.get(what)
    return outcomes


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


def _key(values: dict[str, Any]) -> str:
    return f"import:points:{values['external_id']}"


def _reason(values: dict[str, Any]) -> str:
    said: str = values.get("reason", EarnReason.IMPORT)
    return REASONS.get(said, said)
