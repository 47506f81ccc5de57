"""Questions about points that a rule answers, for everybody and without proof of who asks; and what is never done."""

import re
from collections.abc import Awaitable, Callable, Collection
from enum import StrEnum
from typing import Any, ClassVar

from rasa_sdk import Tracker

from actions.kit.asked import rewards_asked
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.base import Event, MemberAction, Turn, button
from actions.kit.mentions import names_another_member
from actions.kit.phrases import listed, reward_with_cost
from actions.kit.quick_replies import wish
from actions.kit.words import lexicon, plainly
from actions.knowledge import earning
from actions.knowledge.answers import answered, keep_gap
from actions.knowledge.found import Found, found_in, look_up
from crm_store import earning_rules, rewards
from crm_store.labels import label
from crm_store.language import format_date, format_limit, format_money, format_number
from crm_store.policy import policy
from crm_store.rewards import RewardKind
from crm_store.text import normalise

LEAVING = "cancel_membership"
EXPIRY_ARTICLE = "points_expiry_policy"
POINTS_VALUED = 100
"""The worth of so many points is told where none is named: one alone is worth less than a coin."""
EXAMPLES = 3
ACCOUNTS_MERGED = "accounts_merged"
"""Of plainly.yml: two accounts are to be one."""

_ADD_TO_ACCOUNT = re.compile(
    r"(?:给|帮|替)(?:我|俺|咱)(?:的?(?:账户|账号|帐户|会员卡))?(?:里|上)?(?:再|多|直接)?(?:加|充|刷|送|发)"
    r"[上点个些]{0,2} ?\d* ?[万千百]?个?(?:积分|点数|分)(?!吗)"
    r"|\b(?:add|give|credit|grant|gift) (?:me |my account |us )?(?:with )?(?:\d[\d ]* )?(?:\w+ )?points\b"
)
_OF_GOODS = re.compile(
    r"退货|退款|订单|那单|这单|退单|鞋|衣|\b(?:order|orders|goods|refund|refunded|shoes|parcel|item)\b"
)
"""Points of an order that goes back are no points of a voucher."""
_ASKS_HOW = re.compile(r"\b(?:how|when|why|which)\b|怎么|怎样|如何|什么时候|为什么|哪")


_NEGATIONS = frozenset({"不", "没"})


class Asked(StrEnum):
    """A question of the programme's rules. The values are those of the lexicon's `points_question`."""

    ADD = "add"
    UNDO = "undo"
    CASH = "cash"
    PAYS = "pays"
    BUY = "buy"
    GIVE_AWAY = "give_away"
    WORTH = "worth"
    LEVEL = "level"
    FATE = "fate"
    REFER = "refer"
    REVIEW = "review"
    EXTEND = "extend"
    EXPIRY = "expiry"
    EARN = "earn"
    RETURNED = "returned"


ALL: Collection[Asked] = frozenset(Asked)
WHILE_REDEEMING: Collection[Asked] = frozenset(
    {Asked.UNDO, Asked.LEVEL, Asked.WORTH, Asked.CASH, Asked.PAYS, Asked.REVIEW}
)
"""Of a wish to redeem: "茶罐送给我妈" gives no points away, and "花一百分" asks for none."""


