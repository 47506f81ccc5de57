"""A yes carries an act out only where it is plain: all that stands beside it is empty, or is taken care of.

Whoever heard a message first, the steps pass by here last. Where one of them agrees to the open question, each piece
of the message behind its yes-words is looked at: the act once more, politeness and haste say nothing else; another wish
and a harmless question are served beside the act. A condition, hesitation and a question whose answer may change the
mind are no yes yet. What is left changes the thing that was asked about, or was not understood: it goes to the form by
itself, which applies it or names it, and asks once more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from actions.kit import slot_text
from actions.kit.forms import HEARD_APART, NEVER_AN_ANSWER, activating_intents, begun_by
from actions.kit.told import return_details
from actions.kit.words import beside, consent, lexicon, yes_but
from actions.kit.words.consent import Answer
from actions.kit.words.yes_but import YesBut
from bot.hearing.answers import answer_kept, answered
from bot.hearing.message import agreed, expectation, wishes
from bot.hearing.message.said import CHOICE, INFORM, RETURN, SECOND_WISH, Said, words
from bot.hearing.orders import handed_on
from bot.hearing.steps import Heard, Step, confidence_of, entities_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Expectation, Parsed
from crm_store.text import normalise

AFFIRM, DENY, HESITATE, FAQ, REDEEM = "affirm", "deny", "hesitate", "ask_faq", "redeem_points"
CARRIES_NOTHING_OUT = frozenset({"return_line_confirmed"})
"""Slots whose yes only says which thing is meant; what is told beside it belongs to the next question."""
CALLED_NUMBER = "callback_phone_confirmed"
COSTS_NOTHING = agreed.OFFERED_CASES | {CALLED_NUMBER, "callback_window"}
FREE_ACTS = frozenset({"make_complaint", "request_callback", "chase_promise", "cancel_callback", "opt_in"})
"""Acts, by slot and by the intent of their button, that cost nothing and can be taken back: no answer about costs comes
before them."""
REDEEM_FORM = "redeem_form"
_ASKED_OF_POINTS = frozenset({
    "ask_points_balance", "ask_points_history", "ask_points_rules", "ask_points_expiring", "ask_rewards", "ask_product",
})  # fmt: skip
"""What the question how many points a redemption takes is heard as."""
ALTERS = frozenset({"change_order", "update_profile", "change_callback"})
"""Wishes that, in one breath with a yes, alter what was asked about."""
NO_ANSWER = HEARD_APART | NEVER_AN_ANSWER
OF_A_PERSON = frozenset({"request_human"})
_RESERVES = re.compile(
    r"^(?:但是?|不过|可是|只是|除了|就是|只|先|得先|但系|唯独"
    r"|except|but|only|just|apart from|instead|although|though)(?![a-z])"
)
_LEADS = re.compile(
    r"^(?:\s*(?:但是|但系|但係|但|不过|不過|可是|只是|就是|but|only|just|and)(?![A-Za-z])[\s,，:：]*)+", re.IGNORECASE
)
_ONLY_JOINS = re.compile(r"(?:and|also|but|then|so|plus|再|那|就|然后|顺便|另外|还有|不过|但|但是|by the way|btw)*")
_PARTICLES = " 了吧啊呀的嘛啦喔哦哈呢先就都也帮我给你您们一下"
_ONLY_ANOTHER = re.compile(r"(?:改|换|变|更改|更新)(?:一?下|了|掉)?$|^(?:change|update) (?:the|my) (?:\w+ )?\w+$")
_NEVER_DONE = re.compile(
    r"^(?:我|都|也|还)*(?:没|未|冇)(?!.{0,3}(?:要|想|说|叫|让|话))"
    r"|^(?:(?:i|we) )?(?:haven t|have not|never|didn t|did not)(?! (?:want|ask|say|mean))"
)
"""Tells that something was not done to a thing, worn or opened: it changes nothing."""
_WHEN = re.compile(r"多久|多长时间|什么时候|几时|几天|几日|几耐|\b(?:when|how long|how soon|how many days)\b")
"""Asks when something comes that comes anyway: money, a parcel."""
_SAID_ANYWAY = ("beside_yes", "do_it", "acknowledges", "courtesy", "pointing")
"""Groups of the lexicon that say nothing beside a yes."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the message beside its yes; `step`: one that takes care of it."""

    text: str
    step: Step | None = None
    is_kept: bool = False
    """It is heard after the act, as words of their own."""


