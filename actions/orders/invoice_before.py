"""The invoice that was asked for last, and words that want the next one like it: 同抬头, "same as last time"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from actions.kit.base import Turn
from actions.kit.words import lexicon
from actions.orders.invoice_names import company_named, tax_number_in
from crm_store import promises
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member
from crm_store.promises import Promise, PromiseStatus

INVOICE_KEY = ":invoice"
"""How the keys of promised invoices end."""
_KINDS = ("invoice_company", "invoice_again_company", "invoice", "invoice_again")
_MASK = "***"


@dataclass(frozen=True, slots=True)
class Before:
    """Whom an invoice was made out to, its tax number and where it goes."""

    title: str
    tax_number: str | None
    email: str | None


def wants_the_same(text: str, *, asked: bool) -> bool:
    """Whether the words want the title of the invoice before. `asked`: the title is what we asked for."""
    return lexicon.mentions("invoice_as_before", text) or (asked and lexicon.mentions("the_same", text))


def wants_its_address(text: str) -> bool:
    """Whether the words point at an address that was given before: 信箱要会计那个, "the same e-mail"."""
    return lexicon.mentions("invoice_address_word", text) and lexicon.mentions("invoice_address_before", text)


def named_beside(text: str) -> str | None:
    """The company that is named in full beside such words; what holds them is no name."""
    named = company_named(text)
    return None if named is None or wants_the_same(named, asked=True) else named


async def last(turn: Turn, member: Member, text: str = "") -> Before | None:
    """The invoice of the member that was asked for last, of this conversation or an earlier one; with a tax number or
    a company's name in the words, the last one that has it."""
    made = await promises.for_member(turn.session, member.id)
    asked_for = [each for each in made if each.key.endswith(INVOICE_KEY) and each.status != PromiseStatus.CANCELLED]
    known = [before for each in asked_for if (before := _read(each.text, member)) is not None]
    number, named = tax_number_in(text), named_beside(text)
    fitting = [each for each in known if number in (None, each.tax_number) and named in (None, each.title)]
    return next(iter(fitting or known), None)


def _read(text: str, member: Member) -> Before | None:
    for pattern in _patterns():
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            # The member's own address stands there shortened.
            email = parts["email"] if _MASK not in parts["email"] else member.email
            return Before(parts["title"], parts.get("tax_number"), email)
    return None


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(_as_patterns())


def _as_patterns() -> Iterator[re.Pattern[str]]:
    for kind in _KINDS:
        for language in Language:
            written = re.escape(label("service_promise", kind, language))
            yield re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", written))


async def promised_for(turn: Turn, number: str | None) -> Promise | None:
    """The invoice of that order which is promised and not out yet."""
    if turn.member is None or not number:
        return None
    open_now = await promises.open_for_member(turn.session, turn.member.id)
    return next((each for each in open_now if each.reference == number and each.key.endswith(INVOICE_KEY)), None)
