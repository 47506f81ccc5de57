"""An invoice that was asked for and is not out yet is put right: another title, tax number or address. The form begins
with what is known, asks for what is only said to be wrong, and its promise takes the place of the first."""

import re
from typing import Any

from actions.kit.base import Turn
from actions.kit.form_input import choice, words
from actions.kit.parsing import email_in
from actions.kit.told import invoice_again
from actions.kit.words import lexicon
from actions.orders import invoice_before
from actions.orders.invoice_names import company_named, quoted_name, tax_number_in
from crm_store import members, promises
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.promises import PromiseStatus
from crm_store.text import normalise

NO_NUMBER = "none"
_OTHER = re.compile(r"另|别的?|其他|换|改|\b(?:another|other|different|change|instead)\b")


def is_meant(turn: Turn) -> bool:
    return choice(turn) == invoice_again.CORRECTED


def wants_other_mail(turn: Turn) -> bool:
    """Whether it is to go to another address, which is not named: it is asked for."""
    text = words(turn)
    of_mail = lexicon.mentions("invoice_mail_word", text) and _OTHER.search(normalise(text)) is not None
    return of_mail and email_in(turn) is None and not turn.pressed


async def filled(turn: Turn, member: Member) -> dict[str, Any]:
    """The answers of the form, as they were with what the words change; None for what is wrong and not named anew."""
    text = words(turn)
    before = await invoice_before.last(turn, member)
    known: dict[str, Any] = {"invoice_order": turn.spoken_of.get("order")}
    if before is not None:
        known |= {
            "invoice_title": before.title,
            "invoice_tax_number": before.tax_number or NO_NUMBER,
            "invoice_email": before.email,
        }
    if title := quoted_name(text, asked=True) or company_named(text):
        known["invoice_title"] = title
    elif lexicon.mentions("personal", text) and not lexicon.mentions("company", text):
        known |= {"invoice_title": members.full_name(member, turn.language), "invoice_tax_number": NO_NUMBER}
    elif lexicon.mentions("title_word", text):
        known["invoice_title"] = None
    if number := tax_number_in(text):
        known["invoice_tax_number"] = number
    elif lexicon.mentions("tax_number_word", text):
        known["invoice_tax_number"] = None
    if email := email_in(turn):
        known["invoice_email"] = email
    elif lexicon.mentions("invoice_address_word", text) and not lexicon.mentions("title_word", text):
        known["invoice_email"] = None
    return known


async def replace(turn: Turn, order: Order, *, by: int) -> None:
    """Withdraw the earlier promise of an invoice for the order, which the one of this id stands for now: an order has
    one invoice."""
    for promise in await promises.open_for_member(turn.session, order.member_id):
        is_invoice = promise.reference == order.number and promise.key.endswith(invoice_before.INVOICE_KEY)
        if is_invoice and promise.id != by and promise.status == PromiseStatus.OPEN:
            await promises.cancel(turn.session, promise)
