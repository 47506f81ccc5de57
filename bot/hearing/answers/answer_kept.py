"""No answer falls away: a yes, or the value that was asked for, with more beside it.

Whoever knows a message first reads it as a whole; the answer to what was just asked would be lost behind the question
beside it (對，就改吧。那我離白金還差多少). Where the beginning of a message plainly answers and no step holds that, the
answer is the step, and the rest is heard after it, as words of their own in the conversation as the answer left it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from actions.kit import slot_text
from actions.kit.asked import sizes_said
from actions.kit.base import ALONGSIDE
from actions.kit.forms import begun_by
from actions.kit.words import alternatives, consent, lexicon
from actions.kit.words.beside import before_connector
from actions.kit.words.consent import Answer
from bot.hearing.answers import answered, form_answer
from bot.hearing.forms import bare_amid_form
from bot.hearing.message import agreed, called_off, expectation, wishes
from bot.hearing.message.said import CHOICE, SECOND_WISH, SURE_OF_ANOTHER, Said, waits_for_a_story
from bot.hearing.steps import (
    FALLBACK,
    FROM_FOCUS,
    Heard,
    Step,
    confidence_of,
    entities_of,
    intent_of,
    is_wish,
    with_intent,
)
from crm_store.conversations import Context, Expectation, Option, Parsed
from crm_store.language import Language
from crm_store.numerals import in_digits
from crm_store.text import normalise

AFFIRM, INFORM, HESITATE, CANCEL = "affirm", "inform", "hesitate", "cancel"
MAKE_COMPLAINT = "make_complaint"
REDEEM_FORM, CANCEL_ORDER_FORM = "redeem_form", "cancel_order_form"
_MAY_TELL_MORE = agreed.OFFERED_CASES | {"return_line_confirmed"}
"""Slots of questions behind whose yes a mere detail may stand: of the case, or what is wrong with the thing."""
_ANSWERS = frozenset({AFFIRM, "deny", HESITATE})
_TAKES_DETAILS = frozenset({"profile_form", "join_form", "invoice_form", "redeem_form"})
_OF_DETAILS = frozenset({
    "update_profile", "bind_account", "ask_profile", "join_membership", "change_order",
    "cancel_callback", "ask_parcel", "ask_order_status",
})  # fmt: skip
"""Forms of one's own data, and acts and figures that a question beside them may sound like."""
_SPEAKS_ALONE = frozenset({"report_danger", "request_human", "change_language", "undo", "deny_act"})
"""What counts whatever was answered beside it."""
_THING = r"(?:一)?(?:单|件|条|双|个|台|张|款|笔|只|瓶|盒|部|套|支|对|份|号|号码|电话|手机)"
_POINTS = re.compile(
    rf"(?:是|对|系|啱|就|没错|唔错|嗯)*的?(?:那|这|嗰|呢){_THING}(?:啊|呀|吧|的|嘛|啦|没错|对|就对了)*"
    r"|(?:号码|电话|手机|地址|日期|生日|年份|尺码|名字|抬头|邮箱|时间|订单|东西)(?:都|是)?(?:对|没错|没问题|正确|啱)(?:的|了|啊|啦|呀|喇)*"
    r"|(?:yes |yeah |yep )?(?:it s |that s |it is |that is )?(?:that|this|the right) (?:one|order|number|pair|item)"
    r"(?: yes| indeed)?|(?:yes |yeah )?that s the one"
    r"|(?:the |my )?(?:number|address|date|name|size|email|order) (?:is|s) (?:right|correct|fine|ok)"
)
"""A clause that says yes by pointing at what was asked about, and nothing else: 是那单, 號碼對, "that's the one"."""
_LEADS_IN = re.compile(
    r"^(?:(?:那么?|那就|就|行|好吧?|行吧|好的|可以|嗯|哦|噢|喔|也行|咁|咁就|请|麻烦|帮我|给我|直接|还是)\s*)+"
    r"|^(?:(?:ok|okay|well|then|so|fine|alright|all right|sure|please|yes|yeah|just|and) )+"
)
"""What stands before the act in a clause that agrees to it: 行那登记, "ok then change it"."""
_IT = re.compile(r"(?:\b(?:it|that|them|this)\b|\b(?:then|please|now)\b|[这那]个|掉|一下)")
_INSTEAD = re.compile(r"改[到成为]|换[成到]|(?:能|可以|可唔可以)(?:改|换)|\b(?:instead|change it to|make it)\b")
_WHICH = re.compile(
    r"(?:是|退|换|取消|改)?(?:哪|边)(?:一)?(?:个|单|件|双|条|台|张|款|笔|只|份)|which (?:one|order|call|item|pair)\b"
)
_BETWEEN_SCRIPTS = re.compile(r"(?<=[A-Za-z\d])\s+(?=[\u4e00-\u9fff])")
_HAS_FIGURES = re.compile(r"\d{3,}|\d{1,4}\s*[/月.-]\s*\d{1,2}|\S+@\S+\.\S+")
_A_CASE = re.compile(r"\b[RC]-?\d{4}-?\d+", re.IGNORECASE)
"""The number of a return or a complaint, which no form takes."""
_OF_FIGURES = frozenset({
    "profile_value", "callback_phone", "callback_phone_confirmed", "join_contact", "join_phone", "join_email",
    "bind_email", "invoice_email", "invoice_tax_number", "invoice_order", "cancel_order_number", "change_order_number",
})  # fmt: skip
"""Slots that take a number, a date or an address with an at sign."""


