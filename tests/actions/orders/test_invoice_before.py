"""The next invoice like the one before: title, tax number and address, named in the question for consent."""

import pytest

from actions.orders.invoice_promises import RequestInvoice
from actions.orders.invoice_questions import AskToConfirmInvoice
from actions.orders.invoices import InvoiceForm
from crm_store import promises
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import MUG, SHOE, place

pytestmark = pytest.mark.usefixtures("frozen_clock")

COMPANY, NUMBER, ACCOUNTS = "鼎新文具有限公司", "24681357", "acc@dingxin.example"


@pytest.fixture
async def buyer(member: Customer) -> Customer:
    async with member.database.transaction() as session:
        for thing in (SHOE, MUG):
            await place(session, member.member.id, thing, status=OrderStatus.DELIVERED)
    return member


async def invoiced(buyer: Customer, *, email: str = ACCOUNTS, language: str = "zh-Hant") -> None:
    """An invoice of that company is asked for and promised."""
    await buyer.run(
        InvoiceForm, "鞋子開發票", "ask_invoice", entities={"product": "鞋子"}, active_loop="invoice_form",
        language=language,
    )  # fmt: skip
    await buyer.run(InvoiceForm, f"抬頭 {COMPANY} 統編 {NUMBER} {email}", "inform")
    await buyer.run(InvoiceForm, "對", "affirm")
    await buyer.run(RequestInvoice, "對", "affirm")
    buyer.active_loop = None


async def of_the_mug(buyer: Customer, words: str, language: str = "zh-Hant"):
    return await buyer.run(
        InvoiceForm, words, "ask_invoice", entities={"product": "咖啡杯"}, active_loop="invoice_form",
        language=language,
    )  # fmt: skip


class TestAsBefore:
    @pytest.mark.parametrize(
        ("words", "language"),
        [
            ("咖啡杯那單也一起開 同抬頭", "zh-Hant"),
            ("咖啡杯那单也开一张，跟上次一样", "zh-Hans"),
            ("an invoice for the pour-over mug please, same title as before", "en"),
        ],
    )
    async def test_wished_at_once_everything_is_taken(self, buyer: Customer, words: str, language: str) -> None:
        await invoiced(buyer, language=language)
        form = await of_the_mug(buyer, words, language)
        assert form.asks == "invoice_confirmed"
        asked = await buyer.run(AskToConfirmInvoice, "x", "inform")
        assert COMPANY in asked.only.text
        assert NUMBER in asked.only.text
        assert "ac***@dingxin.example" in asked.only.text
        async with buyer.database.reading() as session:
            assert len(await promises.open_for_member(session, buyer.member.id)) == 1

    @pytest.mark.parametrize(
        "words",
        ["跟剛剛一樣啊 鼎新文具 24681357 那個", "跟刚刚一样", "一樣的", "same as last time", "照上次的開", "the same"],
    )
    async def test_said_where_the_title_is_asked_for(self, buyer: Customer, words: str) -> None:
        await invoiced(buyer)
        form = await of_the_mug(buyer, "咖啡杯開發票")
        assert form.asks == "invoice_title"
        form = await buyer.run(InvoiceForm, words, "inform")
        assert form.asks == "invoice_confirmed"
        assert (form.slots["invoice_title"], form.slots["invoice_tax_number"]) == (COMPANY, NUMBER)
        assert form.slots["invoice_email"] == ACCOUNTS

    async def test_another_company_named_beside_it_counts(self, buyer: Customer) -> None:
        await invoiced(buyer)
        form = await of_the_mug(buyer, "咖啡杯開發票，跟上次一樣，抬頭改成 雲杉設計有限公司")
        assert form.slots["invoice_title"] == "雲杉設計有限公司"
        assert form.slots["invoice_email"] == ACCOUNTS

    async def test_ones_own_address_is_kept(self, buyer: Customer) -> None:
        await invoiced(buyer, email="")
        form = await of_the_mug(buyer, "咖啡杯那單也開 同抬頭")
        assert form.slots["invoice_email"] == buyer.member.email

    @pytest.mark.parametrize("words", ["跟刚刚一样", "same as last time", "跟剛剛一樣啊 鼎新文具 那個"])
    async def test_without_one_before_the_words_are_no_name(self, buyer: Customer, words: str) -> None:
        await of_the_mug(buyer, "咖啡杯開發票")
        form = await buyer.run(InvoiceForm, words, "inform")
        assert form.slots.get("invoice_title") is None
        assert form.asks == "invoice_title"


class TestTheAddressBefore:
    @pytest.mark.parametrize("words", ["而且信箱要會計那個", "邮箱用之前那个", "send it to the same email as before"])
    async def test_it_is_taken_at_the_last_question(self, buyer: Customer, words: str) -> None:
        await invoiced(buyer)
        await of_the_mug(buyer, f"咖啡杯開發票，{COMPANY} {NUMBER}")
        assert buyer.slots["invoice_email"] == buyer.member.email
        form = await buyer.run(InvoiceForm, words, "inform")
        assert (form.asks, form.slots["invoice_email"]) == ("invoice_confirmed", ACCOUNTS)

    async def test_both_parts_of_a_correction_count(self, buyer: Customer) -> None:
        await invoiced(buyer)
        await of_the_mug(buyer, "咖啡杯開發票，雲杉設計有限公司 12345678")
        form = await buyer.run(InvoiceForm, f"不對 抬頭是 {COMPANY} 而且信箱要會計那個", "inform")
        assert (form.slots["invoice_title"], form.slots["invoice_email"]) == (COMPANY, ACCOUNTS)
        assert form.asks == "invoice_confirmed"

    async def test_where_none_was_given_it_is_asked_for(self, buyer: Customer) -> None:
        await of_the_mug(buyer, f"咖啡杯開發票，{COMPANY} {NUMBER}")
        form = await buyer.run(InvoiceForm, "信箱要會計那個", "inform")
        assert form.asks == "invoice_email"

    async def test_an_address_that_is_written_wins(self, buyer: Customer) -> None:
        await invoiced(buyer)
        form = await of_the_mug(buyer, "咖啡杯開發票，同抬頭，信箱換成 boss@dingxin.example")
        assert form.slots["invoice_email"] == "boss@dingxin.example"
