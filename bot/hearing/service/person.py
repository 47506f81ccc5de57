"""The wish for a person in plain words, with what is asked of them in the same breath."""

import re

from actions.kit import slot_text
from actions.kit.told import handing_on
from actions.kit.words import lexicon
from bot.hearing.message.said import CHOICE, SECOND_WISH, Said, parts, words
from bot.hearing.service import anybody
from bot.hearing.steps import Heard, Step, intent_of, is_wish, with_intent
from crm_store.text import closed_up, normalise

REQUEST_HUMAN = "request_human"
_COLLEAGUE = r"(?:你们?的?|你哋的?|您的?)?(?:同事|店员|工作人员|负责人|主管|经理|客服|人工|真人)(?:们|那边)?"
_ASK_A_COLLEAGUE = re.compile(
    r"(?:^|[^不别甭没])(?:帮我?|帮忙|替我|麻烦你?|劳烦)(?:再|去|先)*(?:帮我?)?(?:问|转告|转达|请教)(?:一?下|问|声|吓)?"
    rf"{_COLLEAGUE}"
    rf"|^(?:那|你|就|可不可以|能不能|可以|可唔可以|能)*(?:去)?问(?:一?下|问|声|吓)你?们?{_COLLEAGUE}"
)
_ASK_A_COLLEAGUE_EN = re.compile(
    r"(?:^|\b(?:then|so|ok|okay|well|please|and) )(?:(?:can|could|would|will) (?:you|u) )?(?:please |just |go )*"
    r"(?:ask|check with)"
    r" (?:a |an |your |one of your |the |some )(?:colleagues?|team|staff|manager|human|person|people|support)\b"
)
_PARTS = re.compile(r"[，,。.;；!！?？\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_NOT_ASKED = re.compile(
    r"(?:不用|不要|不必|别|唔使|唔好|甭)(?:再|去)*(?:帮|替|麻烦|问)|\b(?:don t|do not|no need to|never) (?:\w+ )?ask\b"
)


def heard(said: Said) -> Heard | None:
    """The wish; whether one is there on a day, asked in the same breath, is told first. None where it is no wish."""
    asked = [(clause.text, parsed) for clause, parsed in said.clauses if anybody.asks(clause.text)]
    is_heard = intent_of(said.whole) == REQUEST_HUMAN and is_wish(said.whole, SECOND_WISH)
    if not wants(said) and not (is_heard and asked and len(asked) < len(said.clauses)):
        return None
    told = [
        Step(text=text, heard=with_intent(parsed, REQUEST_HUMAN, {CHOICE: anybody.choice_of(text)}))
        for text, parsed in asked
    ]
    return Heard.of(*told[:1], words(said, REQUEST_HUMAN))


def wants(said: Said) -> bool:
    """Whether the words plainly ask for a person where something else was heard, amid a form as well. Denied, or asked
    about ("can a human check?"), it is no such wish."""
    if intent_of(said.whole) == REQUEST_HUMAN:
        return False
    if lexicon.mentions("person_demand", said.text) or asks_a_colleague(said.text):
        return True
    wishing = [part for part in parts(said) if lexicon.mentions("person_wish", part)]
    return any(not lexicon.mentions("negation", part) and not slot_text.is_question(part) for part in wishing)


def asks_a_colleague(text: str) -> bool:
    """Whether a colleague is to be asked what the bot did not answer: 帮我问下你们同事, "can you ask a colleague". What
    a colleague is to arrange of an order is handed on."""
    if handing_on.wished(text) is not None or _NOT_ASKED.search(normalise(text)):
        return False
    return any(
        _ASK_A_COLLEAGUE_EN.search(normalise(part))
        if normalise(part).isascii()
        else _ASK_A_COLLEAGUE.search(closed_up(part))
        for part in _PARTS.split(text)
    )
