"""Invoices: asked for with a name, recorded as a promise to send one by e-mail."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from actions.kit import lexicon
from actions.kit.base import CrmAction, Event, Turn
from actions.kit.form_input import begins, blank, choice, confirmed, words
from actions.kit.forms import CrmForm, FixedQuestion, free_text, requested
from actions.kit.mentions import order_meant
from actions.kit.parsing import email_in
from actions.kit.replies import Facts, due_text, items_text, order_buttons, service_button
from crm_store import members, orders, promises
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_date, format_moment, format_money, mask_email
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.policy import policy
from crm_store.promises import PromiseKind

NOT_INVOICED = (OrderStatus.CANCELLED, OrderStatus.RETURNED)
ORDERS_LOOKED_AT = 20
PERSONAL, NO_NUMBER = "personal", "none"
TITLE_CHARACTERS = 100

_TAX_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z0-9]*\d)([A-Z0-9]{15,20}|\d{8})(?![A-Za-z0-9])", re.IGNORECASE)
_LABELS = re.compile(
    r"^.*?(?:抬头|抬頭|公司名|made out to|title|name it|name)\s*(?:是|为|為|写|寫|[:：])?\s*", re.IGNORECASE
)


class InvoiceForm(CrmForm):
    form_name: ClassVar[str] = "invoice_form"
    slots: ClassVar[tuple[str, ...]] = (
        "invoice_order",
        "invoice_title",
        "invoice_tax_number",
        "invoice_email",
        "invoice_confirmed",
    )

    async def fill(self, turn: Turn) -> dict[str, Any]:
        member = turn.member
        if member is None:
            return blank(self)
        if begins(self, turn):
            email = {"invoice_email": member.email} if member.email else {}
            return blank(self) | email | await self._order(turn, member)
        if requested(turn, "invoice_order"):
            return await self._order(turn, member)
        if requested(turn, "invoice_title"):
            return self._title(turn, member)
        if requested(turn, "invoice_tax_number"):
            return self._tax_number(turn)
        if requested(turn, "invoice_email"):
            email_said = email_in(turn)
            return {"invoice_email": email_said} if email_said else {}
        return confirmed(turn, "invoice_confirmed") or self._corrected(turn, member)

    async def required(self, turn: Turn) -> list[str]:
        if turn.member is None:
            return []
        number = turn.slot("invoice_order")
        if number is None:
            several = len(await invoiceable(turn, turn.member)) > 1
            if not several or turn.entity("order_number"):
                return []
        elif not may_be_invoiced(await _own(turn, number)):
            return []
        needed = ["invoice_order", "invoice_title"]
        if lexicon.mentions("company", str(turn.slot("invoice_title") or "")):
            needed.append("invoice_tax_number")
        return [*needed, "invoice_email", "invoice_confirmed"]

    async def _order(self, turn: Turn, member: Member) -> dict[str, Any]:
        meant = await order_meant(turn, member, await invoiceable(turn, member))
        if meant.one is not None:
            return {"invoice_order": meant.one.number}
        if meant.unknown_number and requested(turn, "invoice_order"):
            turn.say("reply_number_unknown", number=meant.unknown_number)
            return {"invoice_order": None}
        return {"invoice_order": meant.unknown_number} if meant.unknown_number else {}

    def _title(self, turn: Turn, member: Member) -> dict[str, Any]:
        text = words(turn)
        is_personal = lexicon.mentions("personal", text) and not lexicon.mentions("company", text)
        if choice(turn) == PERSONAL or (is_personal and len(lexicon.without("personal", text)) < 2):
            name = members.full_name(member, turn.language)
            return {"invoice_title": name} if name else {}
        said = free_text(turn, "invoice_title").get("invoice_title")
        if said is None:
            return {}
        number = _TAX_NUMBER.search(said)
        title = _LABELS.sub("", _TAX_NUMBER.sub("", said)).strip(" ,，;；。:：\n")
        title = re.sub(
            r"[,，;；\s]*(?:税号|稅號|统编|統編|统一编号|統一編號|tax (?:number|id)|vat)\s*(?:是|[:：])?$",
            "",
            title,
            flags=re.IGNORECASE,
        )
        if not title:
            return {}
        return {"invoice_title": title[:TITLE_CHARACTERS]} | ({"invoice_tax_number": number.group(1)} if number else {})

    def _tax_number(self, turn: Turn) -> dict[str, Any]:
        number = _TAX_NUMBER.search(words(turn).replace(" ", ""))
        if number:
            return {"invoice_tax_number": number.group(1).upper()}
        if choice(turn) == NO_NUMBER or turn.intent == "deny" or lexicon.mentions("none", words(turn)):
            return {"invoice_tax_number": NO_NUMBER}
        return {}

    def _corrected(self, turn: Turn, member: Member) -> dict[str, Any]:
        """At the last question: another address, or another name to put on it."""
        email = email_in(turn)
        return {"invoice_email": email} if email else {}


class AskWhichOrderToInvoice(CrmAction):
    action_name: ClassVar[str] = "action_ask_invoice_form_invoice_order"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is not None:
            several = await invoiceable(turn, turn.member)
            turn.say("reply_invoice_which", buttons=order_buttons(turn, several, "inform"))
        return []


class AskInvoiceTitle(CrmAction):
    action_name: ClassVar[str] = "action_ask_invoice_form_invoice_title"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        order = await _own(turn, turn.slot("invoice_order"))
        if turn.member is None or order is None:
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
        order = await _own(turn, turn.slot("invoice_order"))
        if order is None:
            return []
        number = _number_of(turn)
        turn.say(
            "reply_invoice_confirm_company" if number else "reply_invoice_confirm",
            number=order.number,
            amount=format_money(order.total_minor, order.currency),
            title=turn.slot("invoice_title"),
            tax_number=number or "",
            email=mask_email(turn.slot("invoice_email")),
        )
        return []


class RequestInvoice(CrmAction):
    """Promise the invoice by e-mail; without an order that can have one, say how invoices work."""

    action_name: ClassVar[str] = "action_invoice_form_submit"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is None:
            turn.say("reply_invoice_how")
            turn.say("reply_verify_first")
            turn.done("verification_needed")
            return InvoiceForm.cleared()
        number = turn.slot("invoice_order")
        order = await _own(turn, number)
        if order is None or not may_be_invoiced(order):
            await self._refuse(turn, turn.member, str(number) if number else None, order)
        elif turn.slot("invoice_confirmed") is False:
            turn.say("reply_invoice_not_noted")
            turn.done("invoice_dropped", order=order.number)
        else:
            await self._promise(turn, turn.member, order)
        return InvoiceForm.cleared()

    async def _promise(self, turn: Turn, member: Member, order: Order) -> None:
        due = now() + policy().invoices.sent_within
        tax_number = _number_of(turn)
        facts: Facts = {
            "number": order.number,
            "email": mask_email(turn.slot("invoice_email")),
            "title": turn.slot("invoice_title"),
            "tax_number": tax_number or "",
        }
        kind = "invoice_company" if tax_number else "invoice"
        promise = await promises.make(
            turn.session,
            member_id=member.id,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            kind=PromiseKind.OTHER,
            text=label("service_promise", kind, turn.language, due=due_text(due, turn.language), **facts),
            due_at=due,
            reference=order.number,
            key=turn.key("invoice"),
        )
        if turn.slot("invoice_email") != member.email and not member.email:
            await members.update_profile(turn.session, member, email=turn.slot("invoice_email"), by="member")
        turn.say("reply_invoice_noted", due=format_moment(promise.due_at, turn.language), **facts)
        turn.done("invoice_promised", f"invoice for {order.number}", order=order.number, promise=promise.id)

    async def _refuse(self, turn: Turn, member: Member, number: str | None, order: Order | None) -> None:
        if number is not None and order is None:
            turn.say("reply_number_unknown", number=number)
            turn.done("not_found", number=number)
            return
        latest = order or next(iter(await orders.recent(turn.session, member.id, limit=1)), None)
        if latest is None:
            turn.say("reply_invoice_how")
            turn.done("no_orders")
            return
        facts: Facts = {"number": latest.number, "placed": format_date(latest.placed_at, turn.language)}
        if latest.status in NOT_INVOICED:
            turn.say("reply_invoice_cancelled", status=label("order_status", latest.status, turn.language), **facts)
            turn.done("refused", f"{latest.number} is {latest.status}", order=latest.number)
        elif latest.delivered_at is None:
            turn.say("reply_invoice_after_delivery", **facts)
            turn.done("too_early", f"{latest.number} is {latest.status}", order=latest.number)
        else:
            turn.say("reply_invoice_too_late", buttons=[service_button(turn, "human", "request_human")], **facts)
            turn.done("too_late", f"{latest.number} of {latest.placed_at:%Y-%m-%d}", order=latest.number)


async def invoiceable(turn: Turn, member: Member) -> Sequence[Order]:
    """The member's orders that can have an invoice, newest first."""
    found = await orders.recent(turn.session, member.id, limit=ORDERS_LOOKED_AT)
    return [order for order in found if may_be_invoiced(order)]


def may_be_invoiced(order: Order | None) -> bool:
    return (
        order is not None
        and order.delivered_at is not None
        and order.status not in NOT_INVOICED
        and now() - order.placed_at <= policy().invoices.askable_for
    )


def _number_of(turn: Turn) -> str | None:
    number = turn.slot("invoice_tax_number")
    return number if number and number != NO_NUMBER else None


async def _own(turn: Turn, number: str | None) -> Order | None:
    if turn.member is None or number is None:
        return None
    return await orders.by_number(turn.session, number, member_id=turn.member.id)
