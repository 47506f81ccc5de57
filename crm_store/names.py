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


_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "ph.d", "md", "m.d", "esq"})


def tidy(name: str) -> str:
    """The name with plain single spaces and without invisible signs; 張 偉, a space that only aligns, is 張偉."""
    signs = (" " if unicodedata.category(sign) == "Zs" else sign for sign in unicodedata.normalize("NFC", name))
    kept = without_invisible("".join(signs))
    kept = _SPACES.sub(" ", kept).strip()
    return kept.replace(" ", "") if _is_eastern(kept) else kept


def without_invisible(name: str) -> str:
    """The name without signs that nobody sees, but for those that join others."""
    return "".join(sign for sign in name if sign in _JOINERS or unicodedata.category(sign) != "Cf")


def is_writable(name: str) -> bool:
    """Whether every sign of a name can be shown."""
    return all(sign.isprintable() or sign in _JOINERS for sign in name)


def says_anything(name: str) -> bool:
    """Whether a name has a letter or a picture in it, and not only figures and points."""
    return any(sign.isalpha() or unicodedata.category(sign) == "So" for sign in name)


def split(name: str) -> tuple[str, str]:
    """Family and given name of a full one: 欧阳娜娜 is 欧阳 and 娜娜, 陈　美玲 is 陈 and 美玲, Mary Ann Lee and
    Lee, Mary Ann are Lee and Mary Ann. Nothing of it is left out: 张三 (VIP) is 张 and 三 (VIP), Kim 7 is one part."""
    spaced = "".join(" " if unicodedata.category(sign) == "Zs" else sign for sign in unicodedata.normalize("NFC", name))
    family, comma, given = (part.strip() for part in spaced.partition(","))
    if comma and says_anything(family) and says_anything(given) and "," not in given and not _is_suffix(given):
        return tidy(family), tidy(given)
    parts = _parts(spaced)
    if not parts:
        return "", ""
    if _is_eastern("".join(parts)):
        return (parts[0], parts[1]) if len(parts) == 2 else _eastern("".join(parts))
    if _is_eastern(parts[0]) or (len(parts) > 1 and _is_eastern(parts[-1])):
        own, others = (parts[0], parts[1:]) if _is_eastern(parts[0]) else (parts[-1], parts[:-1])
        family, given = _eastern(own)
        return family, " ".join(part for part in (given, *others) if part)
    bare, bracket, note = parts[0].partition(" (") if len(parts) == 1 else ("", "", "")
    if bracket and _is_eastern(bare):
        family, given = _eastern(bare)
        return family, f"{given} ({note}".strip()
    return parts[-1], " ".join(parts[:-1])


def _eastern(whole: str) -> tuple[str, str]:
    length = 2 if len(whole) > 2 and whole[:2] in COMPOUND_SURNAMES else 1
    return whole[:length], whole[length:]


def _parts(spaced: str) -> list[str]:
    """The words of a name. What is no word of its own stays with its neighbour: pictures, figures, a note in brackets,
    Jr."""
    parts: list[str] = []
    open_brackets = 0
    for word in filter(None, (tidy(word) for word in spaced.split(" "))):
        is_word = any(sign.isalpha() for sign in word) and word[0] not in "(（[【" and not _is_suffix(word)
        if parts and (open_brackets or not is_word or not any(sign.isalpha() for sign in parts[-1])):
            parts[-1] = f"{parts[-1]} {word}"
        else:
            parts.append(word)
        open_brackets += sum(word.count(sign) for sign in "(（[【") - sum(word.count(sign) for sign in ")）]】")
    return parts


def _is_suffix(word: str) -> bool:
    return word.strip(" .,").casefold() in _SUFFIXES


def joined(family: str, given: str, *, apart: bool = False) -> str:
    """The full name: 林晓月, Sam Baker, محمد علي. `apart`: 林 晓月, for readers of English."""
    parts = [part for part in (tidy(family), tidy(given)) if part]
    if all(_is_eastern(part) for part in parts):
        return (" " if apart else "").join(parts)
    if any(_is_eastern(part) for part in parts):
        # 三 (VIP) of the family 张 belongs to its sign before the bracket.
        belongs = len(parts) == 2 and not apart and _is_eastern(parts[0]) and _is_eastern(parts[1][0])
        return ("" if belongs else " ").join(parts)
    return " ".join(reversed(parts))


def _is_eastern(name: str) -> bool:
    letters = [sign for sign in name if sign.isalpha()]
    return bool(letters) and all(unicodedata.name(sign, "").startswith(_EAST) for sign in letters)