@dataclass(frozen=True, slots=True)
class Parted:
    """A message as the answer at its beginning, and what stands behind that."""

    head: str
    rest: str
    option: Option | None = None
    is_value: bool = False


def kept(said: Said, heard: Heard, context: Context) -> Heard:
    """The steps of a message, or its answer with the rest left to be heard after it, where no step holds the answer."""
    expects = context.expects
    if not expects.is_open or waits_for_a_story(context) or heard.kept or _speaks_alone(heard, expects):
        return heard
    parted = _value_and_question(said, context) or _told_and_announced(said, expects) or _yes_and_more(said, expects)
    if parted is None or _is_held(heard, parted):
        return heard
    answer = _step(said, parted, expects)
    return Heard([replace(answer, resumes=not parted.rest)], then=parted.rest)


def _speaks_alone(heard: Heard, expects: Expectation) -> bool:
    """Whether a step counts whatever was answered beside it. To "shall I cancel the order" 取消 is the yes."""
    leaves = any(step.intent == CANCEL for step in heard.steps) and expects.form != CANCEL_ORDER_FORM
    return leaves or any(step.intent in _SPEAKS_ALONE for step in heard.steps)


def of_the_rest(heard: Heard, context: Context) -> Heard | None:
    """What was heard in the words beside an answer: nothing in them agrees to a question that came up only then. None
    where nothing else is left."""
    asks = agreed.asks_yes_or_no(context.expects) or context.expects.form is not None
    steps = [step for step in heard.steps if not (asks and _agrees(step)) and not _files_again(step, context)]
    return replace(heard, steps=[_as_rule(step, context) for step in steps], then="") if steps else None


def _as_rule(step: Step, context: Context) -> Step:
    """A question behind an answer that was heard as an act or a figure of one's own, or not at all, and names nothing:
    it asks how that is with what the form brings (改了今年还有生日礼吗), changes nothing that was said, and is answered
    or named. A return knows its own questions."""
    form = context.expects.form
    if step.heard is None or form in (None, agreed.RETURN_FORM) or not _asks(step.text) or decides(step.text):
        return step
    named = {str(each.get("entity")) for each in entities_of(step.heard) if each.get("extractor") != FROM_FOCUS}
    of_details = form in _TAKES_DETAILS and step.intent in _OF_DETAILS and not named & wishes.THINGS
    if not of_details and (step.intent not in (INFORM, FALLBACK) or _is_chosen(step)):
        return step
    language = Language.of(step.heard.get("language"))
    text = bare_amid_form.named(step.text, form, language) or step.text
    brought = bare_amid_form.NOUNS.get(form, {}).get(language) or text
    asked: Parsed = {**step.heard, "entities": [], "text": text}
    return replace(step, text=text, heard=with_intent(asked, wishes.FAQ, {ALONGSIDE: brought}))


