"""Until when points of a year that is named can be used: a rule for everybody, without proof of whose they are."""

import re
from datetime import date

from actions.kit.base import Turn
from actions.kit.words import lexicon
from crm_store import clock
from crm_store.language import format_date
from crm_store.policy import policy
from crm_store.text import normalise

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_AGO = {"前年": 2, "去年": 1, "旧年": 1, "上年": 1, "今年": 0, "last year": 1, "this year": 0}
_ALWAYS_WITH_YEAR = date(1, 1, 1)


def tell(turn: Turn) -> bool:
    """Say it; False where the words name no year in which points were got."""
    year = None if turn.pressed or not lexicon.mentions("got_in_year", turn.text) else year_said(turn.text)
    if year is None or year > clock.today().year:
        return False
    until = date(year + policy().points.expire_after_years, 12, 31)
    turn.say(
        "reply_points_year_until" if until >= clock.today() else "reply_points_year_over",
        year=str(year),
        until=format_date(until, turn.language, relative_to=_ALWAYS_WITH_YEAR),
    )
    turn.done("answered", f"points of {year}")
    return True


def year_said(text: str) -> int | None:
    """The year that is named: 2025年, "last year"."""
    flat = normalise(text)
    if found := _YEAR.search(flat):
        return int(found[1])
    ago = next((years for word, years in _AGO.items() if word in flat), None)
    return clock.today().year - ago if ago is not None else None
