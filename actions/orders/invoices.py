"""Invoices: asked for with a name, recorded as a promise to send one by e-mail. What the form hears."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from actions.kit import slot_text
from actions.kit.asking_who import wants_what_is_theirs
from actions.kit.base import FROM_FOCUS, Turn
from actions.kit.form_input import begins, blank, choice, confirmed_beside, words
from actions.kit.forms import CrmForm, requested
from actions.kit.goods import things_said
from actions.kit.mentions import names_a_number, order_meant
from actions.kit.parsing import email_in
from actions.kit.told import invoice_again
from actions.kit.words import consent, lexicon, plainly
from actions.kit.words.consent import Answer
from actions.orders import invoice_before, invoice_corrected
from actions.orders.form import is_not_bought, own_order
from actions.orders.invoice_before import promised_for
from actions.orders.invoice_names import (
    bare_company,
    company_named,
    quoted_name,
    tax_number_in,
    without_tax_number,
)
from crm_store import members, orders
from crm_store.clock import now
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.policy import policy

NOT_INVOICED = (OrderStatus.CANCELLED, OrderStatus.RETURNED)
ORDERS_LOOKED_AT = 20
AGAIN = "invoice_again"
"""In the focus, while the form is open: the invoice takes the place of one that was sent."""
OTHER_SCOPES = frozenset({"invoice_of_two", "invoice_without_item"})
"""Of plainly.yml: what no invoice is issued for here."""
PERSONAL, NO_NUMBER = "personal", "none"

_SENTENCE_END = re.compile(r"[。！!？?；;\n]+|(?<=\.)\s+|(?<=[\u4e00-\u9fff])\s*[，,]\s*")
_KIND_BEFORE = re.compile(r"^(?:公司|单位|單位|company|firm)\s*[:：,，\s]\s*", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[，。；！!]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


class InvoiceForm(CrmForm):
    """Listens for order, name, tax number and e-mail in whatever order they come; the open question is only a hint."""

    form_name: ClassVar[str] = "invoice_form"
    slots: ClassVar[tuple[str, ...]] = (
        "invoice_order",
        "invoice_title",
        "invoice_tax_number",
        "invoice_email",
        "invoice_confirmed",
    )
    consents: ClassVar[frozenset[str]] = frozenset({"invoice_confirmed"})

    async def fill(self, turn: Turn) -> dict[str, Any]:
        member = turn.member
        if not begins(self, turn) and wants_none(turn):
            return {"invoice_confirmed": False}
        if begins(self, turn) and member is not None and invoice_corrected.is_meant(turn):
            return blank(self) | await invoice_corrected.filled(turn, member)
        beside_question = {} if begins(self, turn) else _told_scope(turn) or self._beside_question(turn)
        if "invoice_order" in beside_question or (beside_question and requested(turn, "invoice_title")):
            return beside_question
        if member is None or (asks_how(turn) and not self._gives_name(turn)):
            if member is not None and turn.intent == "ask_invoice" and not begins(self, turn):
                # Asked in the midst of the form: told in short, then the open question once more.
                turn.say("reply_invoice_how")
            return blank(self) if begins(self, turn) else {}
        filled: dict[str, Any] = {}
        if begins(self, turn):
            filled = blank(self) | ({"invoice_email": member.email} if member.email else {})
            _told_scope(turn)
            filled |= await self._order(turn, member)
            turn.focus(**{AGAIN: wants_again(turn) or None})
            if wants_again(turn):
                turn.say("reply_invoice_again")
        elif requested(turn, "invoice_order") or names_a_number(turn) or _names_order(turn):
            filled = await self._order(turn, member)
        same = await self._as_before(turn, member)
        filled |= (self._title(turn, member) if "invoice_title" not in same else {}) | same | self._tax_number(turn)
        if email := email_in(turn):
            filled["invoice_email"] = email
        if begins(self, turn) and asks_issued(turn) and await promised_for(turn, filled.get("invoice_order")) is None:
            turn.say("reply_invoice_not_asked_for")
        if not requested(turn, "invoice_confirmed"):
            return filled
        return self._at_the_end(turn, filled)

    def _at_the_end(self, turn: Turn, filled: dict[str, Any]) -> dict[str, Any]:
        """What the last question is answered with: yes or no, a value put right, or that one is wrong."""
        if not filled and invoice_corrected.wants_other_mail(turn):
            return {"invoice_email": None}
        if says_wrong(turn) and not filled:
            # What is wrong is asked (`AskToConfirmInvoice`); nothing is dropped for it.
            return {"invoice_order": turn.slot("invoice_order")}
        return confirmed_beside(turn, "invoice_confirmed", filled)

    async def required(self, turn: Turn) -> list[str]:
        if turn.member is None or (asks_how(turn) and turn.slot("invoice_order") is None):
            return []
        number = turn.slot("invoice_order")
        if turn.slot("invoice_confirmed") is False:
            return []
        if begins(self, turn) and asks_issued(turn) and await promised_for(turn, number) is not None:
            return []
        if number is None:
            several = len(await invoiceable(turn, turn.member)) > 1
            if not several or names_a_number(turn) or await is_not_bought(turn, turn.member):
                return []
        elif not may_be_invoiced(await own_order(turn, number)):
            return []
        needed = ["invoice_order", "invoice_title"]
        if lexicon.mentions("company", str(turn.slot("invoice_title") or "")):
            needed.append("invoice_tax_number")
        return [*needed, "invoice_email", "invoice_confirmed"]

    async def _order(self, turn: Turn, member: Member) -> dict[str, Any]:
        meant = await order_meant(turn, member, await invoiceable(turn, member))
        if meant.one is not None:
            return {"invoice_order": meant.one.number}
        if meant.not_bought is not None:
            # What was not bought is never replaced by the order that was spoken of.
            return {"invoice_order": None}
        if meant.unknown_number and requested(turn, "invoice_order"):
            turn.say("reply_number_unknown", number=meant.unknown_number)
            return {"invoice_order": None}
        return {"invoice_order": meant.unknown_number} if meant.unknown_number else {}

    async def _as_before(self, turn: Turn, member: Member) -> dict[str, Any]:
        """What is to be as on the invoice before: all of it, or where it goes. Where there was none, the words that
        say so are no name, and it is asked for."""
        text, asked = words(turn), requested(turn, "invoice_title")
        same = bool(text) and invoice_before.wants_the_same(text, asked=asked)
        address = bool(text) and invoice_before.wants_its_address(text)
        before = await invoice_before.last(turn, member, text) if same or address else None
        filled: dict[str, Any] = {}
        if address:
            filled["invoice_email"] = before.email if before is not None else None
        if same and before is not None:
            filled |= {"invoice_tax_number": before.tax_number or NO_NUMBER, "invoice_email": before.email}
            filled["invoice_title"] = invoice_before.named_beside(text) or before.title
        elif same:
            filled["invoice_title"] = turn.slot("invoice_title") if not begins(self, turn) else None
        return filled

    def _title(self, turn: Turn, member: Member) -> dict[str, Any]:
        text = words(turn)
        if begins(self, turn) and not turn.pressed:
            turn.focus(invoice_company=tells_company_only(text) or None)
        if text and (quoted := quoted_name(text, asked=requested(turn, "invoice_title"))):
            return {"invoice_title": quoted}
        if begins(self, turn) and wants_again(turn):
            # "The title is wrong" names none.
            return {}
        if named := company_named(text):
            # "Two signs are missing, it is … Ltd": the name is what one clause gives whole.
            return {"invoice_title": named}
        own = {"invoice_title": members.full_name(member, turn.language)}
        if choice(turn) == PERSONAL:
            return own if own["invoice_title"] else {}
        asked = requested(turn, "invoice_title")
        said = (self._corrected(turn) if text else None) or slot_text.content(turn, "invoice_title")
        is_personal = lexicon.mentions("personal", text) and not names_company(text)
        if requested(turn, "invoice_confirmed"):
            # A yes agrees to the name that the question named.
            is_personal = is_personal and not consent.doubts(text) and consent.read(text).answer is not Answer.YES
        if is_personal and (asked or begins(self, turn) or requested(turn, "invoice_confirmed")):
            name = _own_name(said or "")
            return {"invoice_title": name} if len(name) > 1 else own if own["invoice_title"] else {}
        title = without_tax_number(said or "")
        if title and slot_text.is_talk(title):
            # "Found it: 9131…" brings the number that was looked for, and no name.
            return {}
        if asked and not title and text and tax_number_in(text):
            title = _named_beside_number(text)
        title = _without_kind_before(title)
        if title and says_kind_only(title):
            # "开公司的" says of which kind it shall be, not the name: heard, and the name is asked for.
            corrects = requested(turn, "invoice_confirmed")
            return {"invoice_title": None, "invoice_tax_number": None} if asked or corrects else {}
        return {"invoice_title": title} if title else {}

    def _gives_name(self, turn: Turn) -> bool:
        """Whether a company is named amid the form; what is asked beside it (税号要吗) the next question tells."""
        return not begins(self, turn) and company_named(words(turn)) is not None

    def _beside_question(self, turn: Turn) -> dict[str, Any]:
        """A company's name in a sentence of its own, beside one that asks something: "Finch Ltd. must I have a tax
        number?". What is asked is told with the next question, which is about the number."""
        text = words(turn)
        sentences = [each.strip() for each in _SENTENCE_END.split(text) if each.strip()]
        asks = turn.intent in ("ask_invoice", "ask_faq") or any(slot_text.is_question(each) for each in sentences)
        naming = [each for each in sentences if asks and names_company(each) and not slot_text.is_question(each)]
        if len(sentences) < len(("a name", "a question")) or len(naming) != 1:
            return {}
        title = _without_kind_before(slot_text.bare_name(without_tax_number(naming[0])))
        return {} if not title or says_kind_only(title) else {"invoice_title": title} | self._tax_number(turn)

    def _corrected(self, turn: Turn) -> str | None:
        """At the last question, a company's name after words that take the first one back."""
        text = words(turn)
        in_form = requested(turn, "invoice_confirmed") or requested(turn, "invoice_tax_number")
        if not in_form or not lexicon.corrects(text):
            return None
        naming = [clause for clause in _CLAUSE_END.split(text) if lexicon.mentions("company", clause)]
        if not naming or slot_text.is_question(text):
            return None
        # 是 in a clause that follows another says what it is; in one that stands alone it may begin a name (是德).
        named = bare_company(naming[-1]) if naming[-1] != text or lexicon.mentions("title_word", text) else text
        return slot_text.bare_name(named)

    def _tax_number(self, turn: Turn) -> dict[str, Any]:
        number = tax_number_in(_without_spans(turn, "order_number", "parcel_number", "phone", "email"))
        if number:
            return {"invoice_tax_number": number}
        if not requested(turn, "invoice_tax_number"):
            return {}
        if choice(turn) == NO_NUMBER or turn.intent == "deny" or lexicon.mentions("none", words(turn)):
            return {"invoice_tax_number": NO_NUMBER}
        return {}


