"""Praise that is none: denied (誰稱讚你們了, "that was sarcasm"), or a clause that only sounds like it amid trouble.

What a classifier takes for praise so is heard as the next likely; what it takes for a suggestion on a guess, as what
its clauses ask for.
"""

import re
from dataclasses import replace

from bot.hearing.message import mood
from bot.hearing.message.said import SECOND_WISH, Said, words
from bot.hearing.steps import FALLBACK, Heard, confidence_of, intent_of, is_wish, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

PRAISE, SUGGESTION, THANK, UNDO = "give_praise", "give_suggestion", "thank", "undo"
FAULTS = frozenset({"report_fault", "make_complaint"})
SURE_OF_A_SUGGESTION = 0.75
"""Below this confidence words are no suggestion where a clause of theirs surely asks for something."""
_PRAISING = r"(?:夸|誇|表扬|称赞|赞美|赞(?!同|成|助)|好评|感谢|谢)"
_DENIED = re.compile(
    rf"(?:谁|边个|哪|什么时候|啥时候|几时|何时|没有?|不是|并非|不(?=想|要|用)|唔系|唔使|冇|别)(?:在|有|要|想|用|是|系|来|让|叫|该)*"
    rf"(?:你们?|您|我|俺|人)?(?:在|要|有)?{_PRAISING}"
    rf"|{_PRAISING}(?:什么|个|啥|咩|你)(?:{_PRAISING}|头|鬼|屁|毛|锤子|大头鬼)"
    r"|反话|讽刺|挖苦|反讽|讲反|说反"
    r"|\b(?:not|never|wasn t|isn t|didn t|don t|who said|when did) (?:\w+ ){0,4}"
    r"(?:prais\w+|compliment\w*|thank\w*|happy)\b"
    r"|\b(?:sarcas\w+|ironic\w*|irony)\b"
)


def is_denied(text: str) -> bool:
    """Whether a text says that nobody was praised."""
    flat = normalise(text)
    return _DENIED.search(flat if flat.isascii() else flat.replace(" ", "")) is not None


def taken_back(said: Said, context: Context) -> Heard | None:
    """What was kept as praise just before and was none is struck out; None where nothing was kept so."""
    if context.focus.get("done") != PRAISE or not is_denied(said.text):
        return None
    of_it = {UNDO, PRAISE}
    beside = [heard for _, heard in said.clauses if is_wish(heard, SECOND_WISH) and intent_of(heard) not in of_it]
    return None if beside else Heard.of(words(said, UNDO, {"act": PRAISE}))


def as_meant(said: Said) -> Said:
    """The message without praise and suggestions that were only guessed."""
    if mood.means_the_opposite(said.text) and not is_denied(said.text):
        # Irony is answered as a feeling, by the whole.
        return said
    faults = [heard for _, heard in said.clauses if intent_of(heard) in FAULTS and is_wish(heard, SECOND_WISH)]
    whole = said.whole
    if intent_of(whole) == PRAISE and faults:
        # 真行啊，用了不到一个月就起皮了: the trouble is what is told.
        whole = with_intent(whole, intent_of(faults[0]), confidence=confidence_of(faults[0]))
    elif is_denied(said.text):
        whole = _next_best(whole) if intent_of(whole) in (PRAISE, THANK) else _without_praise(whole)
    elif intent_of(whole) == SUGGESTION and confidence_of(whole) < SURE_OF_A_SUGGESTION:
        whole = _as_its_clause(said)
    return replace(
        said,
        whole=whole,
        clauses=[(clause, _in_a_clause(clause.text, heard, said, bool(faults))) for clause, heard in said.clauses],
        sentences=[(part, _in_a_clause(part.text, heard, said, bool(faults))) for part, heard in said.sentences],
    )


def _in_a_clause(text: str, heard: Parsed, said: Said, is_trouble: bool) -> Parsed:
    """Beside other words praise is some only where it feels so, and nothing that went wrong is told."""
    if intent_of(heard) not in (PRAISE, THANK) or (intent_of(heard) == THANK and not is_denied(text)):
        return heard
    feels_good = _feels(heard) == _feels(said.whole) == "positive"
    return heard if feels_good and not is_trouble and not is_denied(text) else _next_best(heard)


def _as_its_clause(said: Said) -> Parsed:
    surer = [heard for _, heard in said.clauses if is_wish(heard, SECOND_WISH) and intent_of(heard) != SUGGESTION]
    if not surer:
        return said.whole
    best = max(surer, key=confidence_of)
    return with_intent(said.whole, intent_of(best), confidence=confidence_of(best))


def _without_praise(parsed: Parsed) -> Parsed:
    guesses = [each for each in parsed.get("intent_ranking") or [] if each.get("name") != PRAISE]
    return {**parsed, "intent_ranking": guesses}


def _next_best(parsed: Parsed) -> Parsed:
    """Without praise among the guesses, so that none is offered either."""
    others = [each for each in parsed.get("intent_ranking") or [] if each.get("name") not in (PRAISE, THANK)]
    parsed = {**parsed, "intent_ranking": others}
    if not others:
        return with_intent(parsed, FALLBACK, confidence=1.0)
    return with_intent(parsed, str(others[0]["name"]), confidence=float(others[0]["confidence"]))


def _feels(parsed: Parsed) -> str:
    return str((parsed.get("sentiment") or {}).get("label") or "")