def _is_chosen(step: Step) -> bool:
    """Whether hearing made out by the words what is asked."""
    return any(each.get("entity") == CHOICE for each in entities_of(step.heard or {}))


def _files_again(step: Step, context: Context) -> bool:
    """Whether a step begins the case that was filed by the yes once more: 登记吧 投诉怎么弄."""
    is_more = any(each.get("entity") == CHOICE for each in entities_of(step.heard or {}))
    return step.intent == MAKE_COMPLAINT and context.focus.get("done") == MAKE_COMPLAINT and not is_more


def _agrees(step: Step) -> bool:
    return step.intent in _ANSWERS or (step.payload or "").startswith(("/affirm", "/deny"))


def _yes_and_more(said: Said, expects: Expectation) -> Parted | None:
    """The clauses at the beginning that say yes, by themselves, by the act or by pointing, and the rest, which takes
    nothing back."""
    if called_off.is_put_off(said.text, expects.form or ""):
        return None
    pieces = consent.clauses(said.text)
    if not agreed.asks_yes_or_no(expects):
        return _filed_and_more(said, pieces, expects)
    count = next((place for place, piece in enumerate(pieces) if not says_yes(piece, expects)), len(pieces))
    # "Yes, please" says nothing behind the yes.
    agreeing, others = pieces[:count], [each for each in pieces[count:] if lexicon.without("courtesy", each)]
    only_notes = all(consent.is_breath(piece) or consent.acknowledges(piece) for piece in agreeing)
    if only_notes or not _leaves_it(others, said, expects):
        return None
    at = _end_of(said.text, agreeing)
    return Parted(said.text[:at].strip(), said.text[at:].strip())


def _filed_and_more(said: Said, pieces: list[str], expects: Expectation) -> Parted | None:
    """The button that files a case, named by the first clause, and what it shall say or what is asked beside it."""
    option = answered.named_by(pieces[0], expects) if len(pieces) > 1 else None
    if option is None or not str(option["payload"]).startswith(answered.FILES):
        return None
    if any(answered.named_by(piece, expects) for piece in pieces[1:]) or not _leaves_it(pieces[1:], said, expects):
        return None
    at = _end_of(said.text, pieces[:1])
    return Parted(said.text[:at].strip(), said.text[at:].strip(), option)


def _value_and_question(said: Said, context: Context) -> Parted | None:
    """What the open question takes (a number, a date, a size, one of the things on offer), and a question behind it."""
    expects = context.expects
    pieces = [part for piece in consent.clauses(said.text) for part in _BETWEEN_SCRIPTS.split(piece)]
    place = next((number for number, piece in enumerate(pieces) if _asks(piece)), len(pieces))
    if expects.form is None or not 0 < place < len(pieces):
        return None
    told = pieces[:place]
    if any(lexicon.mentions("drop", piece) or consent.hesitates(piece) for piece in told):
        return None
    at = _end_of(said.text, told)
    head, rest = said.text[:at].strip(), said.text[at:].strip()
    option = expectation.option_said(head, expects) if not agreed.asks_yes_or_no(expects) else None
    is_value = option is None and any(_gives(piece, expects, said) for piece in told)
    return Parted(head, rest, option, is_value) if option is not None or is_value else None