def _named_beside_number(text: str) -> str:
    """The company that a line with its tax number names: 公司 志明工程行 24536806."""
    named = without_tax_number(text)
    return slot_text.bare_name(named) if names_company(_without_kind_before(named)) else ""


def _without_kind_before(title: str) -> str:
    """The name without the word that only says of which kind it is: 公司 志明工程行, "company: Finch Ltd"."""
    bare = _KIND_BEFORE.sub("", title)
    clauses = [clause.strip() for clause in _CLAUSE_END.split(bare) if clause.strip()]
    if len(clauses) > 1 and says_kind_only(clauses[0]):
        # 开公司的，上海…有限公司: the first clause only tells company from person.
        bare = bare.partition(clauses[0])[2].strip(" ,，。；;")
    return bare if names_company(bare) and bare else title


def tells_company_only(text: str) -> bool:
    """Whether it is only told that the title shall be a company's (公司抬头, "a company title"), and not which."""
    of_kind = any(says_kind_only(clause) for clause in consent.clauses(text) if lexicon.mentions("title_word", clause))
    return of_kind and company_named(text) is None


def _names_order(turn: Turn) -> bool:
    """Whether an order is named by its goods in the midst of the form: an invoice for them is asked for, or "the one
    with the shirt" is said beside the title."""
    points = turn.intent == "ask_invoice" or lexicon.mentions("order_pointing", words(turn))
    return not turn.pressed and points and bool(things_said(turn))