def only_plain(said: Said, heard: Heard, context: Context) -> Heard:
    """The steps of a message, none of which carries out what was not plainly agreed to."""
    expects = context.expects
    asks = expects.is_open and agreed.asks_yes_or_no(expects) and expects.slot not in CARRIES_NOTHING_OUT
    if not asks or any(step.intent == "report_danger" for step in heard.steps):
        return heard
    if consent.checks(said.text):
        return _checked(said, heard, context)
    agreeing = [step for step in heard.steps if agrees(step, expects)]
    if condition := consent.condition(said.text):
        is_open = all(agrees(step, expects) or _says_little(step, expects) for step in heard.steps)
        return _on_condition(said, condition, context) if agreeing or is_open else heard
    return _beside(said, heard, agreeing, context) if agreeing else heard


def _checked(said: Said, heard: Heard, context: Context) -> Heard:
    """What is to be checked before a yes: how much or which it is, is told of the open act; another question
    that was surely heard is answered. Neither carries anything out, and the question stays."""
    expects = context.expects
    of_the_act = consent.asks_how_much_or_which(said.text)
    own = _own(expects) | {AFFIRM, DENY}
    own |= _ASKED_OF_POINTS if expects.form == REDEEM_FORM else set()
    own |= {FAQ} if of_the_act else set()
    others = [
        step
        for step in heard.steps
        if step.payload is None and step.intent not in own and is_wish(step.heard or {}, SECOND_WISH)
    ]
    kind = YesBut.OPEN if others else YesBut.CHECK
    if others and expects.form is not None:
        return Heard.of(*others)
    return Heard.of(*others, _marked(said, said.text, kind, expects))


def agrees(step: Step, expects: Expectation) -> bool:
    """Whether a step carries out what was asked about: the button that says yes, or words that are read as one."""
    if step.payload is not None:
        yes = [option for option in expects.options if expectation.says_yes(option)]
        return any(option["payload"] == step.payload for option in yes)
    if yes_but.read(_choice(step)) is not None or step.intent in NO_ANSWER:
        return False
    answer = consent.read(step.text).answer
    if step.intent == AFFIRM:
        return answer not in (Answer.NO, Answer.NOT_YET)
    # What hearing made out by the words, a number of pieces or a telephone, was made out beside the yes.
    named = {each.get("entity") for each in entities_of(step.heard or {})}
    by_number = expects.slot == CALLED_NUMBER and "phone" in named
    is_made_out = step.intent in (REDEEM, DENY) or CHOICE in named
    by_words = is_made_out and step.heard is not None and confidence_of(step.heard) == 1.0
    return expects.form is not None and not (by_number or by_words) and answer is Answer.YES


def _says_little(step: Step, expects: Expectation) -> bool:
    """Whether a step was heard as the very act, or as nothing in particular."""
    return (step.payload is None and not is_wish(step.heard or {})) or step.intent in _own(expects)


def _own(expects: Expectation) -> set[str]:
    """The intents of the act that was asked about."""
    own = set(begun_by(expects.form or "")) | (activating_intents(expects.form) if expects.form else set())
    return own | {expectation.intent_behind(option) for option in expects.options if expectation.says_yes(option)}


def _beside(said: Said, heard: Heard, agreeing: Sequence[Step], context: Context) -> Heard:
    """The steps, with what stands beside the yes applied, answered first, served or named."""
    expects = context.expects
    others = [step for step in heard.steps if step not in agreeing]
    begins, texts = _pieces(said.text, expects)
    if not begins and all(step.payload is not None for step in agreeing):
        # The button was named by other words than a yes, and by nothing else.
        return heard
    pieces = [_taken_care_of(text, others, heard) for text in texts]
    left = [piece for piece in pieces if not _says_nothing(piece, said, expects)]
    if not left or _is_the_act([piece.text for piece in left], said, expects) or _repeats_wish(said, agreeing, context):
        return heard
    if any(consent.hesitates(piece.text) for piece in left if piece.step is None and not _asks(piece.text)):
        return Heard.of(words(said, HESITATE))
    edits = [piece for piece in left if _edits(piece, said, expects)]
    if edits:
        apart = [step for step in others if wishes.asks(step.intent) and step not in {piece.step for piece in edits}]
        calls = [step for step in others if step.intent in OF_A_PERSON]
        return Heard.of(*apart, *(calls or [_marked(said, _joined(said.text, edits), YesBut.EDIT, expects)]))
    first = [piece for piece in left if _comes_first(piece, expects)]
    if first:
        return _answered_first(said, first, others, context)
    served = [piece for piece in left if piece.step is None and not piece.is_kept]
    if not served:
        return heard
    rest = " ".join(filter(None, [heard.then, _joined(said.text, served)]))
    return replace(heard, steps=[_alone(step, said, rest) for step in heard.steps], then=rest)


