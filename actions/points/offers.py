"""What points can be exchanged for: the whole list, what an amount buys, or one reward and what it costs."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from rasa_sdk.events import SlotSet

from actions.endpoint import action_classes
from actions.kit.asked import rewards_asked
from actions.kit.asked.points_enough import Enough
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.base import RULED_OUT, Button, CrmAction, Event, Turn, button
from actions.kit.goods import Fit, canonical, core, fit
from actions.kit.phrases import listed, name_in, reward_button, reward_with_cost
from actions.kit.words import lexicon
from actions.kit.words.pieces import without_count
from actions.points import by_use, fewest, questions, together, worth
from actions.points.balance import EXPIRY_HORIZON, MISSING_SLOT, amount_said, worth_taking
from actions.points.reward_words import about, kind_said, named, pointed_at, ruled_out, said_reward
from crm_store import earning_rules, points, rewards, tiers
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_number
from crm_store.numerals import numbers
from crm_store.rewards import Reward
from crm_store.text import normalise

_DIGITS = re.compile(r"\d+")
_IN_MONEY = re.compile(
    r"(?:要|得|需要|还要|仲要|再)(?:买|花|消费|使)(?:满|够)?(?:多少|几|咩|什么)|(?:多少|几多|几)(?:钱|块|元|蚊).{0,6}(?:才|先|够)(?!.{0,2}券)"
    r"|\bin (?:yuan|money|rmb|cny|cash)\b|\b(?:need|have) to (?:buy|spend|shop|order)\b"
)
_HOW_MANY = re.compile(r"\bhow (?:many|much|far)\b|还差|差多少|差几|还要|仲差|剩多少")
PAGE = 10
"""Rewards told at once; the next ones are a button away."""
BUTTONS_TOLD = 3
PAGE_CHOICE = "from:"


@dataclass(frozen=True)
class Selection:
    """Rewards to tell of, and the reply that tells them: `reply_rewards_<kind>`. `start`: the place of the first in the
    whole catalogue, where it is told page by page."""

    rewards: list[Reward]
    kind: str = "all"
    start: int | None = None


_WHICH = re.compile(
    r"哪(?:个|一个|些|种|几)|边(?:个|啲)|\bwhich (?:one|ones|of|rewards?|vouchers?|can)\b|\bwhat can i\b"
)


class ActionRewards(CrmAction):
    """The catalogue is told to everybody; a member hears what the own balance is enough for."""

    action_name: ClassVar[str] = "action_rewards"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if await together.tell_sum(turn) if _asks_sum(turn) else await _how_far(turn):
            return []
        if await questions.told(turn, questions.WHILE_REDEEMING):
            return []
        every = await rewards.catalogue(turn.session, in_stock_only=True)
        out = [str(thing) for thing in turn.entities(RULED_OUT)]
        unwanted = await ruled_out(turn)
        offered = [
            each for each in every if each.code not in unwanted and not any(_is_called(each, thing) for thing in out)
        ]
        if not offered:
            turn.say("reply_redeem_catalogue_empty")
            turn.done("nothing_on_offer")
            return []
        balance = await points.balance(turn.session, turn.member.id) if turn.member else None
        if await worth.tell(turn, offered, balance) or by_use.tell(turn, offered, balance):
            return []
        one = await _one(turn)
        if one is not None and (one.code in unwanted or any(_is_called(one, thing) for thing in out)):
            one = None
        if one is not None and not _asks_which(turn):
            return _tell_one(turn, one, balance)
        if turn.follows and turn.entity("product") and not turn.pressed:
            # What is named beside the rewards and is none of them is one of the goods.
            goods = action_classes()["action_product"]
            assert issubclass(goods, CrmAction)
            return await goods().answer(turn)
        if turn.member is not None and _asks_what_expiring_buys(turn):
            return await _tell_expiring(turn, turn.member.id, balance or 0)
        amount = None if turn.pressed else amount_said(turn)
        if fewest.tell(turn, offered, balance, amount) or _nothing_dearer(turn, offered, amount):
            return []
        if amount is not None:
            _tell(turn, Selection([each for each in offered if each.cost <= amount], "amount"), balance, amount=amount)
        else:
            _tell(turn, _selected(turn, offered, balance), balance)
        return []


def _asks_which(turn: Turn) -> bool:
    """Whether it is asked which of them, and none is named: 够换哪个 right after one was told of."""
    if turn.entity("choice") == Enough.CHEAPEST:
        return True
    return not turn.pressed and said_reward(turn) is None and bool(_WHICH.search(normalise(turn.text)))


def _asks_sum(turn: Turn) -> bool:
    return not turn.pressed and rewards_asked.asked(turn.text, of_points=True) is RewardAsked.SUM


async def _how_far(turn: Turn) -> bool:
    """What is to be bought for a reward named or spoken of; "a review counts, how many would I need then"."""
    flat = normalise(turn.text)
    after_review = lexicon.mentions("review_word", turn.text) and _HOW_MANY.search(flat)
    if turn.pressed or turn.member is None or not (after_review or _IN_MONEY.search(flat)):
        return False
    code = turn.spoken_of.get("reward")
    reward = await _one(turn) or (await rewards.by_code(turn.session, str(code)) if code and after_review else None)
    if reward is None:
        return False
    return await _told_in_money(turn, reward, await points.balance(turn.session, turn.member.id))


def _is_called(reward: Reward, thing: str) -> bool:
    return fit(thing, list(reward.names.values())) is Fit.CALLED


async def _one(turn: Turn) -> Reward | None:
    """The one reward that is asked about: named, or pointed at with words that name nothing else."""
    said = said_reward(turn)
    if said is not None:
        found = await named(turn, said)
        return found[0] if len(found) == 1 else None
    if turn.pressed:
        return None
    things = [str(value) for value in turn.entities("product")]
    if len(things) == 1 and len(called := await rewards.find_by_words(turn.session, things[0])) == 1:
        # "My wife has a bag, the tea then": what was read as the thing is meant, not all that is spoken of.
        return called[0]
    worths = {each.value_minor // 100 for each in await rewards.catalogue(turn.session)}
    bare = core(without_count(turn.text, but=worths))
    found = await rewards.find_by_words(turn.session, bare) if bare else []
    # "The flask" is no reward's name, and the thermos is one.
    found = found or await rewards.find_by_words(turn.session, canonical(bare))
    if len(found) == 1 and (found[0].cost not in numbers(bare) or await _without_its_cost(turn, bare)):
        return found[0]
    pointed = pointed_at(turn)
    return await rewards.by_code(turn.session, pointed) if pointed else None


async def _without_its_cost(turn: Turn, words: str) -> bool:
    """Whether words name a reward by more than what it costs: "what do 800 points buy" means no tea tin."""
    return bool(await rewards.find_by_words(turn.session, _DIGITS.sub(" ", words)))


def _nothing_dearer(turn: Turn, offered: list[Reward], amount: int | None) -> bool:
    """Says what the dearest is, where something for more points than that is looked for (有没有两三万分的大件)."""
    dearest = max(offered, key=lambda reward: reward.cost)
    wants = not turn.pressed and lexicon.mentions("dear_reward", turn.text)
    is_above = amount > dearest.cost if amount is not None else _shown_before(turn) == {dearest.code}
    if not wants or not is_above:
        return False
    cost = format_number(dearest.cost)
    buttons = [reward_button(dearest, turn.language)]
    turn.say("reply_rewards_nothing_dearer", reward=name_in(dearest.names, turn.language), cost=cost, buttons=buttons)
    turn.focus(reward=dearest.code, listed=[about(dearest, turn.language)])
    turn.done("answered", "nothing dearer")
    return True


async def _told_in_money(turn: Turn, reward: Reward, balance: int) -> bool:
    """For how much has to be bought until the reward can be had, where that is asked; a review of an order may help."""
    assert turn.member is not None
    missing = reward.cost - balance
    reviews = lexicon.mentions("review_word", turn.text)
    if missing <= 0:
        return False
    tier = await tiers.get(turn.session, turn.member.tier_code)
    review = earning_rules.review_points()
    left = max(0, missing - review) if reviews else missing
    turn.say(
        "reply_reward_after_review" if reviews else "reply_reward_in_money",
        reward=name_in(reward.names, turn.language),
        cost=format_number(reward.cost),
        balance=format_number(balance),
        missing=format_number(missing),
        review=format_number(review),
        left=format_number(left),
        tier=tiers.name(tier.code, turn.language),
        rate=format_number(tier.earn_rate),
        amount=format_money(earning_rules.amount_to_earn(left, tier)),
    )
    turn.focus(reward=reward.code)
    turn.done("answered", reward=reward.code, missing=missing)
    return True


def _tell_one(turn: Turn, reward: Reward, balance: int | None) -> list[Event]:
    values: dict[str, Any] = {"reward": name_in(reward.names, turn.language), "cost": format_number(reward.cost)}
    turn.focus(reward=reward.code)
    turn.done("answered", reward=reward.code)
    if not reward.in_stock:
        turn.say("reply_reward_gone", **values)
        return []
    if balance is None:
        turn.say("reply_reward_cost", **values)
        return []
    missing = reward.cost - balance
    if missing > 0:
        turn.say("reply_reward_cost_short", balance=format_number(balance), missing=format_number(missing), **values)
        return [SlotSet(MISSING_SLOT, missing)]
    left = format_number(balance - reward.cost)
    take = [button(label("form_button", "redeem_this", turn.language), "redeem_points", reward=reward.code)]
    turn.say("reply_reward_cost_own", balance=format_number(balance), left=left, buttons=take, **values)
    return []


def _asks_what_expiring_buys(turn: Turn) -> bool:
    return not turn.pressed and any(each.value == "expiring" for each in lexicon.heard("reward_question", turn.text))


async def _tell_expiring(turn: Turn, member_id: int, balance: int) -> list[Event]:
    """What the points that expire next would buy, and with the rest of the balance."""
    expiring = await points.expiring(turn.session, member_id, within=EXPIRY_HORIZON)
    if not expiring:
        turn.say("reply_points_expiring_none")
        turn.done("answered")
        return []
    day, soon = expiring[0]
    affordable = await rewards.affordable(turn.session, balance)
    within = [each for each in affordable if each.cost <= soon]
    offered = worth_taking(within or affordable, soon)
    kind = "expiring" if within else "expiring_with_rest" if offered else "expiring_none"
    _show(
        turn,
        offered,
        f"reply_rewards_{kind}",
        [reward_button(each, turn.language) for each in offered],
        soon=format_number(soon),
        day=format_date(day, turn.language),
        balance=format_number(balance),
    )
    return []


def _selected(turn: Turn, offered: list[Reward], balance: int | None) -> Selection:
    """Which part of the catalogue the words ask for."""
    words = "" if turn.pressed else turn.text
    choice = str(turn.entity("choice") or "")
    if choice.startswith(PAGE_CHOICE):
        start = int(choice.removeprefix(PAGE_CHOICE))
        return Selection(offered[start:], "more", start)
    asked = {each.value for each in lexicon.heard("reward_question", words)}
    shown = _shown_before(turn)
    if "cheaper" in asked:
        least = min((each.cost for each in offered if each.code in shown), default=None)
        below = [each for each in offered if least is None or each.cost < least]
        return Selection(sorted(below, key=lambda each: each.cost)[:BUTTONS_TOLD], "cheaper")
    if "more" in asked and shown:
        return Selection([each for each in offered if each.code not in shown], "more")
    kind = kind_said(words)
    if choice == Enough.ENOUGH and balance is not None:
        within = [each for each in offered if each.cost <= balance and kind in (None, each.kind)]
        return Selection(within, "mine")
    if kind is not None:
        return Selection([each for each in offered if each.kind == kind])
    if "mine" in asked and balance is not None:
        return Selection([each for each in offered if each.cost <= balance], "mine")
    return Selection(offered, start=0)


def _shown_before(turn: Turn) -> set[str]:
    """Codes of the rewards that were listed last."""
    payloads = [str(each.get("payload")) for each in turn.spoken_of.get("listed") or []]
    return {payload.rpartition('"reward":"')[2].rstrip('"}') for payload in payloads if '"reward":"' in payload}


def _tell(turn: Turn, selection: Selection, balance: int | None, *, amount: int | None = None) -> None:
    found = selection.rewards
    told = found[:PAGE]
    suffix = selection.kind if found else f"{selection.kind}_none"
    own = "_own" if selection.kind == "all" and found and balance is not None else ""
    within = [each for each in found if balance is None or each.cost <= balance]
    buttons = [reward_button(each, turn.language) for each in within[:BUTTONS_TOLD]]
    if selection.start is not None and len(found) > PAGE:
        following = f"{PAGE_CHOICE}{selection.start + PAGE}"
        buttons.append(button(label("form_button", "more_rewards", turn.language), "ask_rewards", choice=following))
    _show(
        turn,
        told,
        f"reply_rewards_{suffix}{own}",
        buttons,
        balance=format_number(balance or 0),
        within=len(within),
        amount=format_number(amount or 0),
    )


def _show(turn: Turn, told: list[Reward], response: str, buttons: list[Button], **values: object) -> None:
    """Say the rewards, and keep them as listed, for "the second one"."""
    names = listed([reward_with_cost(each, turn.language) for each in told], turn.language, last="last_number")
    turn.say(response, rewards=names, count=len(told), buttons=buttons or None, **values)
    if told:
        turn.focus(reward=told[0].code, listed=[about(each, turn.language) for each in told])
    turn.done("answered")
