"""Redeeming: from a wish in the customer's words to a code, with every doubt settled before points are spent."""

import re
from typing import Any, ClassVar

from rasa_sdk.events import SlotSet

from actions.kit.base import Button, CrmAction, Event, MemberAction, Turn
from actions.kit.forms import CrmForm, requested, yes_or_no
from actions.kit.parsing import choice_in, is_aside
from actions.kit.phrases import listed, name_in, reward_button, reward_with_cost
from actions.points.balance import MISSING_SLOT
from crm_store import points, rewards
from crm_store.errors import NotFound
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_number
from crm_store.members import Member
from crm_store.numerals import numbers
from crm_store.points import InsufficientPoints
from crm_store.rewards import Redemption, Reward, RewardKind, RewardUnavailable

OFFERED_AT_MOST = 3

SHORT, GONE, SEVERAL, UNKNOWN, DECLINED = "short", "gone", "several", "unknown", "declined"
"""Why a wished reward could not simply be taken; see the slot `redeem_trouble`."""

_KIND_WORDS = {
    RewardKind.COUPON: re.compile(r"券|voucher|coupon", re.IGNORECASE),
    RewardKind.GIFT: re.compile(r"礼品|禮品|礼物|禮物|实物|實物|\bgifts?\b", re.IGNORECASE),
}


