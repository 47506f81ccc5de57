"""What customers type: made clean, and compared with what the shop calls things, in one form for all scripts."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from crm_store.numerals import numbers
from crm_store.simplified import REMEMBERED, simplified

_WORD = re.compile(r"[a-z0-9]+(?:[.'-][a-z0-9]+)*|[㐀-鿿]+")
# Characters of Hong Kong and Taiwan shops that OpenCC leaves as they are: 琺瑯 is 珐琅, 妳 is 你.
_VARIANTS = str.maketrans("瑯妳牠啓衞羣峯牀綫砲紥枱裇煑櫈鎗凴", "琅你它启卫群峰床线炮扎台恤煮凳枪凭")

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LINE_BREAKS = re.compile(r"\r\n?")

WEIGHT_PAIR = 2.0
WEIGHT_WORD = 2.0
WEIGHT_NUMBER = 3.0
WEIGHT_CHARACTER = 0.3


def clean(text: str) -> str:
    """The text as every database can hold it and every screen show it: no control characters but tabs and line breaks,
    no half of a surrogate pair (U+FFFD stands for one)."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROLS.sub("", _LINE_BREAKS.sub("\n", whole))


def clean_all(value: Any) -> Any:
    """A value of JSON with every text in it, keys too, made clean."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_all(each) for each in value]
    if isinstance(value, dict):
        return {clean(key): clean_all(each) for key, each in value.items()}
    return value


@lru_cache(maxsize=REMEMBERED)
def normalise(text: str) -> str:
    """Full-width to half-width, Traditional to Simplified, lower case, punctuation and white space as single spaces."""
    # Kept for the last texts: every rule that hears a message compares the same few words, and the search over the
    # articles, made anew when one of them changes, mostly the same phrases.
    flat = simplified(unicodedata.normalize("NFKC", text)).translate(_VARIANTS).casefold()
    return " ".join("".join(ch if ch.isalnum() else " " for ch in flat).split())


def closed_up(text: str) -> str:
    """The text normalised, and where it holds Chinese without its spaces, which mean nothing there."""
    flat = normalise(text)
    return flat if flat.isascii() else flat.replace(" ", "")


def terms(text: str) -> set[str]:
    """What to look up of a text: words of Latin letters without a plural s, numbers, pairs of Chinese characters."""
    found: set[str] = set()
    for run in _WORD.findall(normalise(text)):
        if run[0].isascii():
            found.add(_singular(run))
        elif len(run) == 1:
            found.add(run)
        else:
            found.update(run[i : i + 2] for i in range(len(run) - 1))
    return found


def match_score(query: str, texts: Iterable[str], *, values: Collection[int] = ()) -> float:
    """How well `texts` answer `query`: shared words and pairs of characters, and numbers of the query among `values`.

    0 when nothing is shared; comparable only between candidates of the same query.
    """
    wanted, offered = terms(query), set[str]()
    characters: set[str] = set()
    for text in texts:
        offered |= terms(text)
        characters |= {ch for ch in normalise(text) if not ch.isascii()}
    shared = wanted & offered
    score = sum(WEIGHT_WORD if term[0].isascii() else WEIGHT_PAIR for term in shared if not term.isdigit())
    score += WEIGHT_NUMBER * len(numbers(query) & set(values))
    # Single characters tell candidates apart that are otherwise equal: 茶罐 and 茶叶 for 茶.
    return score + WEIGHT_CHARACTER * len({ch for ch in normalise(query) if not ch.isascii()} & characters)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
