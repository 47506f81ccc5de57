"""Which of the things that were bought is meant: put right amid a return ("not the mug, the pan"), told beside what
stays ("keeping the tea, the mug goes back"), or several of a list at once (2和3都要)."""

import re
from collections.abc import Sequence

from actions.kit import slot_text
from actions.kit.told.return_details import LINE
from actions.kit.words import alternatives, consent, left_out, lexicon
from actions.kit.words.consent import Answer
from bot.hearing.message import agreed, denial, expectation
from bot.hearing.message.said import CHOICE, Said, words
from bot.hearing.steps import Heard, Step, with_intent
from crm_store.conversations import Context, Option, Parsed
from crm_store.text import normalise

RETURN, RETURN_FORM = "return_or_refund", "return_form"
_GOES_BACK = re.compile(
    r"[退换]|寄回|\b(?:go|goes|going|send|sending|sent) back\b"
    r"|\breturn(?:s|ed|ing)?\b|\brefund\w*|\bexchang\w+|\bswap\w*"
)
_NO_RETURN = re.compile(
    r"撤|取消|积分|点数|优惠券|兑换|\b(?:cancel|withdraw|undo|points?|vouchers?|coupons?|subscription)\b"
)
"""Beside these something else is given back or exchanged, or a return is taken back."""
_JOINTS = re.compile(
    r"[，,、;；&+/\n]+|和|跟|与|同埋|以及|还有|\s+(?:and|plus|n|as well as)\s+|(?<=\d)\s+(?=\d)", re.IGNORECASE
)
_AROUND = re.compile(
    r"^(?:我|想|要|退|换|帮|把"
    r"|(?:both|i|d|m|want|like|to|return|returning|send|swap|exchange|please|it s|number|no)\b ?)+"
    r"|(?:都|也|一起|一齐|全|要|退|换|给我|了|吧|啦|的|谢谢"
    r"| ?\b(?:both|too|as well|please|thanks|back|go back|of them)\b)+$"
)
"""What stands around the places or names of several things that are chosen."""
_FIRST_TWO = re.compile(r"(?:前|头)(?:面)?(?:两|二|2)(?:个|件|样|双|款)?|(?:the )?(?:first|top) (?:two|2)(?: ones)?")
_BOTH = re.compile(r"(?:这)?(?:两|二)(?:个|件|样|双|款)?|both(?: of them)?")


def heard(said: Said, context: Context) -> Heard | None:
    """The step of a message that says which thing is meant; None where it does not, or where no return is spoken of."""
    expects = context.expects
    if expects.form == RETURN_FORM:
        if several := _several(said, context):
            return several
        if _another_way(said, context):
            return Heard.of(words(said, RETURN))
        names = left_out.corrects(said.text) or left_out.keeps(said.text) is not None
        return Heard.of(words(said, RETURN)) if names and denial.denied(said.text) is None else None
    stays_beside = left_out.keeps(said.text)
    if expects.form is not None or stays_beside is None or agreed.asks_yes_or_no(expects):
        return None
    if (
        not _GOES_BACK.search(normalise(stays_beside))
        or _NO_RETURN.search(normalise(said.text))
        or slot_text.is_question(said.text)
    ):
        return None
    return Heard.of(words(said, RETURN))


def _another_way(said: Said, context: Context) -> bool:
    """Whether the no to the question is to the way, and another one is wished: "hm no, let's exchange it after all";
    or one way is denied for another: 能不能换个新的，不退了."""
    if not agreed.asks_yes_or_no(context.expects):
        return False
    answer = consent.read(said.text)
    wishes_another = alternatives.way_wished(answer.rest) is not None and not alternatives.weighs(answer.rest)
    return (answer.answer is Answer.NO and wishes_another) or alternatives.switches(alternatives.WAYS, said.text)


def _several(said: Said, context: Context) -> Heard | None:
    """Where a list asks which thing, several of it at once: the first is taken, the others come up one by one."""
    options = [option for option in context.expects.options if _line_of(option)]
    if context.expects.slot != "return_line" or len(options) < 2:
        return None
    chosen = _chosen(said.text, options)
    if len(chosen) < 2:
        return None
    first, *others = chosen
    waiting: list[Parsed] = [
        with_intent(
            {**said.whole, "text": str(each["title"]), "entities": []}, RETURN, {CHOICE: f"{LINE}:{_line_of(each)}"}
        )
        for each in others
    ]
    return Heard.of(Step(text=said.text, payload=str(first["payload"])), kept=waiting)


def _chosen(text: str, options: Sequence[Option]) -> list[Option]:
    """The things that a message chooses by their places or names, and says nothing else; empty where it asks, denies
    or says one or the other."""
    if slot_text.is_question(text) or lexicon.mentions("negation", text) or lexicon.mentions("correction", text):
        return []
    flat = _bare(text)
    if _FIRST_TWO.fullmatch(flat) or (_BOTH.fullmatch(normalise(text)) and len(options) == len(("one", "other"))):
        return list(options[:2])
    parts = [bare for part in _JOINTS.split(_spaced(text)) if (bare := _bare(part))]
    found = [expectation.by_place(part, options) or expectation.by_title(part, options) for part in parts]
    chosen = [option for place, option in enumerate(found) if option is not None and option not in found[:place]]
    return chosen if len(chosen) == len(found) else []


def _spaced(text: str) -> str:
    """The text in one form of signs, its pauses kept."""
    return "，".join(filter(None, map(normalise, re.split(r"[，,、;；&+/\n]+", text))))


def _bare(text: str) -> str:
    return _AROUND.sub("", normalise(text)).strip()


def _line_of(option: Option) -> str:
    """The line of an order that a button of the list stands for; empty for another button."""
    found = re.fullmatch(r'/inform\{"choice": ?"(\d+)"\}', str(option["payload"]))
    return found[1] if found else ""
