"""What stands beside the answers of an invoice goes into it before it is promised."""

import pytest

from actions.orders.invoice_promises import RequestInvoice
from actions.orders.invoices import InvoiceForm
from crm_store import promises
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import SHOE, place

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
async def buyer(member: Customer) -> Customer:
    async with member.database.transaction() as session:
        await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
    return member


async def begin(buyer: Customer, words: str = "开发票") -> str | None:
    form = await buyer.run(InvoiceForm, words, "ask_invoice", active_loop="invoice_form")
    return form.asks


class TestTheAddress:
    @pytest.mark.parametrize(
        "words", ["对 邮箱改成 caiwu@shuyu.cn", "好，不過信箱換成 caiwu@shuyu.cn", "yes but send it to caiwu@shuyu.cn"]
    )
    async def test_another_one_is_put_once_more_and_promised(self, buyer: Customer, words: str) -> None:
        await begin(buyer)
        await buyer.run(InvoiceForm, "抬头：苏州书屿文具有限公司 税号91310104MA1FR0AB2X", "inform")
        form = await buyer.run(InvoiceForm, words, "inform")
        assert (form.asks, form.slots["invoice_email"]) == ("invoice_confirmed", "caiwu@shuyu.cn")
        await buyer.run(InvoiceForm, "对", "affirm")
        await buyer.run(RequestInvoice, "对", "affirm")
        async with buyer.database.reading() as session:
            (promise,) = await promises.open_for_member(session, buyer.member.id)
        assert "caiwu@shuyu.cn" in promise.text

    async def test_ones_own_stays_short(self, buyer: Customer) -> None:
        await begin(buyer)
        await buyer.run(InvoiceForm, "抬头：苏州书屿文具有限公司 税号91310104MA1FR0AB2X", "inform")
        await buyer.run(InvoiceForm, "对", "affirm")
        await buyer.run(RequestInvoice, "对", "affirm")
        async with buyer.database.reading() as session:
            (promise,) = await promises.open_for_member(session, buyer.member.id)
        assert buyer.member.email not in promise.text


class TestTheName:
    @pytest.mark.parametrize(
        ("words", "title"),
        [
            ("抬头漏了几个字，是苏州书屿文具（集团）有限公司", "苏州书屿文具（集团）有限公司"),
            ("抬頭打錯了，應該是雲杉設計有限公司", "雲杉設計有限公司"),
            ("sorry it was short. Harbour & Finch Consulting Ltd", "Harbour & Finch Consulting Ltd"),
        ],
    )
    async def test_it_is_what_one_clause_gives_whole(self, buyer: Customer, words: str, title: str) -> None:
        await begin(buyer)
        form = await buyer.run(InvoiceForm, words, "inform")
        assert form.slots["invoice_title"] == title

    async def test_the_first_message_may_give_it(self, buyer: Customer) -> None:
        asks = await begin(buyer, "那单开公司发票，苏州书屿文具有限公司，税号91310104MA1FR0AB2X")
        assert asks == "invoice_confirmed"

    @pytest.mark.parametrize("words", ["给我们公司开发票", "那个公司开发票"])
    async def test_a_kind_is_no_name(self, buyer: Customer, words: str) -> None:
        assert await begin(buyer, words) == "invoice_title"
