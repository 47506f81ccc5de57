"""An invoice for a thing that was bought more than once: the day tells which, and the company stands beside it."""

from datetime import timedelta

import pytest

from actions.orders.invoices import InvoiceForm
from crm_store.clock import now
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.playing import play
from tests.actions.shop import MUG, SHOE, place

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.mark.parametrize(
    ("first", "then", "title", "language"),
    [
        ("那双跑鞋帮我开个发票,抬头公司的", "{}号那双跑鞋 公司叫成都麦禾文化传播有限公司,税号要吗我得去问会计",
         "成都麦禾文化传播有限公司", "zh-Hans"),
        ("跑鞋要開發票，打公司", "{}號那雙跑鞋 公司是志明設計有限公司，統編要嗎", "志明設計有限公司", "zh-Hant"),
    ],
)  # fmt: skip
async def test_the_day_and_the_company_are_taken_at_once(
    member: Customer, first: str, then: str, title: str, language: str
) -> None:
    assert member.member is not None
    async with member.database.transaction() as session:
        lately = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED, days_ago=15)
        await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED, days_ago=60)
        await place(session, member.member.id, MUG, status=OrderStatus.DELIVERED, days_ago=3)
    named = {"product": "跑鞋"}
    began = await play(member, InvoiceForm, first, "ask_invoice", start=True, entities=named, language=language)
    assert began.form.asks == "invoice_order"
    assert began.reply is None or len(began.last.buttons) == 2
    placed = lately.placed_at + timedelta(hours=8)
    # As a day still to come is understood: that of the next month.
    ahead = (placed.replace(day=1) + timedelta(days=31)).replace(day=placed.day)
    begin = ahead.date().isoformat()
    assert ahead > now()
    sign = "號" if language == "zh-Hant" else "号"
    window = {"from": f"{begin}T00:00:00+08:00", "to": f"{(ahead + timedelta(days=1)).date()}T00:00:00+08:00"}
    told = await play(
        member,
        InvoiceForm,
        then.format(placed.day),
        "ask_invoice",
        entities={**named, "time": ({**window, "grain": "day"}, f"{placed.day}{sign}")},
        language=language,
    )
    assert told.form.slots["invoice_title"] == title
    assert told.form.slots["invoice_order"] == lately.number
    assert told.form.asks == "invoice_tax_number"
