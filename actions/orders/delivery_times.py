"""The time a delivery is wished at, as customers say it: which of the times of a message it is, and its words."""

import re
from datetime import date, timedelta
from typing import Any

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.order_marks import window_of
from actions.kit.words import lexicon
from crm_store.clock import business_zone, now
from crm_store.labels import label
from crm_store.language import Language, format_date, format_time
from crm_store.text import normalise

DAY_NAMED = "delivery_day"
"""In the focus: the day on which a delivery is wished."""
_CLAUSE_END = re.compile(r"[，,。.；;！!？?\n]|(?<=[\u4e00-\u9fff])\s+|\b(?:but|so|and|can you|could you)\b")
_OVER = re.compile(r"昨|寻日|琴日|前[天日晚]|上周|上个|今|刚|\b(?:yesterday|last|ago|today|this morning|earlier)\b")


def times_wished(turn: Turn) -> list[Any]:
    """The times of the message without those of an absence (明天不在家，周六再送 is Saturday), or of what happened."""
    return [entity["value"] for entity in wished_entities(turn)]


def wished_entities(turn: Turn) -> list[dict[str, Any]]:
    """The same as entities, each with its place in the words."""
    text = words(turn)
    found = [entity for entity in turn.tracker.latest_message.get("entities") or [] if entity["entity"] == "time"]
    found = [entity for entity in found if not _is_over(text, entity)]
    present = [entity for entity in found if not lexicon.mentions("absent", _around(text, entity))]
    return present if present or len(found) < 2 else [found[-1]]


def _is_over(text: str, entity: dict[str, Any]) -> bool:
    """Whether it is a day that has passed, on which nothing can be wished: 昨天晚上. 周六 is the next one."""
    window = window_of(entity["value"])
    named = text[int(entity.get("start") or 0) : int(entity.get("end") or 0)]
    return window is not None and window[1] <= now() and _OVER.search(normalise(named)) is not None


def keep_day(turn: Turn) -> None:
    """Remember the day that is wished, for an hour that is told later without one."""
    window = next((found for each in times_wished(turn) if (found := window_of(each))), None)
    if window is not None:
        begin = window[0] if window[1] > now() else window[0] + timedelta(days=7)
        turn.focus(**{DAY_NAMED: begin.astimezone(business_zone()).date().isoformat()})


def on_day(value: Any, day: date) -> Any:
    """A time of day, moved to that day."""
    window = window_of(value)
    if window is None or not isinstance(value, dict):
        return value
    away = day - window[0].astimezone(business_zone()).date()
    return {**value, "from": (window[0] + away).isoformat(), "to": (window[1] + away).isoformat()}


def _around(text: str, entity: dict[str, Any]) -> str:
    """The clause in which the entity stands."""
    start, end = int(entity.get("start") or 0), int(entity.get("end") or 0)
    before = _CLAUSE_END.split(text[:start])[-1]
    return before + text[start:end] + _CLAUSE_END.split(text[end:])[0]


def wish_text(value: object, language: Language) -> str | None:
    """A time entity as a wish in words: a window of a day, or a day."""
    window = window_of(value)
    if window is None:
        return None
    begin, end = window
    if end <= now():
        # "周六" read as the last one: a wish is never about the past.
        begin, end = begin + timedelta(days=7), end + timedelta(days=7)
    # Never "tomorrow": the promise that holds these words is read on other days too.
    day = format_date(begin, language)
    if end - begin >= timedelta(hours=20):
        return day
    kind = "after" if format_time(end) == "00:00" else "between"
    return label("wish_time", kind, language, day=day, start=format_time(begin), end=format_time(end))
