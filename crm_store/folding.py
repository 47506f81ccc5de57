"""One form for everything that is looked for by words: without regard to script, width, case, accents and punctuation.

Character by character, unlike `text.normalise`: what a part of a text folds to is a part of what the whole folds to, so
that a search for a part finds it (乾 of 乾隆 too, which OpenCC's phrases spell in two ways).
"""

import re
import unicodedata
from functools import lru_cache

from crm_store.text import normalise

SIGNS_REMEMBERED = 20_000
_HAN = r"[㐀-鿿豈-﫿]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN}) +(?={_HAN})")


def fold(text: str) -> str:
    """The words of `text`, one space between them and none between Chinese characters: 「退貨，José 」 is 退货 jose."""
    folded = "".join(_sign(sign) for sign in unicodedata.normalize("NFKC", text))
    return _BETWEEN_HAN.sub("", " ".join(folded.split()))


def fold_closed(text: str) -> str:
    """The same without any space, for names: however one is spaced, it is found."""
    return fold(text).replace(" ", "")


def name_key(family: str, given: str, preferred: str) -> str:
    """What a person is looked for by: the name in both orders and the name they chose, a space between the forms, so
    that no part of one runs over into the next."""
    family, given, preferred = (fold_closed(part) for part in (family, given, preferred))
    forms = dict.fromkeys(form for form in (family + given, given + family, preferred) if form)
    return " ".join(forms)


@lru_cache(maxsize=SIGNS_REMEMBERED)
def _sign(sign: str) -> str:
    bare = unicodedata.normalize("NFD", normalise(sign))
    return unicodedata.normalize("NFC", "".join(each for each in bare if unicodedata.category(each) != "Mn")) or " "
