"""Import of points movements, each once, by the identifier it has in the shop's own system."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, points
from crm_store.errors import KeyReused
from crm_store.importing import cells
from crm_store.importing.columns import Column, Layout
from crm_store.importing.report import CellRefused, Outcome
from crm_store.members import MemberStatus
from crm_store.points import EarnReason, InsufficientPoints

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
        cells.points,
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
    Column("at", cells.past_moment, "When it happened; by default now.", ("date", "time", "时间", "日期", "发生时间")),
    Column(
        "expires_at",
        cells.last_moment,
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
    key = f"import:points:{values['external_id']}"
    known = await points.entry_by_key(session, key)
    said = values.get("reason", EarnReason.IMPORT)
    reason = REASONS.get(said, said)
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