def asks_another_scope(turn: Turn) -> bool:
    """Whether the invoice is to leave out one of the order's things, or to be for several orders."""
    asked = [] if turn.pressed else plainly.asked(words(turn), turn.language)
    return any(each.name in OTHER_SCOPES for each in asked)


def _told_scope(turn: Turn) -> dict[str, Any]:
    """Says, where that is asked, that an invoice is for one order as a whole; the questions for it go on."""
    if not asks_another_scope(turn):
        return {}
    turn.say("reply_rule_invoice_of_one_order")
    return {"invoice_order": turn.slot("invoice_order")}


def wants_none(turn: Turn) -> bool:
    """Whether the words say, amid the form, that no invoice was wished for: "I did not want that one, I asked …"."""
    return not turn.pressed and lexicon.mentions("invoice_not_meant", words(turn))


def wants_again(turn: Turn) -> bool:
    """Whether an invoice that has come is wrong, and is to be issued again."""
    return not turn.pressed and invoice_again.is_told(words(turn))


def asks_issued(turn: Turn) -> bool:
    """Whether it is asked if an invoice is out already."""
    return not turn.pressed and lexicon.mentions("invoice_issued", words(turn))


def asks_of_any(turn: Turn) -> bool:
    """Whether the words ask if, or how, invoices are issued, and name no order of the customer's own."""
    if turn.pressed or names_a_number(turn) or wants_what_is_theirs(turn.text):
        return False
    return slot_text.is_question(turn.text) or consent.asks_back(turn.text) or plainly.is_heard(turn.text)


