"""Questions of rules that their words tell surely, and how they are asked in standard words.

"What's the latest I can bring it back" is far from any way to ask that stands in an article. Its words leave no doubt
all the same, and the articles are asked in its place: 几天内可以退货. What the articles say stays theirs. The words
stand in plainly.yml.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from actions.kit.words import lexicon
from actions.kit.words.vocabulary import REMEMBERED, Vocabulary
from cantonese import rewritten
from crm_store.language import Language
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

FILE = Path(__file__).with_suffix(".yml")
_CLAUSE_END = re.compile(r"[，,。.！!；;？?\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_NOT_ASKED = re.compile(
    r"(?:哎|唉|诶|都说了|不对|no )*(?:我|你|你们)?(?:又|刚才|刚刚|都|可|也)?"
    r"(?:没有?(?:说|问|讲|提)|冇(?:讲|问|话|提)|不是(?:在|要|想)?(?:问|说|讲|指)|唔系(?:问|讲|话|想问)|别(?:再)?(?:说|提))"
    r"|(?:no |but |and |it s |i m |i am |i was |that s )*"
    r"(?:not (?:about|asking|the|my|talking)|i didn t (?:ask|say|mean)|wasn t asking)\b"
)
"""How a clause begins that says what was not asked for."""
_NOT_OF_THAT_KIND = re.compile(
    r"(?:我|这|那|它|这个|那个)?(?:并?不是|唔系|非)(?:在|喺|去|到)?(?:预售|预购|预定|预订|门店|店里|实体店|线下|积分|点数|质量问题|换货|退货|退款"
    r"|保修|保固|发票|分期|国外|海外)"
    r"|(?:no |it s |it is |they re )*not (?:an? |in |at |from |for )?(?:the )?"
    r"(?:pre ?orders?|pre ordered|shops?|store|points|refunds?|returns?|exchange|warranty|invoice|instalments|abroad)\b"
)
"""How a clause begins that rules out a kind of rule: 不是预售."""
_NOT_X_BUT = re.compile(r"(?:我)?(?:并?不是|唔系)")
_BUT_Y = re.compile(r"(?:而)?(?:是|系)|(?:我)?(?:问|讲)")
_NOT_AT_END = re.compile(r"(?:[,，;；(]|\s-)\s*not (?:about |for |the |my )*[\w' -]{2,30}\)?\s*[.!?]*$", re.IGNORECASE)
_ASKS_INSTEAD = re.compile(
    r"^(?:我)?(?:[问問]的?是|是[问問]|是想[问問]|想[问問]的是|是[说說]|[说說]的是|而是|[问問]|[系係][问問]|[系係]想[问問])"
    r"|^(?:i (?:said|asked|asked about|mean|meant)|my question was) ",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Plain:
    """A question of a rule: `name` in plainly.yml, and the question in standard words. `response`: what is told where
    no article says otherwise; `unwritten`: nothing is, and that is said; `of_place`: it is asked of one place."""

    name: str
    question: str
    response: str = ""
    unwritten: bool = False
    place: bool = False
    """It is asked of the shop in one city."""
    beside: bool = False
    """Where another question stands in the message as well, this one is answered behind it."""

    def is_another(self, *texts: str) -> bool:
        """Whether an article with these texts is about something else, however near it came: 预售."""
        flat = [normalise(text) for text in texts]
        but = _kinds()[self.name].but
        return but is not None and any(but.search(text) for text in flat)


@dataclass(frozen=True, slots=True)
class _Kind:
    every: tuple[frozenset[str], ...]
    none: frozenset[str]
    but: re.Pattern[str] | None
    heard: bool
    own: bool
    asked: Mapping[str, str]
    response: str
    unwritten: bool
    place: bool
    beside: bool
    now: int


def asked(text: str, language: Language, *, before: str = "") -> list[Plain]:
    """The questions of rules that the words surely are; `before`: the question they go on with."""
    return [
        Plain(name, kind.asked[language], kind.response, kind.unwritten, kind.place, kind.beside)
        for name, kind in _asked(wanted(text), before)
    ]


def names() -> list[str]:
    """What may be asked so, by name."""
    return list(_kinds())


def standard(name: str, language: Language) -> str:
    """How it is asked in standard words."""
    return _kinds()[name].asked[language]


def is_heard(text: str, *, own: bool = False, before: str = "") -> bool:
    """Whether the whole message is a question of a rule, whatever else it may sound like. `own`: it names what is the
    customer's, and only the rules count that hold for that as well; `before`: the question it goes on with."""
    meant = _asked(wanted(text), before)
    return any(kind.heard and (kind.own or not own) for _, kind in meant)


def of_a_shop(text: str, *, beside: str) -> list[str]:
    """The questions of the shop in one city that a part of a message is, with what stands `beside` it."""
    return [name for name, kind in _asked(text, beside) if kind.place]