def _repeats_wish(said: Said, agreeing: Sequence[Step], context: Context) -> bool:
    """Whether the message as a whole is the yes to what a colleague shall arrange, in the words of that wish."""
    found = handed_on.heard(said, context)
    pressed = {step.payload for step in agreeing if step.payload is not None}
    return found is not None and any(step.payload in pressed for step in found.steps)


def _pieces(text: str, expects: Expectation) -> tuple[bool, list[str]]:
    """Whether a yes is said, and what stands beside it and the act; what only joins two belongs to the second."""
    found: list[str] = []
    joint, says_yes = "", False
    for said in consent.clauses(text):
        clause = lexicon.without("polite_if", said) if lexicon.mentions("polite_if", said) else said
        piece = f"{joint} {clause}".strip() if joint else clause
        if _ONLY_JOINS.fullmatch(normalise(clause)):
            joint = piece
            continue
        joint = ""
        if answer_kept.says_yes(clause, expects):
            says_yes = True
            continue
        head, behind = consent.parted_yes(piece)
        says_yes = says_yes or bool(head)
        if behind and normalise(behind):
            found.append(behind)
    return says_yes, found


def _taken_care_of(text: str, others: Sequence[Step], heard: Heard) -> _Piece:
    """A piece with the step that holds it, if one does."""
    core = _bare(text)
    holding = next((step for step in others if core and core in _bare(f"{step.text} {step.stands_for}")), None)
    later = [heard.then, *(str(kept.get("text") or "") for kept in heard.kept)]
    waits = holding is None and any(core and (core in _bare(each) or _bare(each) == core) for each in later)
    return _Piece(text, holding, is_kept=waits)


def _bare(text: str) -> str:
    head, tail = beside.before_connector(text)
    return normalise(tail if tail and not normalise(head) else text).replace(" ", "")


def _says_nothing(piece: _Piece, said: Said, expects: Expectation) -> bool:
    """Whether a piece only is polite, in haste, points at what was asked about or tells why."""
    if piece.step is not None and _choice(piece.step) == return_details.MORE:
        return not _names_no_value(piece.text)
    if _NEVER_DONE.search(normalise(piece.text)) and not _asks(piece.text):
        return True
    if expects.slot == CALLED_NUMBER and _is_that_number(piece.text):
        return True
    if _asks(piece.text) or _RESERVES.match(normalise(piece.text)):
        return False
    left = piece.text
    for group in _SAID_ANYWAY:
        left = lexicon.without(group, left)
    left = lexicon.without("answer", left, "yes")
    if not left.strip(_PARTICLES):
        return True
    if consent.changes(piece.text) or lexicon.mentions("but", piece.text):
        return False
    return lexicon.mentions("why_yes", piece.text) or _is_talk(piece, said)


def _names_no_value(text: str) -> bool:
    """Whether words only say that something is another one, and not which: 地址改一下."""
    bare = _LEADS.sub("", text)
    return _ONLY_ANOTHER.search(normalise(bare)) is not None and not any(sign.isdigit() for sign in bare)


def _is_that_number(text: str) -> bool:
    """Whether the number that was asked about is said to be the one: 就打这个号码, "that number is fine"."""
    is_number = lexicon.mentions("same_number", text) or lexicon.mentions("phone_word", text)
    return is_number and not lexicon.corrects(text) and not any(sign.isdigit() for sign in text)


def _is_talk(piece: _Piece, said: Said) -> bool:
    heard = [
        parsed for clause, parsed in said.clauses if _bare(clause.text) and _bare(clause.text) in _bare(piece.text)
    ]
    return any(intent_of(each) in {"thank", "greet", "goodbye", "give_praise"} for each in heard)


def _is_the_act(pieces: Sequence[str], said: Said, expects: Expectation) -> bool:
    """Whether what is left names the very act, and nothing else: 对，撤回."""
    rest = " ".join(pieces)
    bare = lexicon.without("beside_yes", rest)
    if any(agreed.names_only_the_act(words.strip(_PARTICLES), expects) for words in (rest, bare)):
        return True
    own = _own(expects) - {AFFIRM, DENY}
    heard = [parsed for clause, parsed in said.clauses if any(_bare(clause.text) in _bare(piece) for piece in pieces)]
    is_short = consent.says_again(rest) and not consent.changes(rest)
    return is_short and all(intent_of(each) in own and not entities_of(each) for each in heard or [said.whole])


