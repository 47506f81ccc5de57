"""An invoice that is promised, or why there is none; and how invoices work."""

from typing import ClassVar

from rasa_sdk import Tracker

from actions.kit import slot_text
from actions.kit.asking_who import ask_who
from actions.kit.base import CrmAction, Event, Turn
from actions.kit.form_input import words
from actions.kit.goods import things_said
from actions.kit.mentions import order_meant
from actions.kit.replies import Facts, due_text, service_button
from actions.kit.words import lexicon
from actions.knowledge.answers import answered
from actions.knowledge.found import Found, look_up
from actions.orders import invoice_corrected
from actions.orders.form import own_order, told_unknown
from actions.orders.invoice_before import promised_for
from actions.orders.invoices import (
    AGAIN,
    NOT_INVOICED,
    InvoiceForm,
    after_one_was_promised,
    asks_how,
    asks_issued,
    asks_of_any,
    may_be_invoiced,
    tax_number_of,
    wants_none,
)
from crm_store import members, orders, promises
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_date, format_moment, format_money, mask_email
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.policy import policy
from crm_store.promises import PromiseKind


class RequestInvoice(CrmAction):
    """Promise the invoice by e-mail; without an order that can have one, say how invoices work."""

    action_name: ClassVar[str] = "action_invoice_form_submit"

    async def prepare(self, tracker: Tracker) -> Found:
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        return await look_up(tracker) if intent in ("ask_invoice", "ask_faq") else Found()

    async def answer(self, turn: Turn) -> list[Event] | None:
        if asks_how(turn) and turn.slot("invoice_order") is None:
            if not await self._tell_promised(turn):
                await self._tell_how(turn)
            return InvoiceForm.cleared()
        if turn.member is None and asks_of_any(turn):
            # Whoever has ordered nothing yet is asked for nothing.
            await self._tell_how(turn)
            return InvoiceForm.cleared()
        if turn.member is None:
            turn.say("reply_invoice_how")
            ask_who(turn)
            turn.done("verification_needed")
            return InvoiceForm.cleared()
        number = turn.slot("invoice_order")
        order = await own_order(turn, number)
        if wants_none(turn):
            return await self._leave(turn)
        if asks_issued(turn) and (promised := await promised_for(turn, number)):
            turn.say("reply_invoice_when", number=number, due=format_moment(promised.due_at, turn.language))
            turn.focus(order=number, done="ask_invoice")
            turn.done("answered", f"invoice for {number}", order=number)
            return InvoiceForm.cleared()
        if order is None or not may_be_invoiced(order):
            await self._refuse(turn, turn.member, str(number) if number else None, order)
        elif turn.slot("invoice_confirmed") is False:
            turn.say("reply_invoice_not_noted")
            turn.done("invoice_dropped", order=order.number)
            return InvoiceForm.put_off(turn)
        else:
            await self._promise(turn, turn.member, order)
        return InvoiceForm.cleared()

    async def _leave(self, turn: Turn) -> list[Event]:
        """None was wished for: the form ends, and what was asked is answered."""
        turn.say("reply_invoice_none_meant")
        if slot_text.is_question(words(turn)):
            await self._tell_how(turn)
        turn.done(turn.outcome or "invoice_dropped")
        return InvoiceForm.left()

    async def _tell_promised(self, turn: Turn) -> bool:
        """When and where the invoice just promised comes, or its amount; False where the words go on with none."""
        if turn.member is None or not after_one_was_promised(turn):
            return False
        named = (await order_meant(turn, turn.member)).one if things_said(turn) else None
        number = named.number if named is not None else turn.spoken_of.get("order")
        open_now = await promises.open_for_member(turn.session, turn.member.id)
        promised = next((each for each in open_now if number and each.reference == number), None)
        if promised is None:
            return False
        order = await own_order(turn, number)
        due = format_moment(promised.due_at, turn.language)
        if order is not None and lexicon.mentions("invoice_amount", turn.text):
            turn.say("reply_invoice_amount", amount=format_money(order.total_minor, order.currency), due=due)
        elif (email := _address_asked(turn, turn.member, promised.text)) is not None:
            turn.say("reply_invoice_where", number=number, email=email)
        else:
            turn.say("reply_invoice_when", number=number, due=due)
        turn.focus(order=number, done="ask_invoice")
        turn.done("answered", f"invoice for {number}", order=number)
        return True

    async def _tell_how(self, turn: Turn) -> None:
        """The rules, from the article that tells them or in short, and the way to an invoice."""
        found: Found = turn.prepared
        if found.answers:
            await answered(turn, found)
        else:
            turn.say("reply_invoice_how", buttons=[service_button(turn, "invoice", "ask_invoice")])
            turn.done("explained")

    async def _promise(self, turn: Turn, member: Member, order: Order) -> None:
        due = now() + policy().invoices.sent_within
        tax_number = tax_number_of(turn)
        facts: Facts = {
            "number": order.number,
            "email": mask_email(turn.slot("invoice_email")),
            "title": turn.slot("invoice_title"),
            "tax_number": tax_number or "",
        }
        # Another address than the member's own stands nowhere else: who sends the invoice must be able to read it.
        in_full: Facts = {} if turn.slot("invoice_email") == member.email else {"email": turn.slot("invoice_email")}
        again = bool(turn.spoken_of.get(AGAIN))
        kind = f"invoice{'_again' if again else ''}{'_company' if tax_number else ''}"
        promise = await promises.make(
            turn.session,
            member_id=member.id,
            identity_id=turn.identity.id,
            conversation_id=turn.conversation.id,
            kind=PromiseKind.OTHER,
            text=label("service_promise", kind, turn.language, due=due_text(due, turn.language), **facts | in_full),
            due_at=due,
            reference=order.number,
            key=turn.key("invoice"),
        )
        await invoice_corrected.replace(turn, order, by=promise.id)
        if turn.slot("invoice_email") != member.email and not member.email:
            await members.update_profile(turn.session, member, email=turn.slot("invoice_email"), by="member")
        noted = "reply_invoice_noted_again" if again else "reply_invoice_noted"
        turn.say(noted, due=format_moment(promise.due_at, turn.language), **facts)
        turn.focus(order=order.number, done="ask_invoice", **{AGAIN: None})
        turn.done("invoice_promised", f"invoice for {order.number}", order=order.number, promise=promise.id)

    async def _refuse(self, turn: Turn, member: Member, number: str | None, order: Order | None) -> None:
        if order is None and await told_unknown(turn, member, number, "ask_invoice"):
            return
        latest = order or next(iter(await orders.recent(turn.session, member.id, limit=1)), None)
        if latest is None:
            turn.say("reply_invoice_how")
            turn.done("no_orders")
            return
        turn.focus(order=latest.number)
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


def _address_asked(turn: Turn, member: Member, promised: str) -> str | None:
    """The address as it was promised, where it is asked for and not when; None where it is not the one on file."""
    asks = lexicon.mentions("sent_where", turn.text) and not lexicon.mentions("how_long", turn.text)
    email = mask_email(member.email) if asks and member.email else ""
    return email if email and email in promised else None
