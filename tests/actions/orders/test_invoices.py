"""A member asks for an invoice; what comes of it is a promise with a due time."""

import pytest

from actions.orders.invoice_promises import RequestInvoice
from actions.orders.invoice_questions import AskInvoiceTitle, AskToConfirmInvoice
from actions.orders.invoices import InvoiceForm
from crm_store import promises
from crm_store.orders import OrderStatus
from tests.actions.conftest import Customer
from tests.actions.shop import MUG, SHOE, place

pytestmark = pytest.mark.usefixtures("frozen_clock")


class TestInvoice:
    async def test_a_company_in_one_line(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            order = await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        form = await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        assert form.asks == "invoice_title"
        asked = await member.run(AskInvoiceTitle, "开发票", "ask_invoice")
        assert asked.only.titles == ["个人（林悦）"]
        form = await member.run(InvoiceForm, "抬头：上海回声科技有限公司 税号91310104MA1FR0AB2X", "inform")
        assert form.slots["invoice_title"] == "上海回声科技有限公司"
        assert form.slots["invoice_tax_number"] == "91310104MA1FR0AB2X"
        assert form.asks == "invoice_confirmed"
        asked = await member.run(AskToConfirmInvoice, "x", "inform")
        assert member.member.email not in asked.only.text
        assert "税号 91310104MA1FR0AB2X" in asked.only.text
        await member.run(InvoiceForm, "对", "affirm")
        ran = await member.run(RequestInvoice, "对", "affirm")
        assert ran.responses == ["reply_invoice_noted"]
        assert "明天 10:00" in ran.only.text
        async with member.database.reading() as session:
            (promise,) = await promises.open_for_member(session, member.member.id)
        assert promise.reference == order.number
        assert "上海回声科技有限公司" in promise.text

    async def test_personal_by_button_and_no_tax_number_asked(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "invoice please", "ask_invoice", language="en", active_loop="invoice_form")
        form = await member.run(InvoiceForm, "/inform", "inform", entities={"choice": "personal"})
        assert form.asks == "invoice_confirmed"

    async def test_a_company_without_its_number_is_asked_once(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, SHOE, status=OrderStatus.DELIVERED)
        await member.run(InvoiceForm, "要開發票", "ask_invoice", language="zh-Hant", active_loop="invoice_form")
        form = await member.run(InvoiceForm, "回聲股份有限公司", "inform")
        assert form.asks == "invoice_tax_number"
        form = await member.run(InvoiceForm, "12345678", "inform")
        assert form.slots["invoice_tax_number"] == "12345678"
        assert form.asks == "invoice_confirmed"

    async def test_before_delivery_it_is_too_early(self, member: Customer) -> None:
        async with member.database.transaction() as session:
            await place(session, member.member.id, MUG, status=OrderStatus.SHIPPED)
        form = await member.run(InvoiceForm, "开发票", "ask_invoice", active_loop="invoice_form")
        assert form.asks is None
        ran = await member.run(RequestInvoice, "开发票", "ask_invoice")
        assert ran.responses == ["reply_invoice_after_delivery"]

    async def test_a_stranger_hears_the_rule_and_how_to_verify(self, customer: Customer) -> None:
        form = await customer.run(InvoiceForm, "怎么开发票", "ask_invoice", active_loop="invoice_form")
        assert form.asks is None
        ran = await customer.run(RequestInvoice, "怎么开发票", "ask_invoice")
        assert ran.responses == ["reply_invoice_how", "reply_verify_first"]
