"""What a call is to be about, in few of the customer's words: without the wish for a call, its time and its number."""

import re

from actions.kit import lexicon
from actions.kit.base import Turn
from actions.kit.form_input import without_entities
from crm_store.text import normalise

LONGEST_CHARACTERS, LONGEST_LATIN = 40, 90
"""More than this is a story: whoever calls reads its end in the conversation."""
LEAST_CHARACTERS = 4
"""Fewer characters than these, talk of calling left out, are no topic."""

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
    clauses = [clause.strip(_EDGES) for clause in _CLAUSE.split(without_entities(turn, "time", "phone")) if clause]
    telling = [clause for clause in clauses if len(_without_talk(clause)) >= LEAST_CHARACTERS]
    announced = [clause for clause in clauses if lexicon.mentions("callback_about", clause)]
    chosen = [shortened for clause in announced or telling if (shortened := _bare_topic(clause))]
    return _short_enough(chosen) if chosen else None


def topic_announced(turn: Turn) -> str | None:
    """The topic where the words themselves announce one: 关于发票的事, "it is about my refund"."""
    announces = lexicon.mentions("callback_about", without_entities(turn, "time", "phone"))
    return topic_said(turn) if announces and not turn.pressed else None


def _bare_topic(clause: str) -> str:
    """The thing itself: 发票 of 我想聊聊发票的事, "the lamp" of "can somebody ring me about the lamp"."""
    found = _LEADS_IN.search(clause)
    before, said = (clause[: found.start()], clause[found.end() :]) if found else ("", clause)
    # "登机箱想问保养的事": what stands before belongs to it, unless it only wishes for the call.
    said = f"{before}{said}".strip(_EDGES) if not before.isascii() and _without_talk(before) else said.strip(_EDGES)
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
