"""What was said last counts: "算了，还是第二个吧" chooses, "…誒等下，不換" takes back, 不是不换 is no no, and
"我不是说还我吗" reminds and denies nothing."""

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.kit import slot_text
from actions.kit.told import handing_on
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from bot.hearing.message import agreed, called_off, expectation, no_person
from bot.hearing.message.said import SECOND_WISH, Said, words
from bot.hearing.message.wishes import Clause, asks
from bot.hearing.steps import NO_WISH, Heard, Step, confidence_of, intent_of, is_wish
from crm_store.conversations import Context, Option, Parsed
from crm_store.text import closed_up, normalise

DENY_ACT = "deny_act"
NO_CHARACTERS, NO_WORDS = 4, 3
"""A clause of more says more than no."""
_BARE_NO = re.compile(
    r"(?:还是|先|都|我)?(?:不|别|唔|先不)(?:要|用|换|退|买|改|约|开|兑|订|搞|弄|办|修|申请)(?:了|啦|喇|先)?"
)
_NO_NO = re.compile(
    r"(?:我|也|又|并|并)*(?:不是|唔系|并非)(?:说|讲|话)?(?:我)?(?:就)?(?:不|没|唔|冇)(?:要|想|肯|愿意)?\S{0,3}"
    r"|(?:it s |i m )?not (?:that i (?:don t|do not|didn t)|saying (?:no|i don t)|because i don t)\b.*"
)
"""A denial that is denied: 不是不换, "not that I don't want it"."""
_REMINDS = re.compile(
    r"(?:我|俺)?(?:刚才|刚刚|前面)?(?:不是|唔系)(?:已经|都|刚|早就?)*(?:说|讲|话|要|想|让|叫)\S{1,12}[吗嘛咩么]?"
)
"""A reminder of what was said before: 我不是说还我吗."""
_NOT_MY_DATA = re.compile(
    r"(?:我)?(?:不用|不需要|不要|不必|别|唔使|唔要|没要|没叫你|冇要)(?:你们?|再|帮我|去)*(?:查|看|给|睇|动|要|问)*"
    r"我(?:的|嘅)?(?:个人)?(?:资料|信息|个资|数据|账号|帐号)(?:啊|呀|啦|喇|了|吧|喔|哦|㗎)*"
    r"|(?:(?:no|but|i) )*(?:don t|do not|no need to|not asking (?:you )?(?:to|for)|not about) "
    r"(?:need |want |look up |check |see )?my (?:personal )?(?:data|details|account|info|information)"
)
"""Nobody's data are asked for, or to be deleted: 不用我的资料啊."""
_ONCE_IT_IS_HERE = re.compile(
    r"(?:那|就|我|还是|先|等|好|行|嗯)*(?:等|等到)?(?:收到|到货|到了|到咗|签收)(?:货|包裹|件|了|咗|之后|以后"
    r"|后)*(?:再|才|先|就)"
    r"(?:退|换|处理|说|讲|算|决定|看|办|弄|讲|话)(?:货|掉|回|啦|吧|了|喇|就好|就行|好了|就得|便是|咯|也行|也可以)*"
    r"|(?:(?:ok|okay|then|so|fine|well|no|and|but) )*(?:i ll|i will|we ll|we will|i can|ill) (?:just |then )?"
    r"(?:return|send|swap|exchange|decide|see|do|sort|deal with)(?: (?:it|them|that|one))?(?: back| out)?"
    r" (?:when|once|after|as soon as) (?:it s|it is|its|it|they re|they|the parcel s?) ?(?:here|arrived?s?|come"
    r"|comes|delivered)"
)
"""What is done only when the goods are there, by the customer: 收到再退就好."""
_CHOOSES = re.compile(
    r"^(?:那|就|要不|不如|还是|都系|都是|是|系|就要|换|要|我|说"
    r"|(?:(?:ok|so|then|actually|just|make it|i (?:want|said|meant|ll (?:take|have))) ))+"
)
_NUMBER = re.compile(r"\d")
"""A clause with a figure says how much, not no: "not over 280", 不超過500."""
_PARTS = re.compile(r"[，,。.;；!！?？\n…]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_ENDS = re.compile(r"(?:了|啦|吧|喇|咯|好了|算了|啊|呀|哦|喔|then|instead|please|thanks)*$")


def without_idle_denials(said: Said) -> Said:
    """The message without clauses that deny a denial, only remind of what was said, or decline a person, a look at
    their data or what was offered to be arranged; itself where nothing is left."""
    left = [each for each in said.clauses if not _is_idle(each[0].text)]
    if not said.clauses:
        return _of_the_rest(said)
    if not left or len(left) == len(said.clauses):
        return said
    text = ("，" if not normalise(said.text).isascii() else ", ").join(clause.text for clause, _ in left)
    whole, cut = (
        _whole_of(said.whole, left, text),
        {clause.sentence for clause, _ in said.clauses if _is_idle(clause.text)},
    )
    sentences = [each for each in said.sentences if each[0].sentence not in cut]
    return replace(said, text=text, whole=whole, clauses=left if len(left) > 1 else [], sentences=sentences)


def chosen(said: Said, context: Context) -> Heard | None:
    """A thing of the last list chosen by its place, behind words that give up what was before (算了，就第一个), or
    where yes or no was asked of another: "the second one" is no button there."""
    parts = [part.strip() for part in _PARTS.split(said.text) if part.strip()]
    gives_up = len(parts) > 1 and _gives_up(parts[0])
    yes_or_no = agreed.asks_yes_or_no(context.expects)
    others = parts[1:] if gives_up else parts
    if len(others) != 1 or not (gives_up or yes_or_no) or slot_text.is_question(said.text):
        return None
    listed = [option for option in context.focus.get("listed") or [] if option.get("payload")]
    buttons = context.expects.options if context.expects.is_open and not yes_or_no else []
    for options in (buttons, listed):
        if (option := _placed(others[0], options)) is not None:
            return Heard.of(Step(text=said.text, payload=str(option["payload"])))
    return None


def declined(said: Said, context: Context) -> Heard | None:
    """Nothing but that no person is wanted: none is called."""
    parts = [part for part in _PARTS.split(said.text) if normalise(part)]
    if context.expects.form is not None or not parts or not all(map(no_person.declines, parts)):
        return None
    return Heard.of(words(said, DENY_ACT, {"act": "request_human"}))


def taken_back(said: Said, context: Context) -> Heard | None:
    """One wish that the last words take back in the same breath: "the tote for me, wait I have one, no"."""
    if context.expects.form is not None or context.expects.is_open or len(said.clauses) < 2:
        return None
    *before, (last, _) = said.clauses
    if not _is_no(last.text) or any(slot_text.is_question(clause.text) for clause, _ in before):
        return None
    if any(asks(intent_of(heard)) and is_wish(heard, SECOND_WISH) and _is_asked(clause) for clause, heard in before):
        return None
    return Heard.of(words(said, DENY_ACT))


def _is_idle(text: str) -> bool:
    flat = closed_up(text)
    is_no_denial = _NO_NO.fullmatch(flat) is not None or _REMINDS.fullmatch(flat) is not None
    is_idle = is_no_denial or _NOT_MY_DATA.fullmatch(flat) is not None or _ONCE_IT_IS_HERE.fullmatch(flat) is not None
    return is_idle or no_person.declines(text) or (handing_on.declines(text) and not slot_text.is_question(text))


def _of_the_rest(said: Said) -> Said:
    """A short message that is not taken apart: 退啊 我不是說還我嗎."""
    parts = [part for part in re.split(r"[，,。.;；!！?？\s]+", said.text) if part]
    left = [part for part in parts if not _is_idle(part)]
    if said.text.isascii() or not left or len(left) == len(parts):
        return said
    text = "，".join(left)
    if intent_of(said.whole) not in {DENY_ACT, "deny"}:
        return replace(said, text=text)
    others = [each for each in said.whole.get("intent_ranking") or [] if each.get("name") not in NO_WISH]
    best = others[0] if others else {"name": "inform", "confidence": 0.0}
    return replace(said, text=text, whole={**said.whole, "text": text, "intent": dict(best)})


def _whole_of(whole: Parsed, left: list[tuple[Clause, Parsed]], text: str) -> Parsed:
    if len(left) == 1:
        return {**left[0][1], "text": text, "sentiment": whole.get("sentiment") or {}}
    if intent_of(whole) not in NO_WISH | {"cancel"}:
        return {**whole, "text": text}
    best = max((heard for _, heard in left), key=confidence_of)
    return {**whole, "text": text, "intent": best["intent"], "intent_ranking": best.get("intent_ranking") or []}


def _gives_up(text: str) -> bool:
    return called_off.drops(text) or _is_no(text) or consent.hesitates(text)


def _is_no(text: str) -> bool:
    """Whether a clause says no or gives up, and nothing else: 不換, "no thanks"."""
    flat = lexicon.without("courtesy", normalise(text))
    is_short = len(flat.split()) <= NO_WORDS if flat.isascii() else len(flat.replace(" ", "")) <= NO_CHARACTERS
    says_no = consent.read(text).answer is Answer.NO or _BARE_NO.fullmatch(flat.replace(" ", "")) is not None
    return called_off.drops(text) or (is_short and says_no and _NUMBER.search(flat) is None)


def _is_asked(clause: Clause) -> bool:
    return clause.announced or lexicon.mentions("asks_back", clause.text)


def _placed(text: str, options: Sequence[Option]) -> Option | None:
    """The option that the place named in these words, and nothing else, points at."""
    bare = _ENDS.sub("", _CHOOSES.sub("", normalise(text)).strip()).strip()
    return expectation.by_place(bare, options) if bare and len(options) > 1 else None