def _told_and_announced(said: Said, expects: Expectation) -> Parted | None:
    """What is only told, before another matter is announced: 太小了 另外想問你們有賣圍巾嗎. The form takes it
    where it is an answer, and hears nothing of the other matter."""
    place = next((number for number, (clause, _) in enumerate(said.clauses) if clause.announced), 0)
    if expects.form is None or not place or not form_answer.may_be_lost(expects):
        return None
    told, (other, parsed) = said.clauses[:place], said.clauses[place]
    if not all(_is_only_told(clause.text, heard) for clause, heard in told) or not is_wish(parsed, SECOND_WISH):
        return None
    if intent_of(parsed) in begun_by(expects.form):
        return None
    if expects.form == agreed.RETURN_FORM and not any(_gives(clause.text, expects, said) for clause, _ in told):
        return None
    at = said.text.find(other.text)
    head, _ = before_connector(said.text)
    return Parted(head, said.text[at:].strip(), is_value=True) if head and at > 0 else None


def _is_only_told(text: str, heard: Parsed) -> bool:
    """Whether a clause surely tells something, and neither asks nor agrees nor waits."""
    is_told = intent_of(heard) == INFORM and confidence_of(heard) >= SURE_OF_ANOTHER
    return is_told and not _asks(text) and consent.read(text).answer is None and not consent.hesitates(text)


def _gives(piece: str, expects: Expectation, said: Said) -> bool:
    """Whether a clause gives what the open slot takes."""
    slot = expects.slot or ""
    if _A_CASE.search(piece):
        return False
    if slot in _OF_FIGURES:
        return _HAS_FIGURES.search(in_digits(normalise(piece)) + " " + piece) is not None
    takes = _TAKES.get(slot)
    return takes is not None and takes(piece, said)


def _names_a_time(piece: str, said: Said) -> bool:
    return any(
        each.get("entity") == "time" for clause, heard in said.clauses if clause.text in piece
        for each in entities_of(heard)
    )  # fmt: skip


def _is_a_name(piece: str, said: Said) -> bool:
    """Whether a clause was heard as bare words that tell something, as a name is: 林小雨."""
    return any(clause.text == piece and _is_only_told(piece, heard) for clause, heard in said.clauses)


_TAKES: Mapping[str, Callable[[str, Said], bool]] = {
    "callback_window": _names_a_time,
    "join_name": _is_a_name,
    "return_line_confirmed": lambda piece, _: lexicon.meant("return_reason", piece) is not None,
    "return_new_size": lambda piece, _: bool(sizes_said.wished(piece)),
}


def says_yes(piece: str, expects: Expectation) -> bool:
    """Whether a clause agrees to what was asked and says nothing else."""
    if consent.doubts(piece) or slot_text.is_question(piece):
        return False
    answer = consent.read(piece)
    if answer.answer is Answer.YES and not answer.rest:
        return True
    if _points_at_it(piece):
        return True
    return expects.slot != "return_line_confirmed" and _says_the_act(normalise(piece), expects)


def _points_at_it(piece: str) -> bool:
    flat = normalise(piece)
    return _POINTS.fullmatch(flat if flat.isascii() else flat.replace(" ", "")) is not None


def _says_the_act(flat: str, expects: Expectation) -> bool:
    """Whether a clause is the act that was asked about, wished: 就改吧, 那登记吧, "ok then register it"."""
    if lexicon.mentions("negation", flat) or consent.hesitates(flat):
        return False
    bare = _LEADS_IN.sub("", flat).strip() or flat
    if expectation.act_said(bare, expects) is not None or _is_half_of_a_title(bare, expects):
        return True
    acts = begun_by(expects.form or "") | {
        expectation.intent_behind(option) for option in expects.options if expectation.says_yes(option)
    }
    words = agreed.names_of(acts) | {word.replace(" ", "") for word in map(normalise, lexicon.words("do_it"))}
    return consent.says_only(_IT.sub(" ", bare), words)


def _is_half_of_a_title(bare: str, expects: Expectation) -> bool:
    """Whether words are the last part of what the yes-button says: 核对 of 登记核对."""
    titles = [normalise(str(option["title"])) for option in expects.options if expectation.says_yes(option)]
    return not bare.isascii() and len(bare) > 1 and any(title.endswith(bare) and title != bare for title in titles)