class RedeemForm(CrmForm):
    """`redeem_reward`: the code of the chosen reward. `redeem_trouble`: `{"kind", "rewards"}`, why the last wish could
    not be taken. `redeem_offered`: codes in the order told, for "the second one"."""

    form_name: ClassVar[str] = "redeem_form"
    slots: ClassVar[tuple[str, ...]] = ("redeem_reward", "redeem_confirm", "redeem_trouble", "redeem_offered")

    async def required(self, turn: Turn) -> list[str]:
        declined = (turn.slot("redeem_trouble") or {}).get("kind") == DECLINED
        return ["redeem_reward", "redeem_confirm"] if turn.member and not declined else []

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return {}
        wished = await self._wished(turn)
        if wished is None:
            if requested(turn, "redeem_reward") and turn.intent == "deny":
                return {"redeem_trouble": {"kind": DECLINED}}
            return yes_or_no(turn, "redeem_confirm")
        current = turn.slot("redeem_reward")
        if len(wished) == 1 and wished[0].code == current:
            return yes_or_no(turn, "redeem_confirm") or {"redeem_reward": current}
        balance = await points.balance(turn.session, turn.member.id)
        return _decide(wished, balance)

    async def _wished(self, turn: Turn) -> list[Reward] | None:
        """Rewards this message means, best first; None when it is not about one, empty when it names one unknown."""
        offered = list(turn.slot("redeem_offered") or [])
        named = turn.entity("reward")
        if named is not None:
            return await self._named(turn, str(named), offered)
        choosing = requested(turn, "redeem_reward")
        if turn.pressed or is_aside(turn, but=("redeem_points", "ask_product")) or not turn.text:
            return None
        if turn.intent == "deny" and choosing:
            return None
        if requested(turn, "redeem_confirm") and turn.intent != "redeem_points":
            # "No, the tea tin": another reward counts, whatever else the words sound like; several would be a guess.
            found = [] if turn.intent == "affirm" else await self._named(turn, turn.text, offered)
            return found if len(found) == 1 else None
        index = choice_in(turn.text, len(offered))
        if index is not None:
            return [await rewards.by_code(turn.session, offered[index])]
        if turn.intent == "redeem_points" or choosing:
            found = await self._named(turn, turn.text, offered)
            return found or ([] if choosing and turn.intent in {"inform", "redeem_points"} else None)
        return None

    @staticmethod
    async def _named(turn: Turn, words: str, offered: list[str]) -> list[Reward]:
        try:
            return [await rewards.by_code(turn.session, words)]
        except NotFound:
            found = await rewards.find_by_words(turn.session, words) or await _of_kind(turn, words)
        # "The voucher" means the one we have just offered, even where the shop has more of them.
        among = [reward for reward in found if reward.code in offered]
        said = numbers(words)
        worth = [reward for reward in found if reward.value_minor and reward.value_minor // 100 in said]
        return next((narrowed for narrowed in (worth, among) if len(narrowed) == 1), found)


async def _of_kind(turn: Turn, words: str) -> list[Reward]:
    """Where only the kind was said, the rewards of that kind."""
    kind = next((kind for kind, said in _KIND_WORDS.items() if said.search(words)), None)
    offered = await rewards.catalogue(turn.session, in_stock_only=True)
    return [reward for reward in offered if reward.kind == kind][:OFFERED_AT_MOST]


def _decide(wished: list[Reward], balance: int) -> dict[str, Any]:
    """What a wish means for the form's slots."""
    none_yet = {"redeem_reward": None, "redeem_confirm": None}
    codes = [reward.code for reward in wished]
    if not wished:
        return none_yet | {"redeem_trouble": {"kind": UNKNOWN, "rewards": []}}
    takeable = [reward for reward in wished if reward.in_stock and reward.cost <= balance]
    if len(wished) > 1 and len(takeable) != 1:
        return none_yet | {"redeem_trouble": {"kind": SEVERAL, "rewards": codes}}
    best = takeable[0] if takeable else wished[0]
    if not best.in_stock:
        return none_yet | {"redeem_trouble": {"kind": GONE, "rewards": [best.code]}}
    if best.cost > balance:
        missing = best.cost - balance
        return none_yet | {"redeem_trouble": {"kind": SHORT, "rewards": [best.code]}, MISSING_SLOT: missing}
    return {"redeem_reward": best.code, "redeem_confirm": None, "redeem_trouble": None}


class ActionRedeemStart(MemberAction):
    """Opens the form when there is something to choose; otherwise says what is missing."""

    action_name: ClassVar[str] = "action_redeem_start"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        balance = await points.balance(turn.session, member.id)
        if await rewards.affordable(turn.session, balance):
            return RedeemForm.begun(**await RedeemForm().fill(turn))
        offered = await rewards.catalogue(turn.session, in_stock_only=True)
        if not offered:
            turn.say("reply_redeem_catalogue_empty")
            turn.done("nothing_on_offer")
            return []
        named = turn.entity("reward")
        wished = await rewards.find_by_words(turn.session, str(named)) if named else []
        nearest = wished[0] if wished else min(offered, key=lambda reward: reward.cost)
        missing = nearest.cost - balance
        turn.say(
            "reply_redeem_nothing_yet",
            reward=name_in(nearest.names, turn.language),
            cost=format_number(nearest.cost),
            balance=format_number(balance),
            missing=format_number(missing),
        )
        turn.done("too_few_points", reward=nearest.code, missing=missing)
        return [SlotSet(MISSING_SLOT, missing)]


class ActionAskRedeemReward(CrmAction):
    """Asks which reward, after saying what kept the last wish from being taken."""

    action_name: ClassVar[str] = "action_ask_redeem_form_redeem_reward"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        assert turn.member is not None
        balance = await points.balance(turn.session, turn.member.id)
        trouble = turn.slot("redeem_trouble") or {}
        kind = trouble.get("kind")
        wished = [await rewards.by_code(turn.session, code) for code in trouble.get("rewards", [])]
        offered = wished if kind == SEVERAL else _spread(await rewards.affordable(turn.session, balance))
        told = listed([reward_with_cost(reward, turn.language) for reward in offered], turn.language, last="last_or")
        values: dict[str, Any] = {"balance": format_number(balance), "rewards": told}
        if wished:
            first = wished[0]
            values |= {
                "reward": name_in(first.names, turn.language),
                "cost": format_number(first.cost),
                "missing": format_number(max(0, first.cost - balance)),
            }
        # Coming back after another question, what was told before is not told again.
        suffix = f"_{kind}" if kind else "_again" if turn.slot("redeem_offered") else ""
        if not offered:
            turn.say("reply_redeem_choose_none", **values)
            return []
        turn.say(f"reply_redeem_choose{suffix}", buttons=_buttons(offered, turn), **values)
        offered_codes = [reward.code for reward in offered]
        return [SlotSet("redeem_offered", offered_codes), SlotSet("redeem_trouble", None)]


class ActionAskRedeemConfirm(CrmAction):
    """Says what the chosen reward costs and leaves, before anything is spent."""

    action_name: ClassVar[str] = "action_ask_redeem_form_redeem_confirm"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        assert turn.member is not None
        reward = await rewards.by_code(turn.session, turn.slot("redeem_reward"))
        balance = await points.balance(turn.session, turn.member.id)
        turn.say(
            "reply_redeem_confirm",
            reward=name_in(reward.names, turn.language),
            cost=format_number(reward.cost),
            left=format_number(balance - reward.cost),
        )
        return []


class ActionRedeemSubmit(MemberAction):
    """Spends the points, once per confirmation, and gives the code."""

    action_name: ClassVar[str] = "action_redeem_form_submit"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        code = turn.slot("redeem_reward")
        if not code or not turn.slot("redeem_confirm"):
            turn.say("reply_redeem_not_done")
            turn.done("declined")
            return RedeemForm.cleared()
        reward = await rewards.by_code(turn.session, code)
        name = name_in(reward.names, turn.language)
        try:
            redemption = await rewards.redeem(turn.session, member.id, code, key=turn.key())
        except InsufficientPoints as refusal:
            turn.say(
                "reply_redeem_changed",
                reward=name,
                balance=format_number(refusal.balance),
                missing=format_number(refusal.missing),
            )
            turn.done("too_few_points", reward=code, missing=refusal.missing)
            return [*RedeemForm.cleared(), SlotSet(MISSING_SLOT, refusal.missing)]
        except RewardUnavailable as refusal:
            turn.say("reply_redeem_just_gone", reward=name)
            turn.done("reward_unavailable", reward=code, reason=refusal.reason)
            return RedeemForm.cleared()
        await self._say_done(turn, member, reward, redemption)
        turn.done("redeemed", f"{name}: {redemption.coupon_code}", redemption=redemption.id, reward=code)
        return [*RedeemForm.cleared(), SlotSet(MISSING_SLOT, None)]

    @staticmethod
    async def _say_done(turn: Turn, member: Member, reward: Reward, redemption: Redemption) -> None:
        if reward.kind == RewardKind.GIFT:
            response = "reply_redeemed_gift"
        else:
            response = "reply_redeemed_coupon_from" if reward.min_spend_minor else "reply_redeemed_coupon"
        turn.say(
            response,
            reward=name_in(reward.names, turn.language),
            code=redemption.coupon_code,
            until=format_date(redemption.valid_until, turn.language),
            minimum=format_money(reward.min_spend_minor, reward.currency),
            balance=format_number(await points.balance(turn.session, member.id)),
        )


def _spread(affordable: list[Reward]) -> list[Reward]:
    """The dearest first, but both vouchers and gifts where there are both."""
    if len(affordable) <= OFFERED_AT_MOST:
        return affordable
    chosen = affordable[: OFFERED_AT_MOST - 1]
    kinds = {reward.kind for reward in chosen}
    rest = affordable[OFFERED_AT_MOST - 1 :]
    other = next((reward for reward in rest if reward.kind not in kinds), rest[0])
    return [*chosen, other]


def _buttons(offered: list[Reward], turn: Turn) -> list[Button]:
    not_now = {"title": label("form_button", "not_now", turn.language), "payload": "/cancel"}
    return [*(reward_button(reward, turn.language) for reward in offered), not_now]
