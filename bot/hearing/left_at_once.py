"""A form that the customer never wished: 谁要你打电话 amid the arranging of a call, "no complaint lol" to the question
whether to file one. It is left at once, and what stands beside those words is heard as if nothing had been asked."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from actions.kit import lexicon, slot_text
from bot.hearing import called_off, denial
from bot.hearing.said import SECOND_WISH, Said
from bot.hearing.steps import FALLBACK, entities_of, intent_of, is_wish, with_intent
from bot.hearing.wishes import Clause
from crm_store.conversations import Context, Parsed
from crm_store.text import closed_up

CALL, COMPLAINT = "request_callback", "make_complaint"
CALL_FORM, COMPLAINT_FORM = "callback_form", "complaint_form"
REDEEM, REDEEM_FORM = "redeem_points", "redeem_form"
LEAVING, LEAVE_FORM = "cancel_membership", "leave_form"
OF_A_CALL = frozenset({"request_callback", "change_callback", "cancel_callback", "ask_callback"})
UNKNOWN = 0.35
"""Confidence of what is left of a message, none of whose clauses surely wishes anything by itself."""
_DIAL = r"(?:打|回|约|来|覆|安排|提)"
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
    r"随便(?:问|了解)|(?:没有?|冇|不是|唔系|不|唔)(?:说过?|话|讲|打算|想|要|会)+(?:退会|退出会员|注销|销户|走人|离开|删账号|删帐号)"
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


def heard(said: Said, context: Context) -> Left | None:
    """What is left so; None where no such form is open, or the words say something else."""
    form = context.expects.form or ""
    if form not in _DECLINES or context.expects.slot == "complaint_description":
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