def asks_how(turn: Turn) -> bool:
    """Whether the message asks how invoices work, and wants none for a certain order: no form opens for that."""
    if turn.pressed or turn.intent not in ("ask_invoice", "ask_faq") or names_a_number(turn):
        return False
    text = turn.text
    if after_one_was_promised(turn):
        return True
    if asks_issued(turn) or _corrects_title(turn) or wants_again(turn):
        return False
    if lexicon.mentions("own_thing", text):
        return False
    if lexicon.mentions("invoice_policy", text):
        return True
    # "Can I have an invoice for that order" is about one's own, and wants it.
    wants = lexicon.mentions("invoice_wish", text) or lexicon.mentions("order_pointing", text)
    return slot_text.is_question(text) and not wants


def _corrects_title(turn: Turn) -> bool:
    """Whether words that say the title is wrong give the right one in the form: no question how that is done."""
    in_form = requested(turn, "invoice_confirmed") or requested(turn, "invoice_tax_number")
    return in_form and lexicon.corrects(turn.text) and not slot_text.is_question(turn.text) and names_company(turn.text)


def after_one_was_promised(turn: Turn) -> bool:
    """Whether the words ask when or where the invoice comes that was just promised, or for which amount."""
    asks = any(lexicon.mentions(group, turn.text) for group in ("how_long", "sent_where", "invoice_amount"))
    of_goods = turn.intent == "ask_invoice" and bool(things_said(turn)) and not lexicon.mentions("own_thing", turn.text)
    return asks and (turn.follows or of_goods) and turn.spoken_of.get("done") == "ask_invoice"


def names_company(text: str) -> bool:
    """Whether a company is spoken of; "no company" speaks of none."""
    return lexicon.meant("company", text) is not None


def says_kind_only(title: str) -> bool:
    """Whether the words only tell company from person: 公司的, "a company one"."""
    left = lexicon.without("invoice_kind", lexicon.without("correction", title))
    return lexicon.mentions("company", title) and not left.strip()


def says_wrong(turn: Turn) -> bool:
    """Whether the words only say that something is not right, and not what: 不对, "that's wrong"."""
    text = words(turn)
    return lexicon.mentions("wrong", text) and not lexicon.without("wrong", lexicon.without("courtesy", text)).strip()


def tax_number_of(turn: Turn) -> str | None:
    number = turn.slot("invoice_tax_number")
    return number if number and number != NO_NUMBER else None


def _own_name(said: str) -> str:
    """The name beside words that say it is one's own: Lin Xiaowen of "just me, Lin Xiaowen, no company"."""
    clauses = [clause for clause in re.split(r"[,，;；]", said) if not lexicon.mentions("company", clause)]
    return next((name for clause in clauses if (name := _without_words("personal", clause))), "")


def _without_words(group: str, text: str) -> str:
    for word in sorted(lexicon.words(group), key=len, reverse=True):
        text = re.sub(re.escape(word), "", text, flags=re.IGNORECASE)
    return text.strip(" ,，:：的")


def _without_spans(turn: Turn, *names: str) -> str:
    """The typed words without the places of these entities; spaces between digits left out."""
    text = words(turn)
    for entity in sorted(turn.tracker.latest_message.get("entities") or [], key=lambda each: -int(each["start"])):
        if entity["entity"] in names and entity.get("extractor") != FROM_FOCUS:
            text = f"{text[: entity['start']]} {text[entity['end'] :]}"
    return re.sub(r"(?<=\d) (?=\d)", "", text)


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
