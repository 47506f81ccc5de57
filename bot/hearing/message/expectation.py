"""The next message against what was asked last: a button said in words, "the second one", a number, yes or no."""

import re
from collections.abc import Sequence

from actions.kit.parsing import choice_in
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from crm_store.conversations import Expectation, Option
from crm_store.numerals import in_digits
from crm_store.text import normalise

LEAST_PART = 3
"""Fewer Latin letters of a title may stand for it by chance; one Chinese character says as much."""
_ORDINAL_WORDS = re.compile(
    r"第?[一二三四五六1-9]\s*(?:个|個|款|件|双|雙|张|張|单|單|项|項|种|種|位|号|號|行|条|條)|头一个|頭一個|最后一?[个個]?|最後一?[个個]?"
    r"|\b(?:the )?(?:(?<!\bone )(?<!\btwo )first|second|third|fourth|fifth|last|1st|2nd|3rd|4th)\b"
    r"|\b(?:option|number|no|choice)\.? ?\d\b",
    re.IGNORECASE,
)
_NEWEST = re.compile(
    r"最(?:近|新)(?:才|刚)?(?:买|下|订|拍)?的?(?:那|这|一)*[个单笔件次双条台把张只套]?"
    r"|\b(?:the )?(?:latest|newest|most recent)\b"
)
_OLDEST = re.compile(
    r"最(?:早|老|旧|先)(?:才)?(?:买|下|订|拍)?的?(?:那|这|一)*[个单笔件次双条台把张只套]?"
    r"|\b(?:the )?(?:oldest|earliest)\b"
)
_NOT_THE_OTHERS = re.compile(r"(?:^|\s+)(?:而?不是|唔系)\S+|\bnot (?:the|those|that)\b.*$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})"
_REST_OF_A_MONTH = "uary|ruary|ch|il|e|y|ust|t|tember|ober|ember"
_SMALL = frozenset({"the", "a", "an", "one", "ones", "from", "in", "of", "my", "it", "s", "that"})
"""Words that say nothing beside a month."""
_HAS_A_DAY = re.compile(rf"\d\s*月\s*\d|\b\d{{1,2}} {_MONTH}|\b{_MONTH}\w* \d", re.IGNORECASE)
_MONTH_SAID = re.compile(
    rf"(?<!\d)(1[0-2]|[1-9])\s*月(?:份)?(?!\s*\d)(?:买|下|订|拍)?的?(?:那|这|一|嗰)*[个单笔件次双条台把张只套個單筆]?"
    rf"|\b(?:the |from |in |of |my )*({_MONTH})(?:{_REST_OF_A_MONTH})?(?: (?:one|order|purchase|ones))?\b(?! \d)",
    re.IGNORECASE,
)
_NO = re.compile(r"[不别未没勿唔冇]|\b(?:no|not|don t|dont|never|without)\b")
_HAS_AN_HOUR = re.compile(r"\d:\d\d")
_BARE_NUMBER = re.compile(r"\s*[(（#]?\s*(\d)\s*[)）.、]?\s*")
_CIRCLED = {sign: place for place, sign in enumerate("①②③④⑤⑥", start=1)}


_WE = {"we": "you", "us": "you", "our": "your", "you": "me", "your": "my"}
"""What the customer says for the words of a title that mean the shop and the customer."""
_YOU = {"i": "me"}


def option_said(text: str, expects: Expectation) -> Option | None:
    """The option that the whole text chooses, by its title, a part of it that only one has, or its place."""
    if not expects.is_open or not expects.options:
        return None
    options = expects.options
    return by_title(text, options) or by_place(text, options) or by_age(text, options) or by_month(text, options)


def act_said(text: str, expects: Expectation) -> Option | None:
    """The button that says yes to an act, when the text is the act itself and nothing else, or a yes beside it: to
    "shall I withdraw it?" 撤 撤 撤, 嗯取消 and "withdraw"."""
    yes = next((option for option in expects.options if says_yes(option)), None)
    if yes is None:
        return None
    named = parts_of(yes)
    if lexicon.mentions("take_back", str(yes["title"])):
        named |= {word.replace(" ", "") for word in map(normalise, lexicon.words("take_back"))}
    return yes if consent.says_only(text, named) else None


def says_yes(option: Option) -> bool:
    """Whether a button is the yes to what was asked."""
    return option.get("answer") == Answer.YES or intent_behind(option) == "affirm"


def intent_behind(option: Option) -> str:
    return str(option["payload"]).removeprefix("/").partition("{")[0]


def parts_of(option: Option) -> set[str]:
    """Beginnings of what stands on a button, without spaces, as `consent.says_only` compares them."""
    clauses = re.split(r"[，,、]", str(option["title"]))
    return {part.replace(" ", "") for clause in clauses for part in _beginnings(normalise(clause))}


def _beginnings(title: str) -> list[str]:
    """撤, 撤回, 撤回投 …; of an English title whole words in a row."""
    if title.isascii():
        words = title.split()
        return [" ".join(words[:count]) for count in range(1, len(words) + 1)]
    return [title[:count] for count in range(1, len(title) + 1)]


def by_title(text: str, options: Sequence[Option]) -> Option | None:
    """The option whose title the text says, or says a part of that no other title has."""
    said = _bare(text)
    if not said:
        return None
    titles = [_bare(str(option["title"])) for option in options]
    whole = [option for option, title in zip(options, titles, strict=True) if _joined(title) == _joined(said)]
    whole = whole or [option for option in options if _same_from_the_other_side(text, str(option["title"]))]
    if whole:
        return whole[0]
    if said.isascii() and len(said.replace(" ", "")) < LEAST_PART:
        return None
    parts = [
        option
        for option, title in zip(options, titles, strict=True)
        if _is_part(said, title) and not _loses_its_no(said, str(option["title"]))
    ]
    return parts[0] if len(parts) == 1 else None


def _same_from_the_other_side(text: str, title: str) -> bool:
    """Whether a title is said with us and you the other way round: "how you treated me" for "how we treated you"."""
    said, stands = normalise(text), normalise(title)
    turned = [_WE.get(word, word) for word in stands.split()]
    return turned != stands.split() and turned == [_YOU.get(word, word) for word in said.split()]


def by_place(text: str, options: Sequence[Option]) -> Option | None:
    """The option that "the second one", "2" or "the last" points at, when the text says nothing else."""
    if len(options) < 2:
        return None
    place = place_said(text, len(options))
    return options[place] if place is not None and _says_only_a_place(text) else None


def by_age(text: str, options: Sequence[Option]) -> Option | None:
    """Of things that are listed by their day, the newest first, the one that "最近那个", "the oldest one" means. Beside
    it the words may name what is listed, and nothing else."""
    titles = [str(option["title"]) for option in options if not str(option["payload"]).startswith("/cancel")]
    if len(titles) < 2 or not all(_HAS_A_DAY.search(title) and not _HAS_AN_HOUR.search(title) for title in titles):
        return None
    for pattern, option in ((_NEWEST, options[0]), (_OLDEST, options[-1])):
        left, found = pattern.subn(" ", _NOT_THE_OTHERS.sub(" ", normalise(text)).strip())
        rest = _joined(_core(lexicon.without("no_goods", left))).strip("买订拍的 ")
        if found and (not rest or rest in _joined(normalise(str(option["title"])))):
            return option
    return None


def by_month(text: str, options: Sequence[Option]) -> Option | None:
    """The only one of several things listed by their day that is of the month said (十月那单, "october one"). Beside it
    the words may name what is listed, and nothing else; "the bag from october" does."""
    titles = [str(option["title"]) for option in options]
    if len(titles) < 2 or lexicon.mentions("negation", text):
        return None
    flat = in_digits(normalise(text))
    said = _MONTH_SAID.search(flat)
    if said is None:
        return None
    fitting = [option for option, title in zip(options, titles, strict=True) if _is_of_month(title, said)]
    if len(fitting) != 1:
        return None
    rest = _joined(_core(lexicon.without("no_goods", _MONTH_SAID.sub(" ", flat)))).strip("买订拍的 ")
    words = [word for word in rest.split() if word not in _SMALL] if rest.isascii() else [rest]
    return fitting[0] if all(word in _joined(normalise(str(fitting[0]["title"]))) for word in words) else None


def _is_of_month(title: str, said: re.Match[str]) -> bool:
    """Whether a title names a day of the month that was said."""
    number = int(said[1]) if said[1] else _MONTHS.index(said[2].lower()) + 1
    in_english = rf"\b\d{{1,2}} {_MONTHS[number - 1]}|\b{_MONTHS[number - 1]}[a-z]* \d"
    return re.search(rf"(?<!\d){number}\s*月\s*\d|{in_english}", title, re.IGNORECASE) is not None


def place_said(text: str, count: int) -> int | None:
    """Which of `count` things in order is meant, from 0."""
    bare = _BARE_NUMBER.fullmatch(text)
    number = int(bare[1]) if bare else _CIRCLED.get(text.strip())
    if number is not None:
        return number - 1 if 0 < number <= count else None
    return choice_in(text, count)


def _says_only_a_place(text: str) -> bool:
    if _BARE_NUMBER.fullmatch(text) or text.strip() in _CIRCLED:
        return True
    return not _core(_ORDINAL_WORDS.sub(" ", text))


def _joined(text: str) -> str:
    """Chinese has no spaces that mean anything."""
    return text if text.isascii() else text.replace(" ", "")


def _is_part(said: str, title: str) -> bool:
    """登记 of 登记投诉; of an English title whole words in a row."""
    if said.isascii():
        return f" {said} " in f" {title} "
    return _joined(said) in _joined(title)


def _loses_its_no(said: str, title: str) -> bool:
    """退 is part of 先不退 and says the opposite, as "wait" does of "no need to wait"."""
    if _NO.search(normalise(said)):
        return False
    clauses = [normalise(clause) for clause in re.split(r"[，,、]", title)]
    holding = [clause for clause in clauses if _is_part(said, clause)]
    return bool(holding) and all(_NO.search(clause) for clause in holding)


def _bare(text: str) -> str:
    """Without courtesies and words of choosing; of a text that is nothing else, the text."""
    return _core(text) or normalise(text)


def _core(text: str) -> str:
    return lexicon.without("choosing", lexicon.without("courtesy", normalise(text)))
