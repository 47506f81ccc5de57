"""What the form of an invoice asks: which order, whose name, which tax number and address, and whether all is right."""

from typing import ClassVar

from actions.kit import form_input, slot_text
from actions.kit.base import CrmAction, Event, Turn
from actions.kit.forms import FixedQuestion
from actions.kit.mentions import orders_described
from actions.kit.replies import items_text, order_buttons, service_button
from actions.kit.words import lexicon
from actions.orders.form import own_order
from actions.orders.invoices import (
    NO_NUMBER,
    PERSONAL,
    asks_another_scope,
    asks_how,
    invoiceable,
    says_kind_only,
    says_wrong,
    tax_number_of,
)
from crm_store import members
from crm_store.language import format_money, mask_email


class AskWhichOrderToInvoice(CrmAction):
    action_name: ClassVar[str] = "action_ask_invoice_form_invoice_order"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None:
            every = await invoiceable(turn, turn.member)
            several = orders_described(turn, every) or every
            turn.say("reply_invoice_which", buttons=order_buttons(turn, several, "inform"))
        return []


class AskInvoiceTitle(CrmAction):
    action_name: ClassVar[str] = "action_ask_invoice_form_invoice_title"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        order = await own_order(turn, turn.slot("invoice_order"))
        if turn.member is None or order is None:
            return []
        turn.focus(order=order.number)
        asks = turn.intent == "ask_invoice" and slot_text.is_question(form_input.words(turn))
        if asks and not asks_how(turn) and not asks_another_scope(turn):
            turn.say("reply_invoice_possible")
        if says_kind_only(form_input.words(turn)) or turn.spoken_of.get("invoice_company"):
            turn.say("reply_invoice_company_title", number=order.number)
            return []
        name = members.full_name(turn.member, turn.language)
        buttons = (
            [service_button(turn, "personal_title", "inform", facts={"name": name}, choice=PERSONAL)] if name else []
        )
        turn.say("reply_invoice_title", number=order.number, items=items_text(order, turn.language), buttons=buttons)
        return []


class AskTaxNumber(CrmAction):
    action_name: ClassVar[str] = "action_ask_invoice_form_invoice_tax_number"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        none = service_button(turn, "no_tax_number", "inform", choice=NO_NUMBER)
        if slot_text.is_question(form_input.words(turn)) and lexicon.mentions(
            "tax_number_word", form_input.words(turn)
        ):
            turn.say("reply_invoice_tax_needed")
        turn.say("reply_invoice_tax_number", title=turn.slot("invoice_title"), buttons=[none])
        return []


class AskInvoiceEmail(FixedQuestion):
    def name(self) -> str:
        return "action_ask_invoice_form_invoice_email"


class AskToConfirmInvoice(CrmAction):
    action_name: ClassVar[str] = "action_ask_invoice_form_invoice_confirmed"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        order = await own_order(turn, turn.slot("invoice_order"))
        if order is None:
            return []
        if says_wrong(turn):
            # What is right may stand in the next part of the same message.
            if not _more_follows(turn):
                turn.say("reply_invoice_what_wrong")
            return []
        number = tax_number_of(turn)
        turn.say(
            "reply_invoice_confirm_company" if number else "reply_invoice_confirm",
            number=order.number,
            amount=format_money(order.total_minor, order.currency),
            title=turn.slot("invoice_title"),
            tax_number=number or "",
            email=mask_email(turn.slot("invoice_email")),
        )
        return []


def _more_follows(turn: Turn) -> bool:
    return (turn.tracker.latest_message.get("metadata") or {}).get("resumes") is False
