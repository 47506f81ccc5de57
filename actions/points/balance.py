"""Points: balance, statement, where an amount came from, what expires, and how to earn."""

import re
from datetime import datetime, timedelta
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.kit.asked.rewards_asked import WITH_BALANCE, RewardAsked
from actions.kit.base import CrmAction, Event, Turn, kept_for_later
from actions.kit.form_input import without_entities
from actions.kit.phrases import (
    listed,
    movement,
    reward_button,
    reward_names,
    reward_with_cost,
    statement_line,
)
from actions.kit.rule_first import Rule
from actions.kit.words import lexicon, rule_question
from actions.knowledge.answers import answered
from actions.knowledge.for_members import asks_who
from actions.knowledge.found import Found
from actions.points import (
    by_year,
    its_end,
    one_entry,
    order_points,
    purchase,
    rate_told,
    reckoned,
    reminded,
    spent,
    with_dates,
)
from actions.points.questions import (
    Asked,
    PointsAction,
    asks_worth,
    of_another_member,
    rule_asked,
    tell_worth,
    told,
    written_rules,
)
from actions.points.reward_words import about
from actions.points.vouchers import GIVEN_BACK
from crm_store import earning_rules, orders, points, rewards, tiers
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_number
from crm_store.members import Member
from crm_store.orders import OrderStatus
from crm_store.points import EarnReason, Entry
from crm_store.policy import policy
from crm_store.rewards import Reward

EXPIRY_HORIZON = timedelta(days=400)
STATEMENT_LINES = 8
STATEMENT_REACH = 200
"""Entries looked through for an amount or a time the member names."""
ORIGINS_TOLD = 2
REWARDS_OFFERED = 3
ORDERS_TO_REVIEW = 2
EXAMPLE_MINOR = 100_00

MENTIONED_SLOT = "points_mentioned"
"""`{"points", "day"}` of the points last said to expire, for "where did those come from?"."""
MISSING_SLOT = "points_missing"
"""How many points the member was last told to be short of."""

_ORIGIN = re.compile(
    r"怎么来|怎么得|哪来|哪儿来|哪里来|怎么有|哪一?(单|笔)|怎麼來|怎麼得|哪來|哪裡來|哪兒來|點嚟|邊度嚟|邊筆|何來|何来"
    r"|where.*from|which (order|purchase|one)|how did i (get|earn)|what (is|was|were|are) (that|those|the|it) .*for",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"(?<![\d.¥$-])(?:\d{1,3}(?:,\d{3})+|\d{2,6})(?![\d.-])(?!\s*[元块塊月号號日年张張个個份件])")
_MORE = re.compile(
    r"还差|差多少|差几|再|更多|凑|不够|还要|還差|差幾|湊|不夠|還要|爭|唔夠|點(樣|先).*(多|夠|儲)"
    r"|仲要|[先才][够夠]|要[买買花](?:多少|几|幾)"
    r"|more|another|short|missing|the rest|get \d|earn \d",
    re.IGNORECASE,
)


class ActionPointsBalance(PointsAction):
    action_name: ClassVar[str] = "action_points_balance"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        just_given_back = turn.spoken_of.get("done") == GIVEN_BACK
        if turn.member is None or not just_given_back or not lexicon.mentions("come_back_points", turn.text):
            return await super().answer(turn)
        # Whether they are back is no question of the rule, which the same words ask for at other times.
        balance = await points.balance(turn.session, turn.member.id)
        turn.say("reply_points_back", balance=format_number(balance))
        turn.done("answered", balance=balance)
        return [SlotSet(MENTIONED_SLOT, None)]

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        points_at_one = lexicon.mentions("points_given", turn.text) and lexicon.mentions("order_pointing", turn.text)
        if points_at_one and await order_points.tell(turn, member):
            return [SlotSet(MENTIONED_SLOT, None)]
        balance, owed = await points.balance_and_owed(turn.session, member.id)
        expiring = await points.expiring(turn.session, member.id, within=policy().points.expiry_notice)
        turn.done("answered", balance=balance)
        if owed:
            turn.say("reply_points_owed", balance=format_number(balance), owed=format_number(owed))
            return [SlotSet(MENTIONED_SLOT, None)]
        if not expiring:
            turn.say("reply_points_balance", balance=format_number(balance))
            await self._value(turn, balance)
            return [SlotSet(MENTIONED_SLOT, None)]
        day, soon = expiring[0]
        turn.say(
            "reply_points_balance_expiring",
            balance=format_number(balance),
            soon=format_number(soon),
            day=format_date(day, turn.language),
        )
        await self._value(turn, balance)
        return [SlotSet(MENTIONED_SLOT, {"points": soon, "day": day.isoformat()})]

    @staticmethod
    async def _value(turn: Turn, balance: int) -> None:
        """What they are worth, where that was asked with it."""
        if balance and asks_worth(turn):
            await tell_worth(turn, balance)


