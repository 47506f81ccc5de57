"""What only a colleague can arrange about the order, parcel or return that is spoken of: another way for a parcel that
is out, a piece that was left out, a place for what comes in exchange. An address that is given there belongs to that
wish and asks for no shop; "no complaint, just chase it" is heard as the chase."""

import re
from collections.abc import Mapping

from actions.kit import slot_text
from actions.kit.told import handing_on, not_in_parcel, return_details
from actions.kit.told.handing_on import What
from actions.kit.words import addresses, left_with, lexicon
from bot.hearing.answers import compensation
from bot.hearing.message import expectation
from bot.hearing.message.agreed import RETURN_FORM
from bot.hearing.message.said import CHOICE, SECOND_WISH, Said, parts, single, words
from bot.hearing.steps import Heard, Step, entities_of, is_wish, with_intent
from crm_store.conversations import Context, Focus
from crm_store.text import closed_up, normalise

CHASE, RETURN = "chase_promise", "return_or_refund"
SHOP = re.compile(r"(?<!物流)(?<!快递)(?:门店|門店|分店|店里|店裡|到店)|\b(?:in store|shop|store)\b", re.IGNORECASE)
"""Who names a shop asks for its pick-up, which is a rule."""
OUT_OF_FORMS = frozenset({What.RESEND, What.REPLACEMENT, What.MONEY})
"""What is heard amid a return as well."""
CONFIRMED = "return_confirmed"
YES = f'"{handing_on.CHOICE}:{handing_on.YES}"'
_PIECES = re.compile(r"[，,。.;；!！?？\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_AGREES = re.compile(
    r"(?:那|就|行|好|好的|嗯|对|可以|请|麻烦|帮我|你|同事|他们|去)*(?:登记|写|记|问|转告|安排|办)(?:一下|上|下来)?(?:给(?:他们|你?们?同事))?(?:吧|呗|啦|了|哈)"
    r"|(?:(?:yes|yeah|ok|okay|sure|please|then|do|go ahead|and) )*"
    r"(?:register|pass|write|note)(?: it| that)?(?: on| down)?"
    r"(?: (?:to|for) (?:them|a colleague|your colleagues?))?(?: please| then)?"
)
_SENDS = re.compile(
    r"^(?:(?:yes|yeah|ok|okay|no|just|well|then|so|pls|please|i|d|only|want|like|need|you|u|to|can|could|will|would) )*"
    r"(?:send|ship|post) (?:me |us |over )?(?:it|one|that|another(?: one)?|a new one|(?:the|my) (?:\w+ ?){1,3})"
    r"(?: (?:over|out|to me|please|pls|then|again|instead|lol|now))*$"
    r"|^(?:那|就|行|好|请|麻烦|帮我|给我|我要|我想|我只|只|你们?|直接|把|[嗰𠮶那]个)*.{0,8}?(?:补寄|补发|寄|发|送)返?(?:一份|一个|一套|[嗰𠮶那]个)?(?:给我|过来|来|俾我|畀我)"
    r"(?:就行|就好|就得|吧|啦|喇|了)*$"
)
"""A clause that only says that what did not come is to be sent."""
_NOT_NOW = re.compile(r"不|别|先等|唔|\b(?:not|don t|wait)\b")
NAMED = ("order_number", "parcel_number")


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such a message; None where nothing is spoken of, or another matter is named."""
    form, focus = context.expects.form, context.focus
    if form not in (None, RETURN_FORM) or _answers(said.text, context):
        return None
    if agreed := _agreed(said, context):
        return agreed
    if form is None and (apart := _told_apart(said, context)):
        return apart
    steps = []
    if form is None and _parcel_or_order(focus) and handing_on.chases(said.text) and not _refused(said.text):
        steps.append(words(said, CHASE, _thing(said, focus)))
    what = _what(said, context)
    if what == What.REPLACEMENT and return_details.told(said.text):
        # Where the new one goes, told and not asked, is written into the return itself.
        what = None
    if what is not None:
        steps.append(_step(said, what, focus))
    if steps and form is None and (wished := compensation.step(said.text, said.whole, context)):
        steps.append(wished)
    return Heard.of(*steps) if steps else None


def _told_apart(said: Said, context: Context) -> Heard | None:
    """Whether something was written down, and another matter behind it (写进去没？对了我的充电宝充不满): both."""
    focus = context.focus
    if not said.clauses or not (focus.get(handing_on.WAITING) or focus.get("done") == handing_on.DONE):
        return None
    (clause, parsed), *others = said.clauses
    wished = next((parsed for _, parsed in others if is_wish(parsed, SECOND_WISH)), None)
    asks = handing_on.asks_told(clause.text) or left_with.asked_whether(clause.text)
    if wished is None or not asks:
        return None
    asked = with_intent(
        parsed, CHASE, {CHOICE: f"{handing_on.CHOICE}:{handing_on.TOLD}", **_thing(said, context.focus)}
    )
    rest = "，".join(each.text for each, _ in others)
    about = {**said.whole, "text": rest, "intent": wished["intent"]}
    return Heard.of(Step(text=clause.text, heard=asked), single(rest, about, context))


def _what(said: Said, context: Context) -> str | None:
    """The choice that the words stand for."""
    form, focus, text = context.expects.form, context.focus, said.text
    what = handing_on.wished(text)
    if missing := _missing(text, context):
        return missing.value
    if form is not None:
        return what.value if what in OUT_OF_FORMS else None
    if what is None and handing_on.tells_missing(text):
        return What.RESEND.value
    known = _parcel_or_order(focus) or bool(focus.get("return"))
    waiting = focus.get(handing_on.WAITING)
    is_spoken_of = waiting or focus.get("done") == handing_on.DONE or (known and what)
    if context.focus.get(handing_on.LEFT_OUT) and is_spoken_of and handing_on.asks_added(text):
        return handing_on.TOLD
    if is_spoken_of and handing_on.asks_told(text) and addresses.found(text) is None:
        return handing_on.TOLD
    if what is What.RESEND:
        return What.RESEND.value
    if what is What.WITHOUT:
        names_goods = any(each.get("entity") == "product" for each in entities_of(said.whole))
        return what.value if names_goods else None
    if not known or (SHOP.search(text) and addresses.found(text) is None):
        return None
    if what in (What.PICK_UP, What.STOP):
        return what.value
    if handing_on.gives_address(text) or what is not None:
        return _where_to(what, focus).value
    return None


def _missing(text: str, context: Context) -> What | None:
    """A whole thing that was not in the parcel, told or spoken of: it is to be sent, or its money is wished."""
    told, spoken_of = not_in_parcel.told(text), context.focus.get(handing_on.LEFT_OUT)
    is_open = bool(context.focus.get(handing_on.WAITING)) or context.focus.get("done") == handing_on.DONE
    is_after = bool(spoken_of) and is_open
    if handing_on.wishes_money(text) and (told or is_after):
        return What.MONEY
    if told:
        return What.RESEND
    if is_after and context.expects.form is None and (handing_on.tells_moved(text) or addresses.found(text)):
        return What.REDIRECT
    return None


def _agreed(said: Said, context: Context) -> Heard | None:
    """A yes in the words of what was asked (那就请同事补发吧), also beside another question; amid a return the yes to
    it beside the question where the address is to go."""
    if handing_on.asks_told(said.text):
        return None
    yes = next((each for each in context.expects.options if YES in str(each["payload"])), None)
    kept = context.focus.get(handing_on.WAITING)
    what = kept.get("what") if isinstance(kept, Mapping) else None
    whole = bool(context.focus.get(handing_on.LEFT_OUT)) and yes is not None and what == What.RESEND
    if yes is not None and what == What.LEAVE and _dictates(said.text):
        # 嗯问吧，写：给前台小刘代收: what is dictated goes into the note.
        return Heard.of(words(said, CHASE, {CHOICE: f"{handing_on.CHOICE}:{handing_on.YES}"}))
    agreeing = [part for part in _pieces(said) if _agrees(part, what if yes else None) or (whole and _sends(part))]
    if not agreeing or (yes is not None and addresses.found(said.text)):
        return None
    if yes is not None:
        return Heard.of(Step(text=agreeing[0], payload=str(yes["payload"])))
    asks_how = handing_on.gives_address(said.text) and addresses.found(said.text) is None
    if context.expects.slot != CONFIRMED or not asks_how:
        return None
    agreed = Step(text=agreeing[0], heard=with_intent({**said.whole, "text": agreeing[0], "entities": []}, "affirm"))
    return Heard.of(agreed, _step(said, What.REPLACEMENT.value, context.focus))


def _dictates(text: str) -> bool:
    refused = _NOT_NOW.search(normalise(text)) or slot_text.is_question(text)
    return left_with.dictated(text) is not None and not refused


def _pieces(said: Said) -> list[str]:
    return [piece for part in parts(said) for piece in _PIECES.split(part) if piece.strip()]


def _sends(part: str) -> bool:
    """Whether what did not come is to be sent, as the question asks: also "can you send me one?", which is no doubt."""
    flat = closed_up(part)
    is_so = _SENDS.search(flat) is not None and _NOT_NOW.search(normalise(part)) is None
    return is_so and (flat.isascii() or not slot_text.is_question(part))


def _agrees(part: str, what: str | None) -> bool:
    if slot_text.is_question(part) or _NOT_NOW.search(normalise(part)):
        return False
    is_same = what is not None and handing_on.wished(part) == what
    return is_same or _AGREES.fullmatch(closed_up(part)) is not None


def _answers(text: str, context: Context) -> bool:
    """Whether the words press a button and wish for nothing of it besides: "yes, that one; just send the missing one"
    does."""
    return handing_on.wished(text) is None and expectation.option_said(text, context.expects) is not None


def _where_to(what: What | None, focus: Focus) -> What:
    """Of a parcel, or of what comes in exchange: whichever was spoken of last."""
    waiting = focus.get(handing_on.WAITING)
    if isinstance(waiting, Mapping) and waiting.get("what") in handing_on.NEEDS_ADDRESS:
        return What(str(waiting["what"]))
    if not focus.get("return"):
        return What.REDIRECT
    at = focus.get("at") or {}
    later = max(int(at.get("parcel", 0)), 0) > int(at.get("return", 0))
    return What.REDIRECT if later else What.REPLACEMENT


def _step(said: Said, what: str, focus: Focus) -> Step:
    named = {CHOICE: f"{handing_on.CHOICE}:{what}"}
    return words(said, CHASE, {**named, **_thing(said, focus)})


def _parcel_or_order(focus: Focus) -> bool:
    return bool(focus.get("parcel") or focus.get("order"))


def _thing(said: Said, focus: Focus) -> Mapping[str, str]:
    """The parcel or order spoken of, where the words name none."""
    if {str(each.get("entity")) for each in entities_of(said.whole)} & set(NAMED):
        return {}
    for kind in ("parcel", "order"):
        if focus.get(kind):
            return {f"{kind}_number": str(focus[kind])}
    return {}


def _refused(text: str) -> bool:
    """Whether being chased is what somebody complains of, or asks to be told about a promise."""
    return lexicon.mentions("callback_call", text)
