"""What a message answers to the open question of a return: yes, no, the thing that is meant, what it shall be."""

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.forms import requested
from actions.kit.words import beside, consent, left_out, lexicon
from actions.kit.words.consent import Answer
from actions.returns.chosen import Slots
from actions.returns.heard import kind_wished, wishes_beside_question
from actions.returns.lines import Found, names_line


def chooses_kind(turn: Turn) -> bool:
    """Whether a wish stands beside a question, in answer to ours what it shall be: "a new one, if it comes by May"."""
    return requested(turn, "return_kind") and wishes_beside_question(words(turn))


def changes_kind(turn: Turn, kind: str | None) -> bool:
    """Whether a clause wishes another way than the one set down, beside a question: 还是退了吧，运费谁出. Whoever only
    asks about the other way ("and who pays if I return it") wishes nothing."""
    wished = kind_wished(words(turn))
    return kind is not None and wished not in (None, kind) and wishes_beside_question(words(turn))


def agreed(turn: Turn) -> Slots:
    """Yes or no to the open question that a yes or no answers."""
    for slot in ("return_line_confirmed", "return_confirmed"):
        if not requested(turn, slot):
            continue
        answer = consent.read(words(turn)).answer
        if turn.intent in {"affirm", "deny"}:
            doubts = answer is Answer.NOT_YET or (answer is None and consent.doubts(words(turn)))
            doubts = doubts and not turn.pressed
            return {} if doubts else {slot: turn.intent == "affirm"}
        return {slot: answer is Answer.YES} if answer in (Answer.YES, Answer.NO) else {}
    return {}


def goes_on(filled: Slots) -> bool:
    return any(filled.get(slot) for slot in ("return_reason", "return_kind", "return_new_size"))


def agrees_to_line(turn: Turn) -> bool:
    """Whether the words are a plain yes to the thing that was asked about, and put nothing right."""
    text = words(turn)
    says_yes = requested(turn, "return_line_confirmed") and consent.read(text).answer is Answer.YES
    return says_yes and not lexicon.corrects(text)


def chooses(turn: Turn, named: Found) -> bool:
    """Whether words that name another purchase choose it: to the question which one, or as a correction. Named beside
    the answer to what we asked ("39 please. Also the lamp …") it is another matter."""
    asked = requested(turn, "return_line") or requested(turn, "return_line_confirmed")
    # At the last question a yes, or a wish, that names another purchase speaks of that one; so does a wish at the
    # question what shall be done, or why: 那奶瓶想退 after a fault of the blocks was told.
    open_still = any(requested(turn, slot) for slot in ("return_reason", "return_kind", "return_confirmed"))
    wishes = open_still and not turn.pressed and kind_wished(words(turn)) is not None
    wishes = wishes or (requested(turn, "return_confirmed") and bool(agreed(turn)))
    if not named.sure or (not asked and beside_the_answer(turn, named)):
        return False
    return asked or wishes or _takes_back(words(turn)) or puts_right(turn)


def beside_the_answer(turn: Turn, named: Found) -> bool:
    """Whether the message says something else first, and only then goes on to the thing that it names."""
    head, _ = beside.before_connector(words(turn))
    return bool(head) and not turn.pressed and not any(names_line(head, line) for _, line in named.lines)


def _takes_back(text: str) -> bool:
    """Whether the words put right what was said before, or begin with a no. A no in what is told of a thing ("the box
    had no lid", 没戴过) puts nothing right."""
    return lexicon.mentions("correction", text) or consent.read(text).answer is Answer.NO


def puts_right(turn: Turn) -> bool:
    """Whether the words put one thing in the place of another (不是杯子，是锅), or name what stays beside it."""
    text = words(turn)
    return left_out.corrects(text) or left_out.keeps(text) is not None