class ActionPointsHistory(PointsAction):
    """The latest entries, those of a time that was named, or where one amount came from."""

    action_name: ClassVar[str] = "action_points_history"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if await reckoned.tell(turn, member) or await order_points.tell(turn, member):
            return []
        entries = await points.history(turn.session, member.id, limit=STATEMENT_REACH)
        if not entries:
            turn.say("reply_points_history_empty")
            turn.done("answered")
            return []
        names = await reward_names(turn.session, entries, turn.language)
        if await one_entry.tell(turn, member, entries, names):
            return []
        amount = amount_said(turn)
        mentioned = turn.slot(MENTIONED_SLOT) or {}
        chosen = _of_the_time(entries, turn.entity("time"))
        if amount is None and chosen is None and mentioned and _ORIGIN.search(turn.text):
            amount = mentioned["points"]
        if amount is not None:
            sources = await _origins(turn, member, entries, amount, chosen)
            if sources:
                told_of = [movement(entry, turn.language, names, left=left) for entry, left in sources]
                turn.say("reply_points_origin", origins=listed(told_of, turn.language, last="clauses"))
                turn.done("answered", points=amount)
                _keep_order(turn, [entry for entry, _ in sources])
                return []
            turn.say("reply_points_origin_unknown", points=format_number(amount))
        if chosen is not None and not chosen:
            turn.say("reply_points_history_none_then")
            chosen = None
        shown = (chosen or entries)[:STATEMENT_LINES]
        lines = "\n".join(statement_line(entry, turn.language, names) for entry in shown)
        balance = await points.balance(turn.session, member.id)
        turn.say("reply_points_history", lines=lines, balance=format_number(balance))
        turn.done("answered")
        return []


class ActionPointsExpiring(PointsAction):
    """What expires when, and what the balance would buy before it does."""

    action_name: ClassVar[str] = "action_points_expiring"
    writes: ClassVar[bool] = False
    rule_beside: ClassVar[str] = "points_expiry_policy"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if await its_end.tell_of_points(turn, turn.member):
            return []
        if by_year.tell(turn) or (turn.member is None and await told(turn, {Asked.EXTEND})):
            return []
        if turn.member is None:
            # The rule is nobody's secret; the own points follow as soon as it is known whose they are.
            turn.say("reply_points_expiry_rule")
            turn.done("answered")
            return [kept_for_later(turn)]
        if lexicon.mentions("used_first", turn.text) or _says_how_to_look(turn.rule) or self._asks_own(turn):
            # What is told below of one's own points says it all.
            turn.rule = None
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        if turn.entity("choice") == RewardAsked.REMINDED:
            # Whether these reminders are on for this member; nothing is sold to who asks that.
            await reminded.tell(turn, member, rule=turn.rule is None)
            turn.done("answered")
            return []
        if await spent.tell(turn, member) or _tells_what_goes_first(turn):
            return []
        expiring = await points.expiring(turn.session, member.id, within=EXPIRY_HORIZON)
        if turn.entity("choice") == WITH_BALANCE:
            await with_dates.tell(turn, member, expiring)
            return [SlotSet(MENTIONED_SLOT, with_dates.mentioned(expiring))]
        turn.done("answered")
        if len(expiring) > 1 and lexicon.mentions("the_rest", turn.text):
            expiring = expiring[1:]
        is_told = turn.rule is not None and turn.rule.slug == self.rule_beside
        if not is_told and with_dates.asks_whether(turn):
            turn.say("reply_points_expiry_rule_short")
        if not expiring:
            turn.say("reply_points_expiring_none")
            return [SlotSet(MENTIONED_SLOT, None)]
        soon = expiring[0][1]
        balance = await points.balance(turn.session, member.id)
        asks_more = (is_told and rule_question.asks(turn.text)) or turn.is_part or turn.form is not None
        # Whoever asks for the rule, or for more than this, hears how it stands, and is shown nothing to take.
        offered = [] if asks_more else worth_taking(await rewards.affordable(turn.session, balance), soon)
        told = listed([reward_with_cost(reward, turn.language) for reward in offered], turn.language, last="last_or")
        turn.say(
            "reply_points_expiring_buys" if offered else "reply_points_expiring",
            lines=listed(with_dates.lines(turn, expiring), turn.language),
            balance=format_number(balance),
            rewards=told,
            buttons=[reward_button(reward, turn.language) for reward in offered],
        )
        if offered:
            turn.focus(reward=offered[0].code, listed=[about(reward, turn.language) for reward in offered])
        return [SlotSet(MENTIONED_SLOT, with_dates.mentioned(expiring))]

    def _asks_own(self, turn: Turn) -> bool:
        """Whether the article would be told to who only asks how it stands with their own points."""
        is_of_rule = rule_question.asks(turn.text) or with_dates.asks_whether(turn)
        is_beside = turn.rule is not None and turn.rule.slug == self.rule_beside
        return is_beside and not turn.pressed and not is_of_rule


