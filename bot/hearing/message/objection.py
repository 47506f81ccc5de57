"""An objection to the last answer: 我问的是围巾, 不是投诉，我说换鞋那个, 你没回我, "that's not what I asked". The words
that object, and what they deny, are taken off; what is left was meant."""

import re
from dataclasses import dataclass

from actions.kit import slot_text
from actions.kit.words import alternatives, consent, lexicon
from bot.hearing.danger import danger
from bot.hearing.message import agreed, denial, ruled_out
from crm_store.conversations import Context
from crm_store.text import closed_up, normalise

_CLAUSE = re.compile(r"([，,。;；!！?？\n]+|\.(?!\d)|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff]))")
_OPENS = (
    r"(?:(?:啊|哎|欸|诶|喂|呃|唉|拜托|但是?|可是|不是|不对|唔系"
    r"|no|nah|hey|um|well|look|but|sorry|wait|hello|excuse me) ?)*"
)
_WHO = r"(?:我|俺|人家)(?:刚才|刚刚|头先|明明|一直|都|只是|就是|就)*"
_ASKS = re.compile(
    rf"^{_OPENS}{_WHO}(?:(?:是|系)(?:想|在)?|在)?问(?:紧|的)*(?:是|系|你)?(?!下|一下|问|吓|过|了|题|候|卷|你|客服|同事)(?=.)"
    rf"|^{_OPENS}{_WHO}(?:是|系)?想问的?(?:是|系)(?=.)"
)
_MEANS = re.compile(
    rf"^{_OPENS}{_WHO}(?:(?:是|系)(?:说|讲|话|指)(?:的)?(?:是|系)?|(?:说|讲|指)的(?:是|系)|(?:说|讲|话)紧|的?意思(?:是|系))(?=.)"
)
_SAYS = re.compile(rf"^{_OPENS}{_WHO}(?:说|讲|指|话)(?=.)")
"""Beside a denial only: 不是投诉，我说换鞋那个."""
_ASKS_EN = re.compile(
    rf"^{_OPENS}i(?: m| am| was| ve| have)?(?: just| already| only| literally| clearly| actually| still)* "
    r"(?:asked|asking)(?: you)? (?:about (?=.)"
    r"|(?=(?:if|whether|how|when|what|where|why|which|who|is|are|can|do|does|will)\b))"
)
_MEANS_EN = re.compile(
    rf"^{_OPENS}i (?:(?:just|actually|only) )?(?:meant|mean)(?: to ask)? "
    r"(?!it\b|that\b|to\b|well\b|business\b|come on\b)(?=.)"
)
_MISSED = re.compile(
    r"你(?:又|都|根本|压根|完全|并|好像|就)*(?:没有?|冇|未)"
    r"(?:回答?|答|覆|听懂|看懂|理解|明白)(?:到|过)?(?:我|人家)?(?:的|嘅|问的|刚才的?)*(?:问题|话|意思)?"
    r"|(?:没有?|冇|未)(?:回答?|答)(?:到|过)?我(?:的|嘅)?(?:问题)?"
    r"|(?:完全|又|你|都|是)*答非所问|(?:你|完全)*所答非所问|(?:你)?(?:又|都|全)*答错"
    r"|(?:我|俺)(?:问|说|讲)(?:的|嘅)(?:不是|唔系)(?:这个|那个|呢个)"
    r"|(?:我|俺)?(?:不是|唔系)(?:这个|那个|呢个)意思"
    r"|(?:我|俺)(?:没|冇|不是|唔系)(?:有)?(?:在)?问(?:紧)?(?:你)?(?:这个|那个|呢个|这些)"
)
_MISSED_ENDS = re.compile(r"(?:啊|呀|啦|喇|了|吧|哦|喔|嘛|的|诶|欸|㗎|耶)*$")
_MISSED_EN = re.compile(
    rf"{_OPENS}(?:(?:that|this|it)(?: s| is| was)? ?)?(?:not|isn t|wasn t|wasnt|isnt)"
    r" (?:what i (?:asked|meant)(?: for| about)?|my question|the question)(?: at all| though)?"
    rf"|{_OPENS}(?:you|u|ur|you re)(?: still| just| really)* (?:didn t|didnt|did not|haven t|never|not)"
    r"(?: even| actually| really)* (?:answer(?:ed|ing)?)"
    r"(?: (?:me|it|that|this|my question|the question|what i asked))?"
    rf"|{_OPENS}(?:that|this|it) (?:doesn t|does not|didn t|doesnt|didnt) answer (?:my |the )?(?:question|it|that|me)"
    rf"|{_OPENS}answer my (?:actual )?question"
)
_DENIES = re.compile(
    rf"^{_OPENS}(?:我)?(?:这个?|那个?)?(?:并|又)?(?:不是|唔系|没要|不要|没说|冇话)|^{_OPENS}(?:it s |i m )?(?:not|no) "
)
_SUPPOSES = re.compile(r"万一|如果|要是|假如|点算|点办|\bwhat if\b")
_NOT_WANTED = re.compile(r"不要|不用|不想|唔要|唔使|\b(?:don t want|no need|never mind|forget)\b")
_CHOOSES = re.compile(r"第[一二三四五\d]|[左右上下前后]边|\b(?:first|second|third|last|other) one\b|\d")
"""One of several that were shown, or a figure, is chosen and not asked about."""
_BARE_NO = re.compile(r"(?:不是|不对|唔系|错|no|nope|nah|wrong)+")


