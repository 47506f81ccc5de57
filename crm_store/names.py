"""Names of people as they are written anywhere: kept tidy, split into family and given name, and put together again."""

import re
import unicodedata

_COMPOUND = (
    "欧阳司马上官诸葛东方皇甫尉迟公孙慕容令狐端木司徒南宫夏侯轩辕宇文长孙司空呼延澹台闻人赫连申屠太史"
    "歐陽司馬諸葛東方尉遲公孫南宮軒轅長孫澹臺聞人赫連"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND[i : i + 2] for i in range(0, len(_COMPOUND), 2))

_JOINERS = "\u200c\u200d"
"""Within Persian words and pictures of several signs; other invisible signs say nothing."""
_SPACES = re.compile(r" {2,}")
_EAST = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC")
"""Scripts whose names are written without a space, the family name first."""


def tidy(name: str) -> str:
    """The name with plain single spaces and without invisible signs; 張 偉, a space that only aligns, is 張偉."""
    signs = (" " if unicodedata.category(sign) == "Zs" else sign for sign in unicodedata.normalize("NFC", name))
    kept = "".join(sign for sign in signs if sign in _JOINERS or unicodedata.category(sign) != "Cf")
    kept = _SPACES.sub(" ", kept).strip()
    return kept.replace(" ", "") if _is_eastern(kept) else kept


def is_writable(name: str) -> bool:
    """Whether every sign of a name can be shown."""
    return all(sign.isprintable() or sign in _JOINERS for sign in name)


def split(name: str) -> tuple[str, str]:
    """Family and given name of a full one: 欧阳娜娜 is 欧阳 and 娜娜, 陈　美玲 is 陈 and 美玲, Mary Ann Lee is Lee and
    Mary Ann."""
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in name)
    parts = [tidy(part) for part in spaced.split(" ") if any(sign.isalpha() for sign in part)]
    if _is_eastern("".join(parts)):
        if len(parts) == 2:
            return parts[0], parts[1]
        whole = "".join(parts)
        length = 2 if len(whole) > 2 and whole[:2] in COMPOUND_SURNAMES else 1
        return whole[:length], whole[length:]
    return (parts[-1], " ".join(parts[:-1])) if parts else ("", "")


def joined(family: str, given: str, *, apart: bool = False) -> str:
    """The full name: 林晓月, Sam Baker, محمد علي. `apart`: 林 晓月, for readers of English."""
    parts = [part for part in (tidy(family), tidy(given)) if part]
    if all(_is_eastern(part) for part in parts):
        return (" " if apart else "").join(parts)
    if any(_is_eastern(part) for part in parts):
        return " ".join(parts)
    return " ".join(reversed(parts))


def _is_eastern(name: str) -> bool:
    letters = [sign for sign in name if sign.isalpha()]
    return bool(letters) and all(unicodedata.name(sign, "").startswith(_EAST) for sign in letters)