def names_nothing(text: str) -> bool:
    """Whether a question leaves out what it asks about, which then stands beside it: 要多久, "how much"."""
    return not lexicon.without("question_only", lexicon.without("courtesy", text))


def with_place(text: str, before: str) -> str:
    """Words with the place of a shop that was named before, where they name none: 地铁哪站."""
    places = lexicon.said("shop_city", before)
    return text if not places or lexicon.mentions("shop_city", text) else f"{places[-1]} {text}"


def heard_as(text: str) -> str | None:
    """The question of a rule, by name, that the whole of the words are heard as; None where they are none."""
    return next((name for name, kind in _asked(wanted(text), "") if kind.heard), None)


def is_kind(name: str, text: str) -> bool:
    """Whether the words are that question, whether or not a whole message is heard as it."""
    return any(each == name for each, _ in _asked(wanted(text), ""))


def touches(name: str, text: str) -> bool:
    """Whether any word stands in a part of a message by which it may belong to that question."""
    flat = _vocabulary().within(normalise(text)) | _vocabulary().within(normalise(rewritten(text)))
    return any(not each.isdisjoint(flat) for each in _kinds()[name].every)


def corrects(text: str) -> bool:
    """Whether the words say what was not asked: 我没说门店, "the days to return, not points"."""
    return wanted(text) != text or not says_what(text)


def says_what(text: str) -> bool:
    """Whether words that correct something also say what is asked: 不是预售 says only what is not."""
    return bool(_kept(_clauses(text)))


@lru_cache(maxsize=REMEMBERED)
def wanted(text: str) -> str:
    """The words without the clauses that say what was not asked for; as they are where nothing else is left."""
    shortened = _NOT_AT_END.sub("", text).strip() or text
    clauses = _clauses(shortened)
    kept = _kept(clauses)
    if not kept or (len(kept) == len(clauses) and shortened == text):
        return text
    return "，".join(kept) if not text.isascii() else ", ".join(kept)


def bare(text: str) -> str:
    """What is wanted, without the words that only say that it is asked: 自取啊 of 不是问付款，问自取啊."""
    return _ASKS_INSTEAD.sub("", wanted(text)).strip() or wanted(text)


def _kept(clauses: list[str]) -> list[str]:
    """The clauses but those that say what was not asked for."""
    flat = [normalise(clause) for clause in clauses]
    return [
        clause
        for place, clause in enumerate(clauses)
        if not _NOT_ASKED.match(flat[place])
        and not _NOT_OF_THAT_KIND.match(flat[place])
        and not (_NOT_X_BUT.match(flat[place]) and place + 1 < len(flat) and _BUT_Y.match(flat[place + 1]))
    ]


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in _CLAUSE_END.split(text) if clause and clause.strip()]


def _asked(text: str, before: str) -> tuple[tuple[str, _Kind], ...]:
    """The kinds that words are as they were said; where they are none, those that they are in written Chinese."""
    found = _meant(normalise(text), normalise(before))
    written = rewritten(text)
    return found if found or written is text else _meant(normalise(written), normalise(rewritten(before)))


@lru_cache(maxsize=REMEMBERED)
def _meant(flat: str, earlier: str) -> tuple[tuple[str, _Kind], ...]:
    """The kinds that normalised words are, by name and in the order of the file; `earlier`: what they go on with."""
    now = _vocabulary().within(flat)
    within = now | _vocabulary().within(earlier)
    begun = {name for word in now for name in _begun_by().get(word, ())}
    return tuple(
        (name, kind)
        for name, kind in _kinds().items()
        if name in begun and kind.none.isdisjoint(now) and not any(each.isdisjoint(within) for each in kind.every)
    )


@cache
def _begun_by() -> Mapping[str, list[str]]:
    """For each word of which a kind needs one in what is said now, the kinds that do."""
    found: dict[str, list[str]] = {}
    for name, kind in _kinds().items():
        for word in frozenset[str]().union(*kind.every[: kind.now]):
            found.setdefault(word, []).append(name)
    return found


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(word for kind in _kinds().values() for words in (*kind.every, kind.none) for word in words)


@cache
def _kinds() -> dict[str, _Kind]:
    content = read_yaml(FILE)
    return {
        name: _Kind(
            every=tuple(frozenset(map(normalise, words)) for words in kind["every"]),
            none=frozenset(map(normalise, kind["none"])),
            but=lexicon.pattern(tuple(kind["but"])) if "but" in kind else None,
            heard=bool(kind.get("heard")),
            own=bool(kind.get("own")),
            asked=kind["asked"],
            response=str(kind.get("response") or ""),
            unwritten=bool(kind.get("unwritten")),
            place=bool(kind.get("place")),
            beside=bool(kind.get("beside")),
            now=int(kind.get("now") or 1),
        )
        for name, kind in content.items()
    }
