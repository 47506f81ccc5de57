"""Turning rows of the store into the pieces of sentences that responses are filled with."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from actions.kit.base import Button
from crm_store import rewards
from crm_store.labels import LabelMissing, label
from crm_store.language import Language, format_date, format_number
from crm_store.points import Entry, EntryKind, Reduction
from crm_store.rewards import Reward

BUTTON_TITLE_CHARACTERS = 20
_OWN_WORDS = {"purchase", "birthday", "review", "redeem", "expired", "return", "order_cancelled", "owed"}
_OF_SOMETHING = {"purchase", "review", "redeem", "return", "order_cancelled"}
"""Told in words of their own only where it is known what they belong to."""

RewardNames = Mapping[str, str]
"""Reward code → name in the customer's language."""


def name_in(names: Mapping[str, str], language: Language) -> str:
    """The name in `language`, else in any other."""
    return names.get(language) or next(iter(names.values()), "")


async def reward_names(session: AsyncSession, entries: Sequence[Entry], language: Language) -> RewardNames:
    """Names of the rewards that these entries were spent on."""
    codes = {entry.reference for entry in entries if entry.reason == "redeem" and entry.reference}
    return {code: name_in((await rewards.by_code(session, code)).names, language) for code in sorted(codes)}


def movement(entry: Entry, language: Language, names: RewardNames, *, left: int | None = None) -> str:
    """One entry as a clause: "15 November's order … earned 420"; `left`: how many of those points still remain. What
    could not be taken because it was spent is told as owed."""
    what = _what(entry, names)
    kind = entry.reason if entry.reason in _OWN_WORDS else "given" if entry.points > 0 else "taken"
    if (kind in _OF_SOMETHING and not what) or (kind in {"return", "order_cancelled"} and entry.points > 0):
        kind = "given" if entry.points > 0 else "taken"
    told = label(
        "points_told",
        kind,
        language,
        day=format_date(entry.at, language),
        points=format_number(abs(entry.points) + entry.owed),
        what=what,
        reason=_reason(entry, language),
    )
    if entry.owed:
        told = label("points_told", "owing", language, told=told, owed=format_number(entry.owed))
    if left is not None and left != entry.points:
        told = label("points_told", "left", language, told=told, left=format_number(left))
    return told


def why_fewer(each: Reduction, language: Language, names: RewardNames) -> str:
    """Why there are fewer points: the entry that took them, and where those had come from."""
    told = movement(each.entry, language, names)
    if each.origin is None or each.entry.kind == EntryKind.SPEND:
        return told
    kind = "expired" if each.entry.kind == EntryKind.EXPIRE else "taken_back"
    return label("points_why", kind, language, told=told, came=movement(each.origin, language, names))


def statement_line(entry: Entry, language: Language, names: RewardNames) -> str:
    """One entry as a line of a statement, its points with a sign."""
    what = _what(entry, names)
    return label(
        "points_line",
        "with_what" if what else "plain",
        language,
        day=format_date(entry.at, language),
        reason=_reason(entry, language),
        what=what,
        points=f"{entry.points:+,}",
    )


def listed(parts: Sequence[str], language: Language, *, last: str = "between") -> str:
    """An enumeration in the customer's language, such as a, b or c; `last`: the last joint's key."""
    if len(parts) < 2:
        return "".join(parts)
    between = label("list_of", "clauses" if last == "clauses" else "between", language)
    return between.join(parts[:-1]) + label("list_of", last, language) + parts[-1]


def reward_with_cost(reward: Reward, language: Language) -> str:
    """A reward and what it costs, such as: tea tin (800)."""
    name = name_in(reward.names, language)
    return label("reward_told", "cost", language, reward=name, cost=format_number(reward.cost))


def reward_button(reward: Reward, language: Language) -> Button:
    """A button that chooses the reward."""
    title = name_in(reward.names, language)
    if len(title) > BUTTON_TITLE_CHARACTERS:
        title = title[: BUTTON_TITLE_CHARACTERS - 1] + "…"
    return {"title": title, "payload": f'/redeem_points{{"reward": "{reward.code}"}}'}


def _what(entry: Entry, names: RewardNames) -> str:
    if entry.kind == EntryKind.EXPIRE or not entry.reference:
        return ""
    return names.get(entry.reference, entry.reference)


def _reason(entry: Entry, language: Language) -> str:
    try:
        return label("points_reason", entry.reason, language)
    except LabelMissing:
        return label("points_reason", "other", language)