class ActionPointsRules(CrmAction):
    """How points are earned: for the member's own level, for a number of points still missing, or for everybody."""

    action_name: ClassVar[str] = "action_points_rules"
    writes: ClassVar[bool] = False

    async def prepare(self, tracker: Tracker) -> Found:
        return await written_rules(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if of_another_member(turn):
            return []
        if await rate_told.tell(turn) or await purchase.tell(turn):
            return []
        found: Found = turn.prepared or Found()
        if rule_asked(turn) is Asked.RETURNED and await told(turn):
            return []
        if lexicon.mentions("points_circumstance", turn.text) and found.surely:
            # On a birthday, by instalments, of goods that go back: the article tells it, and the general rule does not.
            await answered(turn, found)
            return []
        if await told(turn):
            return []
        if turn.member is not None and _asks_about_expiry(turn):
            return await ActionPointsExpiring().answer(turn)
        turn.done("answered")
        if turn.member is None:
            levels = await tiers.all_tiers(turn.session)
            rates = [
                label("points_line", "tier_rate", turn.language, tier=_tier_name(tier.code, turn), rate=tier.earn_rate)
                for tier in levels
            ]
            turn.say("reply_points_rules", rates=listed(rates, turn.language), review=earning_rules.review_points())
            return []
        tier = await tiers.get(turn.session, turn.member.tier_code)
        missing = await self._missing(turn, turn.member)
        if missing:
            await self._say_how(turn, turn.member, tier, missing)
            return []
        turn.say(
            "reply_points_rules_own",
            tier=_tier_name(tier.code, turn),
            rate=tier.earn_rate,
            amount=format_money(EXAMPLE_MINOR),
            example=format_number(earning_rules.points_for(EXAMPLE_MINOR, tier)),
            review=earning_rules.review_points(),
        )
        return []

    @staticmethod
    async def _missing(turn: Turn, member: Member) -> int | None:
        """How many points the member wants to get: said now, or what the last reward is short of."""
        if not _MORE.search(turn.text):
            return None
        said = amount_said(turn)
        if said:
            return said
        code = turn.spoken_of.get("reward")
        if code is None:
            told: int | None = turn.slot(MISSING_SLOT)
            return told
        reward = await rewards.by_code(turn.session, str(code))
        return max(0, reward.cost - await points.balance(turn.session, member.id)) or None

    @staticmethod
    async def _say_how(turn: Turn, member: Member, tier: tiers.Tier, missing: int) -> None:
        to_review = await _orders_to_review(turn, member)
        turn.say(
            "reply_points_more_review" if to_review else "reply_points_more",
            missing=format_number(missing),
            amount=format_money(earning_rules.amount_to_earn(missing, tier)),
            tier=_tier_name(tier.code, turn),
            rate=tier.earn_rate,
            review=earning_rules.review_points(),
            orders=listed(to_review, turn.language, last="last_number"),
        )


def _says_how_to_look(rule: Rule | None) -> bool:
    """Whether a rule only says how one's own points are looked up."""
    return isinstance(rule, Found) and rule.best is not None and rule.reckoned is None and asks_who(rule.best.told)


def _tells_what_goes_first(turn: Turn) -> bool:
    """Says which points are used first, where that is asked; whether nothing else is."""
    if turn.pressed or not lexicon.mentions("used_first", turn.text):
        return False
    turn.say("reply_points_used_first")
    turn.done("answered")
    asks_figure = lexicon.mentions("asks_figure", turn.text) or lexicon.mentions("how_long", turn.text)
    return not asks_figure


def _asks_about_expiry(turn: Turn) -> bool:
    heard = {each.value for each in lexicon.heard("points_question", turn.text)}
    return not turn.pressed and Asked.EXPIRY in heard


def worth_taking(affordable: list[Reward], soon: int) -> list[Reward]:
    """Of what the balance affords, the rewards that use up `soon` points best, nearest first."""
    by_waste = sorted(affordable, key=lambda reward: (reward.cost < soon, abs(reward.cost - soon)))
    return by_waste[:REWARDS_OFFERED]


Source = tuple[Entry, int | None]
"""An entry, and how many of its points still remain where that is what was asked for."""


async def _origins(
    turn: Turn, member: Member, entries: list[Entry], amount: int, of_the_time: list[Entry] | None
) -> list[Source]:
    """Where `amount` points came from or went; empty when nothing of that size is known.

    `of_the_time`: the entries of the time that was named; one of them is meant before any other.
    """
    if of_the_time:
        then: list[Source] = [(entry, None) for entry in of_the_time if abs(entry.points) == amount]
        if then:
            return then[:ORIGINS_TOLD]
    lots = await points.expiring_lots(turn.session, member.id, within=EXPIRY_HORIZON * 2)
    for day in dict.fromkeys(lot.day for lot in lots):
        of_day = [lot for lot in lots if lot.day == day]
        if sum(lot.points for lot in of_day) == amount:
            of_day.sort(key=lambda lot: lot.entry.at)
            return [(lot.entry, lot.points) for lot in of_day]
    same: list[Source] = [(entry, None) for entry in entries if abs(entry.points) == amount]
    return same[:ORIGINS_TOLD]


def _keep_order(turn: Turn, entries: list[Entry]) -> None:
    """The one order all these points belong to is spoken of now."""
    numbers = {entry.reference for entry in entries if entry.reason in (EarnReason.PURCHASE, EarnReason.REVIEW)}
    if len(numbers) == 1:
        turn.focus(order=numbers.pop())


def _of_the_time(entries: list[Entry], time: Any) -> list[Entry] | None:
    """The entries within the time that was named; None when none was."""
    if not isinstance(time, dict) or not time.get("from") or not time.get("to"):
        return None
    start, end = datetime.fromisoformat(time["from"]), datetime.fromisoformat(time["to"])
    return [entry for entry in entries if start <= entry.at < end]


async def _orders_to_review(turn: Turn, member: Member) -> list[str]:
    """Numbers of the last arrived orders whose review would still bring points."""
    arrived = await orders.recent(
        turn.session, member.id, limit=ORDERS_TO_REVIEW, statuses=(OrderStatus.DELIVERED, OrderStatus.COMPLETED)
    )
    open_ones = []
    for order in arrived:
        known = await points.entries_for(turn.session, member.id, order.number)
        if not any(entry.reason == EarnReason.REVIEW for entry in known):
            open_ones.append(order.number)
    return open_ones


def amount_said(turn: Turn) -> int | None:
    """The points the message names, also as a bare number: "那600怎么来的"."""
    said = turn.entity("points_amount")
    if said is None and not turn.pressed and not turn.entity("order_number"):
        bare = _BARE_NUMBER.search(without_entities(turn, "time"))
        said = bare.group().replace(",", "") if bare else None
    return abs(int(said)) if said is not None else None


def _tier_name(code: str, turn: Turn) -> str:
    return tiers.name(code, turn.language)