def _leaves_it(others: list[str], said: Said, expects: Expectation) -> bool:
    """Whether what stands behind the yes asks or tells something else, and neither takes it back nor changes it."""
    if agreed.is_another_act(said.text, expects) and not any(_asks(piece) for piece in others):
        return False
    if not others:
        # The act by itself is read with what was asked; the form knows it as well.
        return any(_points_at_it(piece) for piece in consent.clauses(said.text))
    rest = " ".join(others)
    if consent.depends(rest) or called_off.ends_for_today(others[-1]):
        return False
    told = [piece for piece in others if not _asks(piece)]
    hedges = answered.puts_off if expects.slot in agreed.OFFERED_CASES else agreed.hedges
    if any(hedges(piece) or lexicon.mentions("but", piece) or _changes(piece, expects) for piece in told):
        return False
    asked = [piece for piece in others if _asks(piece)]
    if any(slot_text.supposes(piece) or lexicon.mentions("but", piece) or decides(piece) for piece in asked):
        return False
    return bool(asked) or expects.slot in _MAY_TELL_MORE


def decides(piece: str) -> bool:
    """Whether a question is about what is agreed to: it puts another value in its place (改到四点行吗), or asks which
    of several is meant (哪个电话)."""
    flat = normalise(piece)
    return _INSTEAD.search(flat) is not None or (_WHICH.match(flat) is not None and consent.is_short(piece))


def _changes(piece: str, expects: Expectation) -> bool:
    """Whether a clause names another size, colour, number or way than the one asked about."""
    if expects.form == REDEEM_FORM:
        return any(sign.isdigit() for sign in in_digits(normalise(piece)))
    if expects.form != agreed.RETURN_FORM:
        return False
    named = lexicon.mentions("goods_colour", piece) or bool(sizes_said.wished(piece))
    return named or alternatives.way_wished(piece) is not None


def _is_held(heard: Heard, parted: Parted) -> bool:
    """Whether a step takes the answer by itself, and the others surely say what all of the rest means."""
    for place, step in enumerate(heard.steps):
        if not (step.payload is not None or step.intent in (AFFIRM, INFORM)):
            continue
        if parted.option is not None and step.payload != parted.option["payload"]:
            continue
        others = [other for number, other in enumerate(heard.steps) if number != place]
        if not others:
            return not parted.rest
        cut = any(parted.head[-3:] in other.text for other in others)
        said = " ".join(other.text for other in others)
        left = any(piece not in said for piece in consent.clauses(parted.rest) if not _asks(piece))
        unsure = any(other.intent == FALLBACK or _is_guessed(other) for other in others)
        return not (cut or left or unsure)
    return False


def _is_guessed(step: Step) -> bool:
    return step.heard is not None and confidence_of(step.heard) < SECOND_WISH


def _step(said: Said, parted: Parted, expects: Expectation) -> Step:
    """The answer by itself, with what is named in it and nothing of the rest."""
    option = parted.option
    if option is None and not parted.is_value:
        option = next((each for each in expects.options if expectation.says_yes(each) and _is_named(each)), None)
    if option is not None:
        return Step(text=parted.head, payload=str(option["payload"]))
    named = [each for each in entities_of(said.whole) if int(each.get("end") or 0) <= len(parted.head)]
    alone: Parsed = {**said.whole, "text": parted.head, "entities": named, "intent_ranking": []}
    return Step(text=parted.head, heard=with_intent(alone, INFORM if parted.is_value else AFFIRM))


def _is_named(option: Option) -> bool:
    """Whether a button says the act itself, and not a mere yes, which a form reads from the words."""
    return option.get("answer") == Answer.YES or not consent.says_only(str(option["title"]), set())


def _asks(piece: str) -> bool:
    return slot_text.is_question(piece) or consent.asks_back(piece)


def _end_of(text: str, pieces: list[str]) -> int:
    """Where the last of these clauses, which stand at the beginning of a text, ends with its signs."""
    at = 0
    for piece in pieces:
        at = text.index(piece, at) + len(piece)
    while at < len(text) and not text[at].isalnum():
        at += 1
    return at
