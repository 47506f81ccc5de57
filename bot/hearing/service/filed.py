"""A complaint that is being filed, or was: ordered in one word beside other things, asked whether it is filed yet, said
to be filed already. It is filed once and asked about once."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from actions.kit import slot_text
from actions.kit.base import SET_ASIDE
from actions.kit.told import handing_on
from actions.kit.words import addresses, consent, lexicon
from actions.kit.words.consent import Answer
from bot.hearing.answers.answered import FILES
from bot.hearing.answers.told_more import COMPLAINT_TOPICS, LATELY, MORE, is_detail
from bot.hearing.forms.left_at_once import entities_in
from bot.hearing.forms.taken_up import TAKE_UP
from bot.hearing.message import agreed, denial, expectation
from bot.hearing.message.said import CHOICE, SECOND_WISH, SURE_OF_ANOTHER, Said, single, waits_for_a_story, words
from bot.hearing.message.said import parts as parts_of
from bot.hearing.message.wishes import ANNOUNCED, Clause
from bot.hearing.steps import Heard, Step, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Expectation, Option, Parsed
from crm_store.text import closed_up, normalise

FAULT = "report_fault"
COMPLAINT, STATUS, FORM, CONSENT = "make_complaint", "ask_complaint_status", "complaint_form", "complaint_consent"
NOT_YET = "not_yet"
"""The choice, of the question how far a complaint is, where none has been filed so far."""
_FILE = r"(?:登记|立案|提交|受理|记录|登|报|记)"
_WHETHER = re.compile(
    rf"(?:{_FILE}|投诉)(?:上|好|成功|成|下来|进去)?(?:了|咗)?(?:没有?|未|吗|么|嘛|不)?$"
    rf"|(?:有没有|有冇|是不是|系咪|到底){{1,2}}(?:已经)?(?:帮我|替我|给我)?{_FILE}"
    rf"|{_FILE}(?:上|好|成)?了?(?:还是|定)没"
    r"|\b(?:is|was|has|have|did|are) (?:it|that|this|my complaint|the complaint|u|you|we)"
    r" (?:been |already |now |actually |really |even |ever )*"
    r"(?:file|filed|lodge|lodged|register|registered|log|logged|submit|submitted|record|recorded|gone through|in)\b"
    r"|^(?:so |and )?(?:is )?(?:the |my )?(?:complaint )?(?:filed|lodged|registered)(?: now| yet| or not| already)+$"
)
_ASKS = re.compile(r"(?:没有?|未|吗|么|嘛|不)$|有没有|有冇|是不是|系咪|到底|还是没|定没|[a-z]")
_NAMED = re.compile(r"投诉|客诉|申诉|\b(?:complaint|case)\b")
_FILED_ALREADY = re.compile(
    rf"不是(?:已经|刚刚?|都|早就?)*(?:帮我|给我)?{_FILE}(?:过|好|上|了|咗)+"
    rf"|(?:刚刚?|刚才|已经|都|早就?|明明)(?:不是)?(?:帮我|给我|替我)?(?:{_FILE}|投诉)(?:过|好|上|了|咗)+"
    r"|\b(?:didn t|did not|haven t|have not|hasn t|wasn t|isn t) (?:i|you|u|we|it|that|this) (?:just |already )*"
    r"(?:file|filed|register|registered|log|logged|done|lodged)\b"
    r"|\b(?:i|you|u|we)(?: have| ve)? (?:just |already )+(?:filed|registered|logged|lodged|did)\b"
    r"|\b(?:it|that|this)(?: s| is| was)? already (?:been )?(?:filed|registered|logged|lodged|done)\b"
)
_ACT = re.compile(r"登记|立案|记下|记录|提交|\b(?:file|register|log|record|report|submit|lodge|raise)\b")
"""The act; "the complaint" alone only names what is spoken of."""
_WHEN_ANSWERED = re.compile(
    r"(?:多久|几时|什么时候|啥时候|多长时间|几天|何时).{0,6}(?:回复?|答复|覆|联系|理我|处理)"
    r"|\b(?:when|how (?:long|soon)|by when)\b.{0,30}\b(?:hear|reply|replies|answer|respond|get back|contact)\b"
)
"""When somebody replies to it, which the filing tells."""
_OF_GOODS = re.compile(r"退|换|修|预约|电话|\b(?:return|exchange|swap|repair|refund|call|voucher)\b")
"""Beside these something else was registered than the complaint."""


def heard(said: Said, context: Context) -> Heard | None:
    """The order to file with what stands beside it, the question whether it is filed, the protest that it is."""
    if waits_for_a_story(context):
        return None
    return (
        _address(said, context)
        or _asked_whether(said, context)
        or _ordered(said, context)
        or _filed_already(said, context)
    )


def once(heard: Heard, context: Context) -> Heard:
    """The steps of a message that files a complaint, without a second complaint behind it: what it tells belongs to
    the one that is filed, and what only says it again is left out."""
    place = next((at for at, step in enumerate(heard.steps) if _files(step, context.expects)), None)
    if place is None:
        return heard
    later = [_belonging(step) for step in heard.steps[place + 1 :]]
    kept = [each for each in heard.kept if intent_of(each) != COMPLAINT]
    told = [*heard.steps[: place + 1], *(step for step in later if step is not None)]
    return Heard.of(*[replace(step, resumes=True) for step in told], kept=kept)


def with_story(clauses: Sequence[tuple[Clause, Parsed]]) -> Sequence[tuple[Clause, Parsed]]:
    """The clauses, with the fault that is told beside a plain wish to complain as its story: 充不进电，要投诉，
    另外换一个 is a complaint and an exchange."""
    plain = [part for part in clauses if _is_plainly_wished(*part)]
    story = [part for part in clauses if intent_of(part[1]) == FAULT]
    if len(plain) != 1 or not story:
        return clauses
    (clause, parsed) = plain[0]
    told = [part for part in clauses if part in story or part is plain[0]]
    text = (", " if all(part.text.isascii() for part, _ in told) else "，").join(part.text for part, _ in told)
    joined = {**parsed, "text": text, "entities": entities_in(told, text)}
    whole = (Clause(text, clause.announced, clause.sentence), joined)
    return [whole if part is plain[0] else part for part in clauses if part not in story]


def as_wished(said: Said) -> Said:
    """A complaint on a guess as no guess, where a clause plainly wishes one."""
    if not any(_is_plainly_wished(*part) for part in said.clauses):
        return said
    plain = [clause.text for clause, parsed in said.clauses if _is_plainly_wished(clause, parsed)]
    sentences = [(part, _surely(part.text, parsed, plain)) for part, parsed in said.sentences]
    return replace(said, whole=_surely(said.text, said.whole, plain), sentences=sentences)


def _surely(text: str, parsed: Parsed, plain: Sequence[str]) -> Parsed:
    is_held = intent_of(parsed) == COMPLAINT and any(each in text for each in plain)
    return with_intent(parsed, COMPLAINT) if is_held else parsed


def _is_plainly_wished(clause: Clause, parsed: Parsed) -> bool:
    surely = intent_of(parsed) == COMPLAINT and is_wish(parsed, SURE_OF_ANOTHER)
    return surely and lexicon.mentions("complaint_wish", clause.text) and not slot_text.is_question(clause.text)


def _files(step: Step, expects: Expectation) -> bool:
    payload = step.payload or ""
    return payload.startswith(FILES) or (payload == "/affirm" and expects.slot == CONSENT)


def _belonging(step: Step) -> Step | None:
    """A step behind the filing: one that would begin another complaint tells more of this one, or nothing."""
    if step.heard is None or step.intent != COMPLAINT or _choice(step):
        return step
    more = with_intent(step.heard, COMPLAINT, {CHOICE: MORE})
    return replace(step, heard=more) if is_detail(step.text, with_intent(step.heard, "inform")) else None


def _choice(step: Step) -> bool:
    return any(each.get("entity") == CHOICE for each in entities_of(step.heard or {}))


def _ordered(said: Said, context: Context) -> Heard | None:
    """ "File it. and why 14 December": the first clause names the act that was asked about, and nothing else; what
    stands beside it is answered after it. What is told beside it is for the form, and what puts it off is no yes."""
    expects = context.expects
    if expects.form != FORM or expects.slot != CONSENT or len(said.clauses) < len(("file", "more")):
        return None
    (first, _), *others = said.clauses
    yes = _filing(first.text, expects)
    if yes is None or any(_takes_back(clause.text) for clause, _ in others):
        return None
    asked = [part for part in others if _asks_something(part[0].text, part[1], said.text)]
    if not asked:
        return None
    free = replace(context, expects=Expectation())
    beside = [single(clause.text, parsed, free) for clause, parsed in asked if not _is_of_filing(clause.text, parsed)]
    return Heard.of(Step(text=first.text, payload=str(yes["payload"])), *beside[:2])


def _filing(text: str, expects: Expectation) -> Option | None:
    """The button that files, where a clause names it by its title or its act."""
    if lexicon.mentions("negation", text) or slot_text.is_question(text):
        return None
    files = next((option for option in expects.options if option["payload"] == "/affirm"), None)
    if _ACT.search(normalise(text)) is None:
        return None
    says_it = consent.says_only(text, _file_words()) or expectation.by_title(text, expects.options) == files
    return files if says_it else None


@cache
def _file_words() -> set[str]:
    words = {
        "帮我",
        "给我",
        "替我",
        "就",
        "那",
        "去",
        "投诉",
        "客诉",
        "the",
        "a",
        "my",
        "complaint",
        "then",
        "now",
        "just",
        "it",
    }
    return words | {agreed.flat(word) for word in lexicon.words("file")}


def _takes_back(text: str) -> bool:
    later = consent.read(text).answer in (Answer.NO, Answer.NOT_YET)
    return later or denial.denied(text) is not None or any(lexicon.mentions(each, text) for each in ("drop", "but"))


def _asks_something(text: str, parsed: Parsed, message: str) -> bool:
    is_marked = re.search(re.escape(text) + r"\s*[?？]", message) is not None
    return is_marked or slot_text.is_question(text) or consent.asks_back(text) or is_wish(parsed, SECOND_WISH)


def _is_of_filing(text: str, parsed: Parsed) -> bool:
    """Whether a question beside the order is only how it is filed, which the filing answers: 投诉怎么弄."""
    if _WHEN_ANSWERED.search(closed_up(text)):
        return True
    return intent_of(parsed) in (COMPLAINT, STATUS) or not lexicon.without("complaint_bare", text).strip()


def _address(said: Said, context: Context) -> Heard | None:
    """Where what is sent again is to go, told or asked after beside the complaint about what did not come."""
    focus, text = context.focus, said.text
    if context.expects.form is not None or not focus.get("complaint"):
        return None
    is_named = _NAMED.search(normalise(text)) is not None
    is_last = focus.get("done") == COMPLAINT and int(focus.get("age") or 0) <= LATELY
    is_missing = is_last and bool(focus.get(handing_on.LEFT_OUT))
    told = addresses.found(text) is not None
    if (told and (is_named or is_missing)) or (handing_on.asks_added(text) and (is_named or is_last)):
        return Heard.of(words(said, COMPLAINT, {CHOICE: MORE}))
    return Heard.of(words(said, COMPLAINT, {CHOICE: MORE})) if is_missing and handing_on.tells_moved(text) else None


def _asked_whether(said: Said, context: Context) -> Heard | None:
    """ "Is it filed now or not", or that it is said to be while it is not: told plainly, before what is open goes
    on."""
    expects, focus = context.expects, context.focus
    named = _NAMED.search(normalise(said.text)) is not None
    asks = any(_asks_whether(part) for part in parts_of(said))
    if expects.form == FORM and (asks or _protests(said)):
        return Heard.of(words(said, STATUS, {CHOICE: NOT_YET}))
    if not asks or expects.form is not None or (_OF_GOODS.search(normalise(said.text)) and not named):
        return None
    is_topic = focus.get("topic") in COMPLAINT_TOPICS or focus.get("done") == COMPLAINT
    if not named and (not is_topic or int(focus.get("age") or 0) > LATELY):
        return None
    if number := focus.get("complaint"):
        return Heard.of(words(said, STATUS, {CHOICE: str(number)}))
    if focus.get(SET_ASIDE) != FORM:
        return None
    return Heard.of(words(said, STATUS, {CHOICE: NOT_YET}), Step(text=said.text, payload=TAKE_UP))


def _asks_whether(part: str) -> bool:
    flat = closed_up(part)
    return _WHETHER.search(flat) is not None and _ASKS.search(flat) is not None


def _filed_already(said: Said, context: Context) -> Heard | None:
    """ "Didn't I just file it? And the exchange": the complaint is said to stand, and what else is asked goes on. So
    is a bare wish to complain right after one was filed."""
    focus = context.focus
    number = focus.get("complaint")
    if not number or focus.get("done") != COMPLAINT or int(focus.get("age") or 0) > LATELY:
        return None
    if _OF_GOODS.search(normalise(said.text)) and not said.clauses:
        return None
    protests = _protests(said)
    if not protests and not _says_only_complaint(said, context):
        return None
    told = words(said, STATUS, {CHOICE: str(number)})
    if context.expects.form not in (None, FORM):
        # What has begun since asks again behind it.
        return Heard.of(told)
    return Heard.of(told, *(_wished_beside(said, protests, context) if protests else []))


def _protests(said: Said) -> list[str]:
    """The clauses that say the complaint is filed already."""
    return [
        text
        for text in parts_of(said)
        if _FILED_ALREADY.search(closed_up(text)) and not _OF_GOODS.search(normalise(text))
    ]


def _wished_beside(said: Said, protests: Sequence[str], context: Context) -> list[Step]:
    """What is surely wished beside the protest."""
    free = replace(context, expects=Expectation())
    return [
        single(clause.text, parsed, free, beside_another=True)
        for clause, parsed in said.clauses
        if clause.text not in protests and _is_wished(clause.text, parsed)
    ][:2]


def _is_wished(text: str, parsed: Parsed) -> bool:
    intent = intent_of(parsed)
    least = ANNOUNCED if agreed.names_act(text, {intent}) else SECOND_WISH
    return is_wish(parsed, least) and intent not in (COMPLAINT, STATUS)


def _says_only_complaint(said: Said, context: Context) -> bool:
    """Whether nothing but the wish to complain is said, to no question of another complaint."""
    bare = not lexicon.without("complaint_bare", lexicon.without("courtesy", said.text)).strip()
    is_wished = intent_of(said.whole) == COMPLAINT and is_wish(said.whole, SECOND_WISH)
    return is_wished and bare and context.expects.form is None