@dataclass(frozen=True, slots=True)
class Objection:
    """`rest`: what was meant, empty where only the objection is said; `denied`: acts that it is not about; `asks`:
    whether the rest asks something, by its own words or by those that were taken off (我问的是换货); `corrects`: it
    only puts the question of before right, and asks nothing without it."""

    rest: str
    denied: frozenset[str] = frozenset()
    asks: bool = False
    corrects: bool = False


def read(text: str, context: Context) -> Objection | None:
    """The objection of a message to the answer given last; None where it is none, amid a form, which hears corrections
    itself, where a danger is named, and where things are ruled out, which is heard so."""
    if context.answered is None or context.expects.form is not None or danger.heard(text) is not None:
        return None
    if ruled_out.read(text) is not None:
        return None
    parts = _CLAUSE.split(text.strip())
    clauses, marks = parts[::2], [*parts[1::2], ""]
    kept: list[str] = []
    denied: set[str] = set()
    asks_again = misses = denies = means = False
    for clause, mark in zip(clauses, marks, strict=True):
        flat = closed_up(clause)
        if not flat:
            continue
        rest = _meant(clause, denies)
        if _is_missed(clause):
            misses = True
        elif rest is None and not kept and (acts := _denied(clause)) is not None:
            denies = True
            denied |= acts
        else:
            asks_again = asks_again or _asks_again(clause)
            means = means or rest is not None
            part = rest if rest is not None else clause
            kept.append((" " if kept and part.isascii() and not part.startswith(" ") else "") + part + mark)
    rest_of_all = "".join(kept).strip(" ，,。;；、")
    is_asked = asks(rest_of_all)
    corrects = means and not is_asked and not denied and _puts_right(rest_of_all, context)
    if not (misses or asks_again or corrects or (means and (is_asked or denied))):
        return None
    if agreed.asks_yes_or_no(context.expects) and not is_asked:
        return None
    return Objection(rest_of_all, frozenset(denied), asks_again or is_asked or corrects, corrects)


def asks(text: str) -> bool:
    """Whether words ask something: by a mark, as people ask back, or of what would be."""
    supposes = _SUPPOSES.search(normalise(text)) is not None
    return supposes or slot_text.is_question(text) or lexicon.mentions("asks_back", text)


def is_question(text: str) -> bool:
    """Whether a message asks something, with or without a mark."""
    return asks(text) or consent.asks_back(text)


def _puts_right(rest: str, context: Context) -> bool:
    """Whether what was meant only puts right the question that was just answered ("no I mean outside"): it wishes no
    act, chooses nothing that was listed, and gives nothing up."""
    just_asked = context.answered is not None and context.answered.asked
    wishes = lexicon.meant(denial.ACT, rest) is not None or alternatives.way_wished(rest) is not None
    gives_up = lexicon.mentions("drop", rest) or _NOT_WANTED.search(closed_up(rest)) is not None
    return just_asked and not (wishes or gives_up or _CHOOSES.search(closed_up(rest)))


def _asks_again(clause: str) -> bool:
    return bool(_ASKS.match(closed_up(clause)) or _ASKS_EN.match(normalise(clause)))


def _meant(clause: str, denies: bool) -> str | None:
    """What follows the words that say what is meant; None where there are none."""
    flat = normalise(clause) if normalise(clause).isascii() else closed_up(clause)
    patterns = (_ASKS_EN, _MEANS_EN) if flat.isascii() else (_ASKS, _MEANS, *([_SAYS] if denies else []))
    found = next((match for pattern in patterns if (match := pattern.match(flat))), None)
    return _last(clause, len(flat[found.end() :].replace(" ", ""))) if found else None


def _last(clause: str, signs: int) -> str:
    """The end of a clause, as it was written, that holds so many letters and figures."""
    for place in range(len(clause) - 1, -1, -1):
        signs -= clause[place].isalnum()
        if signs <= 0:
            return clause[place:]
    return clause


def _is_missed(clause: str) -> bool:
    if normalise(clause).isascii():
        return _MISSED_EN.fullmatch(normalise(clause)) is not None
    return _MISSED.fullmatch(_MISSED_ENDS.sub("", closed_up(clause))) is not None


def _denied(clause: str) -> set[str] | None:
    """The acts that a clause in front says it is not about; none of a bare no. None where it denies no act."""
    flat = closed_up(clause)
    if _BARE_NO.fullmatch(flat):
        return set()
    acts = {act for act in (denial.denied(clause), lexicon.meant(denial.ACT, flat)) if act}
    return acts if acts and _DENIES.match(flat) else None
