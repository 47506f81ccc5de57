"""When something would be there that is not bought yet: the working days on the road to the place where it goes,
counted from today. Nothing is promised."""

from datetime import date, datetime, timedelta
from typing import Any

from actions.kit.asked import sent_abroad
from actions.kit.base import Button, Turn, button
from actions.kit.goods import core
from actions.kit.words import lexicon, places
from actions.knowledge import rules
from actions.knowledge.found import more
from actions.knowledge.reckoning import ABROAD
from actions.products.bill import place_told
from crm_store import clock, orders, points, rewards
from crm_store.errors import NotFound
from crm_store.labels import label
from crm_store.language import Language, format_date
from crm_store.policy.goods import AbroadZone
from crm_store.rewards import Reward, RewardKind

ARRIVAL, AT_HOME = "arrival", "delivery_time"
"""The `choice` by which it is heard; the article on delivery at home."""

NUMBERS_OF = {"852": "HK", "853": "MO", "886": "TW"}
"""Where a member lives by the first digits of the telephone number, as it is kept."""


async def tell(turn: Turn) -> bool:
    """Tells the days on the road, and whether they end by the day that is asked; False where that is not asked."""
    if turn.pressed or turn.entity("choice") != ARRIVAL:
        return False
    reward = await _reward(turn)
    if reward is not None and reward.kind == RewardKind.COUPON:
        turn.say("reply_voucher_not_sent")
        turn.done("answered", reward.code)
        return True
    code = place_told(turn) or (await _where_they_live(turn) if reward is not None else None)
    zone = rules.zone_of(code) if code is not None else None
    buttons = await _redeems(turn, reward)
    if reward is not None:
        turn.say("reply_gift_travels", reward=reward.names[turn.language])
        turn.focus(reward=reward.code)
    if code is None:
        turn.say("reply_arrives_at_home", buttons=[*buttons, more(turn, AT_HOME)])
    elif zone is None:
        turn.say("reply_arrives_nowhere", place=label("place", code, turn.language), buttons=[more(turn, ABROAD)])
    else:
        _tell_days(turn, code, zone, [*buttons, more(turn, ABROAD)])
        turn.focus(**{sent_abroad.FOCUS: code})
    turn.done("answered", f"arrival {code or 'at home'}")
    return True


def _tell_days(turn: Turn, code: str, zone: AbroadZone, buttons: list[Button]) -> None:
    first, last = (_working_day_after(clock.today(), days) for days in (zone.days_from, zone.days_to))
    wanted = _asked_day(turn)
    verdict = "none" if wanted is None else "yes" if last <= wanted else "tight" if first <= wanted else "no"
    day = format_date(wanted, turn.language) if wanted is not None else ""
    turn.say(
        "reply_arrives_abroad",
        verdict=label("arrival", verdict, turn.language, day=day) if wanted is not None else "",
        place=label("place", code, turn.language),
        days=f"{zone.days_from}–{zone.days_to}",
        span=_span(first, last, turn.language),
        buttons=buttons,
    )


def _span(first: date, last: date, language: Language) -> str:
    """9–18 December, 12 月 9 日到 18 日."""
    return label("arrival", "span", language, first=format_date(first, language), last=format_date(last, language))


def _asked_day(turn: Turn) -> date | None:
    """The last day that would do; a feast that has passed is the one of next year."""
    value: Any = turn.entity("time")
    if not isinstance(value, dict) or not value.get("to"):
        return None
    day = (datetime.fromisoformat(str(value["to"])) - timedelta(seconds=1)).date()
    if day < clock.today() and lexicon.mentions("festival", turn.text):
        day = _a_year_later(day)
    return day if day >= clock.today() else None


def _a_year_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _working_day_after(day: date, count: int) -> date:
    """The last of so many days from Monday to Friday that follow a day."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < len(("Mo", "Tu", "We", "Th", "Fr"))
    return day


async def _reward(turn: Turn) -> Reward | None:
    """The reward that the words name, or that was spoken of last and no goods since."""
    for said in map(str, turn.entities("reward")):
        if len(found := await rewards.find_by_words(turn.session, core(said) or said)) == 1:
            return found[0]
    at: dict[str, int] = turn.spoken_of.get("at") or {}
    since = max((at.get(kind, 0) for kind in ("product", "bill")), default=0)
    if "reward" not in turn.spoken_of or at.get("reward", 0) < since:
        return None
    try:
        return await rewards.by_code(turn.session, str(turn.spoken_of["reward"]))
    except NotFound:
        return None


async def _where_they_live(turn: Turn) -> str | None:
    """The place abroad that the member's latest order went to, else the one their telephone number is of."""
    if turn.member is None:
        return None
    latest = await orders.recent(turn.session, turn.member.id, limit=1)
    number = (turn.member.phone or "").lstrip("+")
    there = places.place(latest[0].address) if latest and latest[0].address else None
    return there or next((code for prefix, code in NUMBERS_OF.items() if number.startswith(prefix)), None)


async def _redeems(turn: Turn, reward: Reward | None) -> list[Button]:
    """The button that redeems it, where the points are enough."""
    if reward is None or turn.member is None or await points.balance(turn.session, turn.member.id) < reward.cost:
        return []
    return [button(label("form_button", "redeem_this", turn.language), "redeem_points", reward=reward.code)]
