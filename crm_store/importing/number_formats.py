"""What a workbook's cell shows: a number or a text under the format that the shop gave its column.

Digits are never rounded away here: an amount under `0` keeps its hundredths. What stands beside them (HK, NT$), what
parts them and the zeros in front are what the shop sees, and so what is read. A format that shows something else than
the number (percent, thousands, fractions, conditions) gives None.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

DIGITS_A_SPREADSHEET_KEEPS = 15
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)'
    r"|(?P<digits>[0#?]+)|(?P<exponent>E[+-]0+)|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTION_END = re.compile(r'((?:"[^"]*"|[\\!_*].|\[[^\]]*\]|[^;])*)(?:;|$)', re.DOTALL)
_SIGN_OF_MONEY = re.compile(r"\$(?P<sign>[^-]*)(?:-[0-9A-F]+)?", re.IGNORECASE)
_COLOUR = re.compile(r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class _Section:
    """One of a format's parts. `before` and `after`: what stands around the number; `groups`: the digits in front of
    the point, and what parts them; `is_known`: whether it shows the number itself."""

    before: str = ""
    after: str = ""
    groups: tuple[str, ...] = ()
    is_known: bool = True
    is_coloured: bool = False
    is_empty: bool = True

    @property
    def is_parted(self) -> bool:
        return len(self.groups) > 1

    @property
    def tells_below_zero(self) -> bool:
        return self.is_coloured or "-" in self.before or "(" in self.before


def number_shown(value: float, form: str) -> str | None:
    """A number as its cell shows it, with all its digits; None where the cell shows something else."""
    if form in ("", "@", "General"):
        return _plain(value, "") if value >= 0 else f"-{_plain(-value, '')}"
    sections = _sections(form)
    section, below = sections[0], value < 0
    if below and len(sections) > 1:
        section = sections[1]
        if not section.tells_below_zero:
            return None
    if not section.is_known or section.is_empty:
        return None
    if section.is_parted:
        digits = _parted(abs(value), section)
    else:
        digits = _plain(abs(value), section.groups[0] if section.groups else "")
    if digits is None:
        return None
    before, after = section.before, section.after
    if below:
        before, after = re.sub(r"[-(]", "", before), after.replace(")", "")
    return f"{'-' if below else ''}{before}{digits}{after}".strip()


def text_shown(value: str, form: str) -> str:
    """A text as its cell shows it: `"HK"@` puts HK in front."""
    if form in ("", "@", "General") or "@" not in form:
        return value
    section = next((each for each in _split(form) if "@" in re.sub(r'"[^"]*"|[\\!].', "", each)), None)
    if section is None:
        return value
    return "".join(value if sign == "@" else sign for sign in _signs(section)).strip()


def _plain(value: float, digits: str) -> str:
    if value != int(value):
        return f"{value:.{DIGITS_A_SPREADSHEET_KEEPS}g}"
    return str(int(value)).zfill(digits.count("0"))


def _parted(value: float, section: _Section) -> str | None:
    """Digits from the right into the places of a format such as 0000-000-000."""
    if value != int(value):
        return None
    left, shown = str(int(value)), ""
    for place, group in enumerate(reversed(section.groups)):
        if place % 2:
            shown = group + shown
            continue
        size = len(group) if place < len(section.groups) - 1 else max(len(left), group.count("0"))
        mine, left = left[-size:] if size else "", left[:-size] if size else left
        shown = mine.rjust(group.count("0"), "0") + shown
        if not left and not any("0" in rest for rest in section.groups[: -place - 1]):
            break
    return shown


@lru_cache(maxsize=1_000)
def _sections(form: str) -> tuple[_Section, ...]:
    return tuple(_section(text) for text in _split(form))


def _split(form: str) -> list[str]:
    """A format's parts; what is behind the last semicolon is one too, but not the end behind it."""
    return [found[1] for found in _SECTION_END.finditer(form) if found.start() < len(form)][:4]


def _signs(section: str) -> list[str]:
    """The signs that a section of text shows, @ among them where the text stands."""
    signs = []
    for token in _TOKEN.finditer(section):
        signs.append("@" if token["sign"] == "@" else _literal(token) or "")
    return signs


def _section(text: str) -> _Section:
    parts: list[str] = []  # what stands in front, digits, what parts them, digits …
    between, whole, is_coloured = "", True, False
    for token in _TOKEN.finditer(text):
        if token.lastgroup in ("general", "digits"):
            if not whole:
                continue  # behind the point
            digits = token["digits"] or "#"
            if parts and between == ",":
                parts[-1] += digits  # 1,280: thousands
            else:
                parts += [between, digits]
            between = ""
        elif token["sign"] == "." and parts and whole:
            whole = False
            between += "." if between else ""
        elif (shown := _literal(token)) is None:
            return _Section(is_known=False)
        else:
            between += shown
            is_coloured |= bool(token["bracket"] and _COLOUR.fullmatch(token["bracket"]))
    if parts and between.startswith(","):  # shown in thousands
        return _Section(is_known=False)
    return _Section(parts[0] if parts else "", between, tuple(parts[1:]), is_coloured=is_coloured, is_empty=not parts)


def _literal(token: re.Match[str]) -> str | None:
    """What one sign of a format shows as it stands; None where it changes how the number shows."""
    if token["bracket"] is not None:
        money = _SIGN_OF_MONEY.fullmatch(token["bracket"])
        return money["sign"] if money else "" if _COLOUR.fullmatch(token["bracket"]) else None
    if token["sign"] in ("%", "/", "@"):
        return None
    return token["quoted"] or token["escaped"] or token["sign"] or ""
