"""What is said in a large shop, and the statements that make its rows (`rows.sql`).

Each statement stands for what its tables hold after three years. Members and identities have their numbers from 1 on.
What happens to whom is skewed: half of the members' conversations belong to a quarter of the members, and a few
write every day.
"""

from dataclasses import dataclass
from pathlib import Path

STATEMENTS = Path(__file__).with_name("rows.sql")

SAID = (
    "我的快递到哪里了", "请问这双鞋有 38 码吗", "积分什么时候到期", "想退货，尺码不合适", "怎么还没有发货？都三天了",
    "可以开发票吗", "帮我转人工", "好的谢谢", "我要投诉，送来的是坏的", "会员等级怎么升", "這件外套還有貨嗎",
    "我的點數可以換什麼", "退款幾時會到", "地址寫錯了，可以改嗎", "where is my parcel", "how many points do I have",
    "can I return this without the box?", "it arrived broken and nobody answers", "the red one please", "嗯嗯",
    "昨天下的单，今天能改成黑色吗，还没发货的话", "上次说三天内回复我，已经第五天了，你们到底管不管", "是的",
    "对，就是这个订单",
)  # fmt: skip
ANSWERED = (
    "您好，这张订单已经由顺丰发出，目前在上海转运中心，预计明天下午送到。送达之前会有短信通知您。",
    "您现在有 2380 积分，其中 300 积分将在本月底到期。需要我看看可以换什么吗？",
    "收到商品后七天内可以退货，请保持吊牌完整。要我为您登记退货吗？请告诉我是哪一件、什么原因。",
    "很抱歉让您遇到这样的事。我已经记下来了，同事会在 24 小时内联系您，编号已经发到您的邮箱。",
    "您好，這件外套米色還有 M 和 L，黑色暫時缺貨。補貨之後要通知您嗎？",
    "Your parcel left our warehouse this morning and should be with you on Thursday.",
    "You can return it within seven days, with its tags. Shall I open the return for you?",
    "不客气，祝您生活愉快！",
)
INTENTS = (
    "track_parcel", "ask_product", "ask_points_balance", "ask_points_expiry", "return_item", "file_complaint",
    "ask_invoice", "handoff", "thank", "ask_tier", "affirm", "ask_refund",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Rows of one kind: for each number up to `of` (a name of the facts) the statement makes its share, `step` numbers
    at a time."""

    name: str
    of: str
    step: int
    statement: str


def parts() -> list[Part]:
    """Those of `rows.sql`, in its order."""
    found = []
    for piece in STATEMENTS.read_text(encoding="utf-8").split("-- part: ")[1:]:
        title, statement = piece.split("\n", 1)
        name, of, step = (each.strip() for each in title.split("|"))
        # The comment above a statement is for its readers.
        lines = [line for line in statement.splitlines() if not line.startswith("--")]
        found.append(Part(name, of, int(step), "\n".join(lines)))
    return found