def _edits(piece: _Piece, said: Said, expects: Expectation) -> bool:
    """Whether a piece changes what was asked about, or says something that nobody takes care of."""
    reserves = _RESERVES.match(normalise(piece.text)) is not None
    if _asks(piece.text):
        return piece.step is None and answer_kept.decides(piece.text)
    if reserves or consent.changes(piece.text):
        return not (piece.step is not None and wishes.asks(piece.step.intent))
    if piece.step is not None:
        return piece.step.intent in ALTERS and beside.before_connector(said.text)[1] == ""
    return not piece.is_kept and not _is_another_wish(piece, said, expects)


def _is_another_wish(piece: _Piece, said: Said, expects: Expectation) -> bool:
    """Whether a piece that no step holds is surely a wish of its own."""
    parsed = [each for clause, each in said.clauses if _bare(clause.text) and _bare(clause.text) in _bare(piece.text)]
    own = _own(expects) | ALTERS
    return any(is_wish(each, SECOND_WISH) and intent_of(each) not in own for each in parsed or [said.whole])


def _comes_first(piece: _Piece, expects: Expectation) -> bool:
    """Whether the answer to a question may change the mind: costs, losses, whether it can be undone, by when; or one
    that is a reservation."""
    is_free = expects.slot in COSTS_NOTHING or any(
        expectation.intent_behind(option) in FREE_ACTS for option in expects.options if expectation.says_yes(option)
    )
    if piece.step is not None and not _asks(piece.text):
        # "But first tell me my balance": told, and the yes is still to come.
        return _RESERVES.match(normalise(piece.text)) is not None
    if _WHEN.search(normalise(piece.text)):
        return False
    only_asks = piece.step is None or wishes.asks(piece.step.intent) or piece.step.intent == RETURN
    return not is_free and only_asks and _asks(piece.text) and lexicon.mentions("changes_mind", piece.text)


def _answered_first(said: Said, first: Sequence[_Piece], others: Sequence[Step], context: Context) -> Heard:
    """The question that comes before the yes, and the open question once more."""
    told = list(others)
    for piece in first:
        if piece.step is None:
            part = _part(said, piece.text)
            of_it = answered.of_the_return(piece.text, part, context)
            told.append(of_it or Step(text=piece.text, heard=with_intent(part, FAQ)))
    told = told or [Step(text=said.text, heard=with_intent(said.whole, FAQ))]
    if context.expects.form is not None:
        return Heard.of(*told)
    return Heard.of(*told, _marked(said, first[0].text, YesBut.OPEN, context.expects))


def _on_condition(said: Said, condition: str, context: Context) -> Heard:
    return Heard.of(_marked(said, condition, YesBut.CONDITION, context.expects))


def _marked(said: Said, text: str, kind: YesBut, expects: Expectation) -> Step:
    """What stands beside the yes, by itself: for the form that asked, or named where no form did."""
    intent = INFORM if expects.form is not None else HESITATE
    bare = _LEADS.sub("", text).strip() or text
    return Step(text=bare, heard=with_intent(_part(said, bare), intent, {CHOICE: yes_but.choice_of(kind)}))


def _part(said: Said, text: str) -> Parsed:
    """A part of the message with what is named in it."""
    start = said.text.find(text)
    named = [
        {**each, "start": int(each["start"]) - start, "end": int(each["end"]) - start}
        for each in entities_of(said.whole)
        if start >= 0 and start <= int(each.get("start") or 0) and int(each.get("end") or 0) <= start + len(text)
    ]
    return {**said.whole, "text": text, "entities": named, "intent_ranking": []}


def _alone(step: Step, said: Said, rest: str) -> Step:
    """The yes without what is heard after it."""
    if step.heard is None or step.text != said.text:
        return replace(step, resumes=False)
    head = said.text[: said.text.find(rest)].strip() if rest in said.text else ""
    if not head:
        return replace(step, resumes=False)
    return replace(step, text=head, heard={**_part(said, head), "intent": step.heard["intent"]}, resumes=False)


def _joined(text: str, pieces: Sequence[_Piece]) -> str:
    """The pieces as they stand in the text, from the first to the last."""
    start, end = text.find(pieces[0].text), text.find(pieces[-1].text)
    whole = text[start : end + len(pieces[-1].text)] if 0 <= start <= end else " ".join(each.text for each in pieces)
    return whole.strip()


def _choice(step: Step) -> str:
    return next((str(each["value"]) for each in entities_of(step.heard or {}) if each.get("entity") == CHOICE), "")


def _asks(text: str) -> bool:
    return slot_text.is_question(text) or consent.asks_back(text)