class PointsAction(MemberAction):
    """Answers about a member's points. A rule is told to everybody first, and nobody hears of another member's."""

    rules: ClassVar[Collection[Asked]] = ALL

    async def prepare(self, tracker: Tracker) -> Found:
        return await written_rules(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if of_another_member(turn):
            return []
        if await told(turn, self.rules):
            return []
        return await super().answer(turn)


async def written_rules(tracker: Tracker) -> Found:
    """Articles that may answer what only the shop can decide; nothing is looked up for other questions."""
    text = str(tracker.latest_message.get("text") or "")
    asked = {each.value for each in lexicon.heard("points_question", text)}
    if Asked.EXTEND in asked:
        return await found_in(tracker, EXPIRY_ARTICLE)
    open_rule = asked & {Asked.BUY, Asked.GIVE_AWAY} or lexicon.mentions("points_circumstance", text)
    return await look_up(tracker) if open_rule else Found()


def of_another_member(turn: Turn) -> bool:
    """Refuses what is asked about a member number that is not the customer's own."""
    if not names_another_member(turn):
        return False
    turn.say("reply_of_another_member")
    turn.done("refused")
    return True


async def told(turn: Turn, among: Collection[Asked] = ALL) -> bool:
    """Answers the rule that is asked for, if one is."""
    asked = rule_asked(turn)
    if asked is None or asked not in among:
        return False
    await _TOLD[asked](turn)
    return True


def rule_asked(turn: Turn) -> Asked | None:
    """The rule that the customer's words ask for."""
    if turn.pressed:
        return None
    flat = normalise(turn.text)
    if _ADD_TO_ACCOUNT.search(flat) and not _ASKS_HOW.search(flat):
        return Asked.ADD
    surely = rewards_asked.asked(turn.text, of_points=True)
    if surely in (RewardAsked.PAYS, RewardAsked.UNDO):
        return Asked(surely)
    heard = {each.value for each in lexicon.heard("points_question", turn.text)}
    found = next((asked for asked in Asked if asked in heard and _is_meant(asked, turn)), None)
    if found is not None:
        return found
    if _of_a_return(turn):
        return Asked.RETURNED
    if earning.spending_and_level(turn):
        return Asked.LEVEL
    return Asked.EARN if earning.amount_spent(turn) is not None else None


def _of_a_return(turn: Turn) -> bool:
    """Whether it goes on with points: what becomes of them if the goods go back (那要是退货了呢)."""
    supposes = turn.follows and bool(lexicon.heard("supposing", turn.text))
    return supposes and lexicon.mentions("refund_wish", turn.text) and turn.intent == "ask_points_rules"


def _is_meant(asked: Asked, turn: Turn) -> bool:
    """Whether the words ask for the rule: several of them also stand in plain wishes."""
    match asked:
        case Asked.LEVEL:
            return earning.spending_and_level(turn)
        case Asked.FATE:
            return _leaving(turn)
        case Asked.EXPIRY:
            return turn.member is None and lexicon.mentions("points_rule_asked", turn.text)
        case Asked.UNDO if _OF_GOODS.search(normalise(turn.text)):
            return False
        case Asked.WORTH:
            # Who asks what the own points are worth hears how many there are as well.
            return turn.member is None or turn.intent != "ask_points_balance"
        case Asked.UNDO | Asked.REVIEW:
            return _asks(turn.text)
        case Asked.ADD:
            # "写评价是不是也加分" asks for the rule of reviews.
            asks_review = lexicon.mentions("review_word", turn.text) and lexicon.mentions("asks_rule", turn.text)
            return not asks_review and not _ASKS_HOW.search(normalise(turn.text))
        case _:
            return True


def _asks(text: str) -> bool:
    """Whether a text asks; 不 and 没 do so only at its end: "能退不", but not "不要了"."""
    flat = normalise(text)
    words = set(lexicon.said("asks_rule", text)) - _NEGATIONS
    return bool(words) or flat.endswith(tuple(_NEGATIONS)) or lexicon.mentions("question", text)


def _leaving(turn: Turn) -> bool:
    """Whether it is spoken of leaving the programme."""
    spoken = turn.spoken_of
    if turn.form == "leave_form" or LEAVING in (spoken.get("done"), spoken.get("topic")):
        return True
    return any(each.value == LEAVING for each in lexicon.heard("act", turn.text))


async def _no_gifts(turn: Turn) -> None:
    turn.say("reply_points_not_added")
    turn.done("refused", turn.text)


async def _undo_rule(turn: Turn) -> None:
    held = await rewards.held(turn.session, turn.member.id) if turn.member else []
    undoable = [redemption for redemption, _ in held if redemption.undoable_now]
    latest = max(undoable, key=lambda each: (each.at, each.id), default=None)
    if latest is None:
        turn.say("reply_redemption_undo_rule")
    else:
        turn.say(
            "reply_redemption_undo_rule_own",
            code=latest.coupon_code,
            until=format_date(latest.undoable_until, turn.language),
            buttons=[button(label("form_button", "give_back", turn.language), "undo", act="redeem_points")],
        )
    turn.done("answered")


async def _no_cash(turn: Turn) -> None:
    turn.say("reply_points_no_cash")
    turn.done("answered")


async def _no_payment(turn: Turn) -> None:
    """Points pay nothing by themselves; vouchers are the way."""
    vouchers = [each for each in await rewards.catalogue(turn.session) if each.kind == RewardKind.COUPON]
    if not vouchers:
        await _no_cash(turn)
        return
    told = [reward_with_cost(each, turn.language) for each in vouchers[:EXAMPLES]]
    turn.say("reply_points_no_payment", vouchers=listed(told, turn.language))
    turn.focus(reward=vouchers[0].code)
    turn.done("answered")


async def _written(turn: Turn) -> None:
    """What only an article can say; where none surely does, the editors learn that it was asked."""
    found: Found = turn.prepared
    if found.surely:
        await answered(turn, found)
        return
    await keep_gap(turn, found.best)
    turn.say("reply_points_rule_unknown", buttons=[wish(turn, "request_human"), wish(turn, "ask_rewards")])
    turn.done("not_found", turn.text)


def asks_worth(turn: Turn) -> bool:
    return not turn.pressed and any(each.value == Asked.WORTH for each in lexicon.heard("points_question", turn.text))


async def tell_worth(turn: Turn, amount: int) -> None:
    """What so many points are worth, worked out from the vouchers they buy."""
    vouchers = [each for each in await rewards.catalogue(turn.session) if each.kind == RewardKind.COUPON]
    vouchers = [each for each in vouchers if each.value_minor]
    if not vouchers:
        turn.say("reply_redeem_catalogue_empty")
        turn.done("nothing_on_offer")
        return
    values = sorted(round(each.value_minor * amount / each.cost) for each in vouchers)
    least, most = (format_money(values[at], vouchers[0].currency) for at in (0, -1))
    turn.say(
        "reply_points_worth",
        vouchers=listed([reward_with_cost(each, turn.language) for each in vouchers[:EXAMPLES]], turn.language),
        points=format_number(amount),
        money=least if least == most else f"{least}–{most}",
    )
    turn.done("answered")


async def _given_away(turn: Turn) -> None:
    """What an article says of points for somebody else or of two accounts; where none does, that they stay where they
    are, what is possible instead, and who may decide otherwise."""
    found: Found = turn.prepared
    if found.surely:
        await answered(turn, found)
        return
    await keep_gap(turn, found.best)
    asked = {each.name: each.response for each in plainly.asked(turn.text, turn.language)}
    response = asked.get(ACCOUNTS_MERGED) or "reply_rule_points_given_away"
    turn.say(response, buttons=[wish(turn, "request_human"), wish(turn, "ask_rewards")])
    turn.done("answered", turn.text)


async def _worth(turn: Turn) -> None:
    await tell_worth(turn, int(turn.entity("points_amount") or POINTS_VALUED))


async def _level_stays(turn: Turn) -> None:
    earning.tell_level_stays(turn)


async def _fate(turn: Turn) -> None:
    turn.say("reply_points_when_leaving")
    turn.done("answered")


async def _review(turn: Turn) -> None:
    turn.say("reply_points_for_review", review=format_number(earning_rules.review_points()))
    turn.done("answered")


async def _returned(turn: Turn) -> None:
    turn.say("reply_return_aside_points")
    turn.done("answered")


async def _refer(turn: Turn) -> None:
    """What bringing a friend gives both of them."""
    brings = policy().points.referral
    if not brings.member and not brings.friend:
        turn.say("reply_rule_unwritten", buttons=[wish(turn, "request_human")])
        turn.done("not_found", turn.text)
        return
    turn.say(
        "reply_points_for_referral",
        member=format_number(brings.member),
        friend=format_number(brings.friend),
        days=format_limit(brings.named_within, turn.language),
        most=format_number(brings.friends_a_year),
    )
    turn.done("answered")


async def _extended(turn: Turn) -> None:
    """What the shop's article on expiry says to it; without one, the rule that ends them."""
    found: Found = turn.prepared or Found()
    if found.best is not None:
        await answered(turn, found)
        return
    turn.say("reply_points_expiry_rule_short" if turn.member else "reply_points_expiry_rule")
    turn.done("answered")


async def _earned(turn: Turn) -> None:
    await earning.told(turn)


async def _expiry(turn: Turn) -> None:
    turn.say("reply_points_expiry_rule")
    turn.done("answered")


_TOLD: dict[Asked, Callable[[Turn], Awaitable[Any]]] = {
    Asked.ADD: _no_gifts,
    Asked.UNDO: _undo_rule,
    Asked.CASH: _no_cash,
    Asked.PAYS: _no_payment,
    Asked.BUY: _written,
    Asked.GIVE_AWAY: _given_away,
    Asked.WORTH: _worth,
    Asked.LEVEL: _level_stays,
    Asked.FATE: _fate,
    Asked.REFER: _refer,
    Asked.REVIEW: _review,
    Asked.EXTEND: _extended,
    Asked.EXPIRY: _expiry,
    Asked.EARN: _earned,
    Asked.RETURNED: _returned,
}
