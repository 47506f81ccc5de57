"""What a call is to be about, in few of the customer's words: without the wish for a call, its time and its number."""

import re

from actions.kit.base import Turn
from actions.kit.form_input import without_entities
from actions.kit.words import lexicon
from crm_store.text import normalise

LONGEST_CHARACTERS, LONGEST_LATIN = 40, 90
"""More than this is a story: whoever calls reads its end in the conversation."""
LEAST_CHARACTERS = 4
"""Fewer characters than these, talk of calling left out, are no topic."""

_MARK = "\ue000"
"""Of no script: stands for each character of a time or a number."""
_EDGES = " \t\n,，、;；:：。.!！?？~～…-—"
_CLAUSE = re.compile(
    r"[，,。.;；！!？?~～\n…]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|\s+(?:and|but|because|so)\s+(?=\w+)",
    re.IGNORECASE,
)
_LEADS_IN = re.compile(
    r"(?:我|俺)?(?:就是)?(?:主要)?(?:想|要|改成|改为|換成|换成|改)(?:要|跟你们|和你们|同你哋)?"
    r"(?:聊聊|谈谈|談談|聊|谈|談|说|說|讲|講|问问|問問|問下|问|問|倾|傾)(?:一下|下|的是)?(?!明书|明書)(?=\S{2})"
    r"|^(?:聊聊|谈谈|談談|问问|問問|聊一下|谈一下|談一下|倾下|傾下)\s*(?=\S{2})"
    r"|(?:是)?(?:关于|關於|有关|有關)\s*(?=\S{2})"
    r"|\b(?:about|regarding|concerning|to do with|to discuss|to talk through|because of)\s+(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:那件|这件|這件|那个|那個)?(?:的|嘅)?(?:事情|事儿|事兒|事|问题|問題)(?:吧|啊|呀|哦|喔|啦|呢|嘛|哈|了)?$"
)


def bare(turn: Turn) -> str:
    """What is left of the words without times, numbers and the talk of wanting a call."""
    left = lexicon.without("correction", without_entities(turn, "time", "phone"))
    return _without_talk(left)


def topic_said(turn: Turn) -> str | None:
    """What the message says the call is about; None when it says nothing of it.

    The clauses that announce it ("关于…", "about …") count before the others, and what announces is left out; a story
    is cut after the clause that fills it.
    """
    if turn.pressed:
        return None
    marked = _times_marked(turn)
    clauses = _clause_spans(marked)
    telling = [span for span in clauses if len(_without_talk(_unmarked(marked[slice(*span)]))) >= LEAST_CHARACTERS]
    announced = [span for span in clauses if lexicon.mentions("callback_about", _unmarked(marked[slice(*span)]))]
    chosen = [
        topic for start, end in announced or telling if (topic := _bare_topic(turn.text[start:end], marked[start:end]))
    ]
    return _short_enough(chosen) if chosen else None


def topic_announced(turn: Turn) -> str | None:
    """The topic where the words themselves announce one: 关于发票的事, "it is about my refund"."""
    announces = lexicon.mentions("callback_about", without_entities(turn, "time", "phone"))
    return topic_said(turn) if announces and not turn.pressed else None


def _times_marked(turn: Turn) -> str:
    """The text with times and numbers to call marked out, every character in its place."""
    text = turn.text
    for entity in turn.tracker.latest_message.get("entities") or []:
        if entity.get("entity") in ("time", "phone"):
            start, end = int(entity["start"]), int(entity["end"])
            text = text[:start] + _MARK * (end - start) + text[end:]
    return text


def _unmarked(text: str) -> str:
    return text.replace(_MARK, " ")


def _clause_spans(text: str) -> list[tuple[int, int]]:
    starts, ends = [0], []
    for pause in _CLAUSE.finditer(text):
        ends.append(pause.start())
        starts.append(pause.end())
    spans = zip(starts, [*ends, len(text)], strict=True)
    return [(start, end) for start, end in spans if text[start:end].strip(_EDGES)]


def _bare_topic(clause: str, marked: str) -> str:
    """The thing itself: 发票 of 我想聊聊发票的事, "the lamp" of "can somebody ring me about the lamp"."""
    found = _LEADS_IN.search(marked)
    said = clause
    if found is not None:
        # "登机箱想问保养的事": what stands before belongs to it, unless it only wishes for the call, or says when.
        before = _unmarked(marked[: found.start()])
        belongs = not before.isascii() and bool(_without_talk(before))
        said = f"{clause[: found.start()] if belongs else ''}{clause[found.end() :]}"
    said = said.strip(_EDGES)
    shorter = said if said.isascii() else _TAIL.sub("", said).strip(_EDGES)
    return " ".join((shorter or said).split()) if normalise(shorter or said) else ""


def _short_enough(clauses: list[str]) -> str:
    """The first clauses, as many as fit; the first one in any case, cut."""
    is_latin = clauses[0].isascii()
    between, most = (", ", LONGEST_LATIN) if is_latin else ("，", LONGEST_CHARACTERS)
    told = clauses[0][:most]
    for clause in clauses[1:]:
        if len(told) + len(between) + len(clause) > most:
            break
        told += between + clause
    return told


def _without_talk(text: str) -> str:
    return lexicon.without("callback_bare", lexicon.without("courtesy", text)).replace(" ", "")
