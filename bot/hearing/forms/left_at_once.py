"""A form that the customer never wished: 谁要你打电话 amid the arranging of a call, "no complaint lol" to the question
whether to file one. It is left at once, and what stands beside those words is heard as if nothing had been asked."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from actions.kit import slot_text
from actions.kit.asked import sizes_said
from actions.kit.base import PUT_OFF
from actions.kit.forms import begun_by
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from bot.hearing.forms import dropped_by_name
from bot.hearing.message import agreed, called_off, denial, wishes
from bot.hearing.message.said import SECOND_WISH, Said, waits_for_a_story
from bot.hearing.message.wishes import Clause
from bot.hearing.steps import FALLBACK, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Expectation, Parsed
from crm_store.text import closed_up, normalise

CALL, COMPLAINT = "request_callback", "make_complaint"
CALL_FORM, COMPLAINT_FORM = "callback_form", "complaint_form"
REDEEM, REDEEM_FORM = "redeem_points", "redeem_form"
LEAVING, LEAVE_FORM = "cancel_membership", "leave_form"
OF_A_CALL = frozenset({"request_callback", "change_callback", "cancel_callback", "ask_callback"})
UNKNOWN = 0.35
"""Confidence of what is left of a message, none of whose clauses surely wishes anything by itself."""
_DIAL = r"(?:打|回|约|来|覆|安排|提)"
GOODBYE, CHANGE_FORM = "goodbye", "change_order_form"
_NOTHING_MORE = re.compile(
    r"(?:[我就只是系在想而已啫啊啦的了嘛喔哦先 ]|\b(?:i|i m|im|was|am|nah|no|though|tho|lol|really|only|just"
    r"|sorry|for now)\b)*"
)
"""What may stand beside the words that it was only asked about."""
_POINTING = ("pointing", "order_pointing")
_ANOTHER = frozenset({"points_amount", "reward", "tier", "order_number", "parcel_number"})
"""Entities beside which a bare "it" is of something else."""
_OF_THE_FORM = frozenset({"topic", "order", "product"})
"""What is spoken of because of the form."""
_RING = rf"{_DIAL}(?:我|俾我|畀我|给我)?(?:个|通|什么|啥|过|的)*(?:电话|回电|时间|来电)"
_NO_CALL = re.compile(
    rf"(?:谁|边个|哪个)(?:说|话|跟你说)?(?:让|叫|要|请|想)(?:过)?(?:你们?|您|你哋)?(?:给我|帮我|跟我)?{_RING}"
    rf"|{_DIAL}(?:什么|啥|咩|乜)(?:鬼)?(?:电话|回电|时间)"
    rf"|(?<!有)(?:没有?|冇|不是|唔系)(?:说过?|话|让|叫|请|要|想)+(?:你们?|您|你哋)?(?:给我|帮我|跟我)?{_RING}"
    rf"|(?:不|唔|别|甭|勿)(?:需)?(?:想|要|用|使|好)?(?:你们?|您|你哋)?(?:给我|帮我|跟我|再)?{_RING}"
    r"|(?:什么|哪来的|咩)(?:电话|回电)(?:啊|呀)?$|(?:不|唔)(?:要|想|用|使)(?:接|听|等)(?:你们?的?|什么|任何)?电话"
    r"|\bwho (?:the \w+ )?(?:asked|told|wants|wanted|said)(?: (?:you|u|for|to|about|anything|i|wants?|wanted))*"
    r"(?: (?:a|any|the|to))*(?: (?:phone|ring|call))+\b|^(?:(?:and|but|wait|huh) )*what (?:phone )?call(?: now)?$"
    r"|\b(?:never|didn t|did not|don t|do not|dont|didnt|not)(?: even| really)?"
    r"(?: (?:asked|ask|asking|want|wanted|need|say|said|mean|meant|request|requested|wish|looking))"
    r"(?: (?:for|to|you|u|about|get|have|be|i|wanted))*(?: (?:a|any|your|the|that))*(?: phone)?"
    r" ?(?:calls?|callback|called|rung)\b"
    r"|\bno (?:phone )?calls?(?: please| pls| thanks)?$"
    r"|\b(?:stop|quit) (?:asking|going on|with)(?: \w+){0,3} (?:calls?|callback)\b"
)
_NO_COMPLAINT = re.compile(
    r"(?:不是|唔系|不|没有?|冇|谁说?)(?:在|要|想|来|说要|打算)*(?:投诉|客诉|申诉)(?!过|成|好|了吗|电话|渠道|入口|部门)"
    r"|\b(?:no|not (?:a|my|making a|filing a|raising a)) complaints?\b|\bnot (?:complaining|a complaint)\b"
    r"|\b(?:don t|dont|do not|never|didn t|did not) (?:want(?:ed)?|need|mean|meant|ask(?:ed)?|said|say)?(?: to| for)?"
    r" ?(?:file |make |raise )?(?:a |any )?(?:complaints?|complain)\b"
)
_NO_LEAVING = re.compile(
    r"随便(?:问|了解)|(?:没有?|冇|不是|唔系|不|唔)(?:说过?|话|讲|打算|想|要|会)+(?:退会|退出会员|注销|销户|走人"
    r"|离开|删账号|删帐号)"
    r"|(?:谁|边个)(?:说|话)?(?:我)?要?(?:退会|退出|注销|走)"
    r"|\b(?:don t|dont|do not|never|didn t|did not|not)"
    r"(?: (?:want|wanted|going|planning|say|said|saying|ask|asked|mean|trying|i m|im|i|to|really))*"
    r" (?:leave|leaving|quit|quitting|close|closing|cancel|cancelling)"
    r"(?= (?:my|the) (?:account|membership)|$| (?:anything|the (?:club|shop|programme|program)))"
)
_NOT_REDEEMED = re.compile(
    r"(?:那|还是|算了|嗯|哎)*(?:先|暂时|暂且|而家)?(?:不要|不|别|唔要|唔)(?:换|兑)(?:住|先|了|啦|吧)*"
    r"|(?:no |well |actually |ok )*(?:don t|do not|not|let s not) (?:redeem|swap|take) (?:it|that|anything)?(?: just)?"
    r" ?(?:yet|now|for now)?|(?:no )?not yet"
)
_ASKS = re.compile(r"[吗么嘛咩]$|是不是")


@dataclass(frozen=True, slots=True)
class Left:
    """The act that was never wished, and what stands beside those words; None where nothing does."""

    act: str
    rest: Said | None
    by_name: bool = False


def heard(said: Said, context: Context) -> Left | None:
    """What is left so; None where no such form is open, or the words say something else."""
    form = context.expects.form or ""
    if context.expects.slot == "complaint_description":
        return None
    # Said once more after it was left, it is given up all the same.
    if by_name := _by_name(said, form or str(context.focus.get(PUT_OFF) or ""), context.expects.slot):
        return by_name
    if only_asked := _only_asked(said, context):
        return only_asked
    if form not in _DECLINES:
        return None
    act, declines, own = _DECLINES[form]
    parts = [(clause.text, heard) for clause, heard in said.clauses] or [(said.text, said.whole)]
    if form == LEAVE_FORM and any(called_off.is_not_to_be_done(text, form) for text, _ in parts):
        # Heard as the act of the open form denied, wherever that stands (`given_up`).
        return None
    out = [text for text, heard in parts if declines(text) and not _tells_when(heard)]
    others = [(text, heard) for text, heard in parts if text not in out]
    if form == REDEEM_FORM and not any(slot_text.is_question(text) for text, _ in others):
        # Without a question beside it the form hears its own no.
        return None
    if not out or any(intent_of(heard) in own and is_wish(heard, SECOND_WISH) for _, heard in others):
        return None
    return Left(act, without(said, out))


def _by_name(said: Said, form: str, slot: str | None) -> Left | None:
    """What is open, given up by its name beside whatever else, unless it is wished all the same in another way."""
    parts = [(clause.text, heard) for clause, heard in said.clauses] or [(said.text, said.whole)]
    out = [text for text, _ in parts if dropped_by_name.gives_up(text, form, slot)]
    others = [(text, heard) for text, heard in parts if text not in out]
    meant = form == CHANGE_FORM and any(_is_of_size(text) for text, _ in others)
    if not out or (not meant and any(_goes_on(text, heard, form) for text, heard in others)):
        return None
    rest = without(said, out)
    if meant and rest is not None:
        # "I never said change the time, I mean the size": what was meant is wished of the same order.
        return Left(min(begun_by(form)), replace(rest, whole=with_intent(rest.whole, min(begun_by(form))), clauses=[]))
    return Left(min(begun_by(form)), rest, by_name=True)


def _is_of_size(text: str) -> bool:
    return bool(sizes_said.wished(text)) or lexicon.meant("return_reason", text) == "wrong_size"


def _goes_on(text: str, heard: Parsed, form: str) -> bool:
    """Whether a clause beside it goes on with the form: with its own act, or with another way for the same thing."""
    if intent_of(heard) in begun_by(form):
        return is_wish(heard, SECOND_WISH)
    asks_else = is_wish(heard, SECOND_WISH) and (wishes.asks(intent_of(heard)) or intent_of(heard) == REDEEM)
    return not asks_else and dropped_by_name.wishes_another_way(text, form)


def _only_asked(said: Said, context: Context) -> Left | None:
    """A form that asks for something and no yes or no, declined with the words that it was only asked about, or with a
    goodbye: "not now, just wanted to know. thanks, bye", 不用啦，我只是问问."""
    form = context.expects.form or ""
    if agreed.asks_yes_or_no(context.expects) or waits_for_a_story(context):
        return None
    parts = [(clause.text, heard) for clause, heard in said.clauses] or [(said.text, said.whole)]
    only_asks = [text for text, _ in parts if _says_only_asked(text)]
    noes = [text for text, _ in parts if _is_bare_no(text)]
    goes = any(intent_of(heard) == GOODBYE for _, heard in parts)
    out = {*only_asks, *(noes if only_asks or goes else ())}
    tells = any(text not in out and entities_of(heard) and not slot_text.is_question(text) for text, heard in parts)
    return Left(min(begun_by(form)), without(said, [*out])) if out and not tells and begun_by(form) else None


def _says_only_asked(text: str) -> bool:
    left = lexicon.without("courtesy", lexicon.without("just_asking", normalise(text)))
    return lexicon.mentions("just_asking", text) and _NOTHING_MORE.fullmatch(left.strip()) is not None


def _is_bare_no(text: str) -> bool:
    answer = consent.read(text)
    return answer.answer in (Answer.NO, Answer.NOT_YET) and not answer.rest


def let_go(context: Context, left: Left) -> Context:
    """The conversation as it stands once the form is left. What was given up by its name is spoken of no more, unless
    the words beside it point at it."""
    free = replace(context, expects=Expectation())
    if not left.by_name or left.rest is None:
        return free
    named = {str(each.get("entity")) for each in entities_of(left.rest.whole)}
    if not named & _ANOTHER and any(lexicon.mentions(group, left.rest.text) for group in _POINTING):
        return free
    return replace(free, focus={kind: thing for kind, thing in free.focus.items() if kind not in _OF_THE_FORM})


def declines_call(text: str) -> bool:
    """Whether a clause says that no call is, or ever was, wished."""
    return _says(_NO_CALL, text)


def declines_complaint(text: str) -> bool:
    """Whether a clause says that nobody complains."""
    return _says(_NO_COMPLAINT, text) or denial.denied(text) == COMPLAINT


def declines_leaving(text: str) -> bool:
    """Whether a clause says that nobody leaves: it was only asked about."""
    return _says_apart(_NO_LEAVING, text) or lexicon.mentions("just_asking", text)


def declines_redeeming(text: str) -> bool:
    """Whether a clause says, and no more, that nothing is to be redeemed for now: 先不要换."""
    return _NOT_REDEEMED.fullmatch(closed_up(text)) is not None


def without(said: Said, left_out: list[str]) -> Said | None:
    """The message without these of its clauses; None where nothing is left."""
    kept = [(clause, heard) for clause, heard in said.clauses if clause.text not in left_out]
    if not kept:
        return None
    begins = said.text.find(kept[0][0].text)
    is_tail = kept == list(said.clauses[-len(kept) :]) and begins >= 0
    text = said.text[begins:] if is_tail else " ".join(clause.text for clause, _ in kept)
    if len(kept) == 1:
        return Said(text, {**kept[0][1], "text": text})
    sure = {intent_of(heard): heard for _, heard in kept if is_wish(heard, SECOND_WISH)}
    intent, confidence = (next(iter(sure)), SECOND_WISH) if len(sure) == 1 else (FALLBACK, UNKNOWN)
    whole: Parsed = {**said.whole, "text": text, "entities": entities_in(kept, text), "intent_ranking": []}
    return Said(text, with_intent(whole, intent, confidence=confidence), kept)


def entities_in(kept: Sequence[tuple[Clause, Parsed]], text: str) -> list[dict[str, object]]:
    """What is named in the clauses that are left, at its place in their text."""
    found = []
    for clause, heard in kept:
        at = max(text.find(clause.text), 0)
        found += [
            {**each, "start": int(each.get("start") or 0) + at, "end": int(each.get("end") or 0) + at}
            for each in entities_of(heard)
        ]
    return found


def _tells_when(heard: Parsed) -> bool:
    """ "Don't call me on Friday" names a time for the call."""
    return any(each.get("entity") == "time" for each in entities_of(heard))


def _says_apart(pattern: re.Pattern[str], text: str) -> bool:
    """The same of a text whose signs may end words: "i dont want to leave!!"."""
    return _says(pattern, text.rstrip(" !！。.~～"))


def _says(pattern: re.Pattern[str], text: str) -> bool:
    flat = closed_up(text)
    return pattern.search(flat) is not None and not _ASKS.search(flat)


_DECLINES: Mapping[str, tuple[str, Callable[[str], bool], frozenset[str]]] = {
    CALL_FORM: (CALL, declines_call, OF_A_CALL),
    COMPLAINT_FORM: (COMPLAINT, declines_complaint, frozenset({COMPLAINT})),
    LEAVE_FORM: (LEAVING, declines_leaving, frozenset({LEAVING})),
    REDEEM_FORM: (REDEEM, declines_redeeming, frozenset({REDEEM})),
}
"""Of each such form: its act, the words that decline it, and intents beside which it goes on after all."""
