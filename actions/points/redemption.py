"""Redeeming: from a wish in the customer's words to a code, with every doubt settled before points are spent."""

from typing import Any, ClassVar

from rasa_sdk.events import SlotSet

from actions.kit.asked import rewards_asked
from actions.kit.asked.reward_asides import Aside
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.base import Button, CrmAction, Event, MemberAction, Turn
from actions.kit.forms import CrmForm, requested
from actions.kit.goods import core
from actions.kit.parsing import choice_in, is_aside
from actions.kit.phrases import listed, name_in, reward_button, reward_with_cost
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from actions.kit.words.pieces import count_said
from actions.points import questions, terms, together
from actions.points.balance import MISSING_SLOT
from actions.points.reward_words import (
    NOT_WANTED,
    about,
    pointed_at,
    ruled_out,
    said_reward,
    wish_of,
    wished,
    wished_reward,
)
from actions.points.together import Piece
from actions.points.vouchers import ActionUndoRedemption
from actions.points.wish_decided import DECLINED, FEWER, LIMIT, NONE_YET, OTHER, SEVERAL, decide
from crm_store import points, rewards
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_number
from crm_store.members import Member
from crm_store.points import InsufficientPoints
from crm_store.policy import policy
from crm_store.rewards import Redemption, Reward, RewardKind, RewardUnavailable
from crm_store.text import normalise

OFFERED_AT_MOST = 3
ASKED_BESIDE = (
    RewardAsked.LAPSED, RewardAsked.LAST_DAY, RewardAsked.USED_ON, RewardAsked.PAID, Aside.ALONG, Aside.CODE,
)  # fmt: skip
"""Choices of what is asked amid the form and answered elsewhere; the form asks its question again."""
ACT = "redeem_points"


class RedeemForm(CrmForm):
    """`redeem_reward`: the code of the chosen reward; `redeem_count`: how many of it, None for one. `redeem_trouble`:
    `{"kind", "rewards", "wanted"}`, why the last wish could not be taken. `redeem_offered`: codes in the order told,
    for "the second one"."""

    form_name: ClassVar[str] = "redeem_form"
    slots: ClassVar[tuple[str, ...]] = (
        "redeem_reward", "redeem_confirm", "redeem_trouble", "redeem_offered", "redeem_count",
    )  # fmt: skip
    consents: ClassVar[frozenset[str]] = frozenset({"redeem_confirm"})

    async def required(self, turn: Turn) -> list[str]:
        declined = (turn.slot("redeem_trouble") or {}).get("kind") == DECLINED
        return ["redeem_reward", "redeem_confirm"] if turn.member and not declined else []

    async def fill(self, turn: Turn) -> dict[str, Any]:
        if turn.member is None:
            return {}
        if delivery := await self._asks_where(turn):
            return delivery
        if not turn.pressed and (
            turn.entity("choice") in ASKED_BESIDE
            or rewards_asked.asked(turn.text) in (RewardAsked.AT_ONCE, RewardAsked.LEFT)
        ):
            return {}
        balance = await points.balance(turn.session, turn.member.id)
        if aside := await terms.told(turn) or await self._asks_whether_enough(turn, balance):
            return aside
        if several := await _one_by_one(turn, balance):
            return several
        meant = await self._wished(turn)
        if out := await ruled_out(turn):
            turn.focus(**{NOT_WANTED: sorted(out)})
            if not meant and (turn.slot("redeem_reward") in out or requested(turn, "redeem_reward")):
                # "Not more tea": it is not asked about any longer, and others are offered.
                return NONE_YET | {"redeem_trouble": {"kind": OTHER, "rewards": []}}
        if meant is None:
            if requested(turn, "redeem_reward") and _refuses(turn):
                return {"redeem_trouble": {"kind": DECLINED}}
            return await self._another_number(turn, balance) or _agreed(turn)
        current = turn.slot("redeem_reward")
        if len(meant) == 1 and meant[0].code == current:
            return await self._another_number(turn, balance) or _agreed(turn) or {"redeem_reward": current}
        count = await _count(turn)
        if len(meant) == 1 and current and requested(turn, "redeem_confirm") and rewards_asked.wishes_also(turn.text):
            # "The tin as well": what was asked about stays, and the other one comes after it.
            other = Piece(meant[0], count or 1)
            together.keep(turn, [*await together.kept(turn), other])
            turn.say("reply_redeem_next_kept", reward=name_in(other.reward.names, turn.language))
            return {"redeem_reward": current}
        return decide(meant, balance, count)

    async def told_once_more(self, turn: Turn) -> None:
        """What it takes and what is left after it; nothing is spent yet."""
        code = turn.slot("redeem_reward")
        if turn.member is None or not code:
            return
        reward = await rewards.by_code(turn.session, code)
        balance = await points.balance(turn.session, turn.member.id)
        total = reward.cost * int(turn.slot("redeem_count") or 1)
        turn.say(
            "reply_redeem_check",
            total=format_number(total),
            balance=format_number(balance),
            left=format_number(balance - total),
        )

    @staticmethod
    async def _asks_where(turn: Turn) -> dict[str, Any]:
        """ "Where will it be sent?" beside an open question: told, and the question stays."""
        asking = requested(turn, "redeem_confirm") or requested(turn, "redeem_reward")
        if turn.pressed or not asking or turn.entity("order_number") or turn.entity("parcel_number"):
            return {}
        asked = lexicon.meant("reward_question", turn.text)
        code = turn.slot("redeem_reward")
        reward = await rewards.by_code(turn.session, code) if code else None
        voucher = reward is not None and reward.kind == RewardKind.COUPON
        if asked != "where" and (asked != "redirect" or voucher):
            return {}
        turn.say("reply_voucher_not_sent" if voucher else f"reply_gift_{asked}")
        return {"redeem_reward": code}

    @staticmethod
    async def _asks_whether_enough(turn: Turn, balance: int) -> dict[str, Any]:
        """ "Have I enough?", "how many am I short?" beside an open question: told, and the question stays."""
        if turn.pressed or said_reward(turn) is not None or not lexicon.mentions("reward_enough", turn.text):
            return {}
        code, missing = turn.slot("redeem_reward"), turn.slot(MISSING_SLOT)
        if requested(turn, "redeem_confirm") and code:
            cost = (await rewards.by_code(turn.session, code)).cost
            turn.say("reply_redeem_enough", balance=format_number(balance), cost=format_number(cost))
        elif requested(turn, "redeem_reward") and missing:
            turn.say("reply_redeem_missing", balance=format_number(balance), missing=format_number(int(missing)))
        else:
            return {}
        return {"redeem_reward": code}

    @staticmethod
    async def _another_number(turn: Turn, balance: int) -> dict[str, Any]:
        """ "Two of them" while the question names one: the question is put again with the new number."""
        code, count = turn.slot("redeem_reward"), await _count(turn)
        if not requested(turn, "redeem_confirm") or not code or count in (None, turn.slot("redeem_count") or 1):
            return {}
        if _refuses(turn) and not core(turn.text):
            return {}
        return decide([await rewards.by_code(turn.session, code)], balance, count)

    async def _wished(self, turn: Turn) -> list[Reward] | None:
        """Rewards this message means, best first; None when it is not about one, empty when it names one unknown."""
        offered = list(turn.slot("redeem_offered") or [])
        asks_only = requested(turn, "redeem_confirm") and turn.intent != ACT and consent.asks_back(turn.text)
        if not turn.pressed and asks_only and not lexicon.mentions("reward_take", turn.text):
            # "Can I use it with the 20 one?" asks about another reward and wishes none.
            return None
        said = wished_reward(turn)
        if said is not None:
            return await wished(turn, said, offered)
        choosing = requested(turn, "redeem_reward")
        if turn.pressed or is_aside(turn, but=(ACT, "ask_product", "ask_rewards")) or not turn.text:
            return None
        if turn.intent == "deny" and choosing:
            return None
        if requested(turn, "redeem_confirm") and turn.intent != ACT:
            # "No, the tea tin": another reward counts, whatever else the words sound like; several would be a guess.
            # A yes that names another one ("fine, just the 50 then") is a yes to that.
            words = lexicon.without("answer", turn.text) if turn.intent == "affirm" else turn.text
            found = await wished(turn, words, offered) if words else []
            return found if len(found) == 1 else None
        # "2 of them" at the last question is a number of pieces, and no place in the list.
        chosen = None if requested(turn, "redeem_confirm") and count_said(turn.text) else wish_of(turn.text).rest
        index = choice_in(chosen, len(offered)) if chosen else None
        if index is not None:
            return [await rewards.by_code(turn.session, offered[index])]
        if turn.intent == ACT or choosing:
            # "My wife has a bag, the tea then": what was read as the thing is meant, not all that is spoken of.
            wish = wish_of(turn.text)
            things = [str(value) for value in turn.entities("product") if not wish.rules_out(str(value))]
            called = await wished(turn, things[0], offered) if len(things) == 1 else []
            found = called if len(called) == 1 else await wished(turn, turn.text, offered)
            spoken_of = pointed_at(turn)
            if again := _the_same(turn, found):
                return again
            if not found and spoken_of is not None:
                return [await rewards.by_code(turn.session, spoken_of)]
            return found or ([] if choosing and turn.intent in {"inform", ACT} else None)
        return None


async def _one_by_one(turn: Turn, balance: int) -> dict[str, Any]:
    """Several rewards in one wish: the first that can be had is asked about, the others once it is done."""
    if turn.intent != ACT and not requested(turn, "redeem_reward") and not requested(turn, "redeem_confirm"):
        return {}
    wanted = await together.wished_together(turn)
    if not wanted or (not turn.pressed and _questions(turn.text)):
        return {}
    wanted.sort(key=lambda piece: not (piece.reward.in_stock and piece.reward.cost <= balance))
    first, *others = wanted
    together.keep(turn, others)
    name = name_in(first.reward.names, turn.language)
    turn.say("reply_redeem_one_by_one", first=name, others=together.names(turn, others))
    return decide([first.reward], balance, first.count)


def _the_same(turn: Turn, found: list[Reward]) -> list[Reward]:
    """Of several that the words fit the one spoken of, where they point back at it: "2 more of the same voucher"."""
    before = turn.spoken_of.get("reward")
    points_back = len(found) > 1 and not turn.pressed and lexicon.mentions("same_reward", turn.text)
    return [reward for reward in found if reward.code == before] if points_back else []


async def _count(turn: Turn) -> int | None:
    """How many pieces the words ask for; the worth of a voucher is no number of pieces."""
    if turn.pressed:
        return None
    worth = {reward.value_minor // 100 for reward in await rewards.catalogue(turn.session)}
    return count_said(wish_of(turn.text).rest, but=worth)


def _agreed(turn: Turn) -> dict[str, Any]:
    """The answer to the open question whether to redeem: nothing is spent without a clear yes."""
    if not requested(turn, "redeem_confirm"):
        return {}
    if turn.pressed:
        return {"redeem_confirm": turn.intent == "affirm"} if turn.intent in {"affirm", "deny"} else {}
    if _refuses(turn):
        return {"redeem_confirm": False}
    said = consent.read(turn.text).answer
    if said is Answer.NOT_YET or _questions(turn.text):
        return {}
    agrees = said is Answer.YES or (turn.intent == "affirm" and not consent.doubts(turn.text))
    # 换换换, "redeem it": nothing but the act that was asked about.
    agrees = agrees or consent.says_only(turn.text, {normalise(word) for word in lexicon.words("redeem_bare")})
    return {"redeem_confirm": True} if agrees else {}


def _refuses(turn: Turn) -> bool:
    said = None if turn.pressed else consent.read(turn.text).answer
    return said is Answer.NO or (turn.intent == "deny" and said is not Answer.NOT_YET)


def _questions(text: str) -> bool:
    return text.rstrip().endswith(("?", "？", "吗", "嗎", "么", "麼", "㗎"))


class ActionRedeemStart(MemberAction):
    """Opens the form when there is something to choose; otherwise says what is missing."""

    action_name: ClassVar[str] = "action_redeem_start"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if questions.of_another_member(turn) or await questions.told(turn, questions.WHILE_REDEEMING):
            return []
        if not turn.pressed and lexicon.meant("points_question", turn.text) == questions.Asked.UNDO:
            # "那张20元券不要了，积分退我": what sounds like a wish for a voucher is one to give it back.
            return await ActionUndoRedemption().answer(turn)
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        balance = await points.balance(turn.session, member.id)
        together.keep(turn, [])
        if await rewards.affordable(turn.session, balance):
            return RedeemForm.begun(**await RedeemForm().fill(turn))
        offered = await rewards.catalogue(turn.session, in_stock_only=True)
        if not offered:
            turn.say("reply_redeem_catalogue_empty")
            turn.done("nothing_on_offer")
            return []
        words = wished_reward(turn) or pointed_at(turn)
        found = await wished(turn, words) if words else []
        nearest = found[0] if found else min(offered, key=lambda reward: reward.cost)
        missing = nearest.cost - balance
        turn.say(
            "reply_redeem_nothing_yet",
            reward=name_in(nearest.names, turn.language),
            cost=format_number(nearest.cost),
            balance=format_number(balance),
            missing=format_number(missing),
        )
        turn.focus(reward=nearest.code)
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
        wished_for = [await rewards.by_code(turn.session, code) for code in trouble.get("rewards", [])]
        out = turn.spoken_of.get(NOT_WANTED) or ()
        affordable = [each for each in await rewards.affordable(turn.session, balance) if each.code not in out]
        offered = wished_for if kind == SEVERAL else _spread(affordable)
        told = listed([reward_with_cost(reward, turn.language) for reward in offered], turn.language, last="last_or")
        values: dict[str, Any] = {"balance": format_number(balance), "rewards": told}
        if wished_for:
            meant = wished_for[0]
            values |= {
                "reward": name_in(meant.names, turn.language),
                "cost": format_number(meant.cost),
                "missing": format_number(max(0, meant.cost - balance)),
            }
        # Coming back after another question, what was told before is not told again.
        suffix = f"_{kind}" if kind else "_again" if turn.slot("redeem_offered") else ""
        if not offered:
            turn.say("reply_redeem_choose_none", **values)
            return []
        turn.say(f"reply_redeem_choose{suffix}", buttons=_buttons(offered, turn), **values)
        offered_codes = [reward.code for reward in offered]
        first = wished_for[0] if wished_for else offered[0]
        turn.focus(reward=first.code, listed=[about(reward, turn.language) for reward in offered])
        return [SlotSet("redeem_offered", offered_codes), SlotSet("redeem_trouble", None)]


class ActionAskRedeemConfirm(CrmAction):
    """Says what the chosen reward costs and leaves, and how many of it there will be, before anything is spent."""

    action_name: ClassVar[str] = "action_ask_redeem_form_redeem_confirm"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        assert turn.member is not None
        reward = await rewards.by_code(turn.session, turn.slot("redeem_reward"))
        balance = await points.balance(turn.session, turn.member.id)
        count = int(turn.slot("redeem_count") or 1)
        trouble = turn.slot("redeem_trouble") or {}
        values: dict[str, Any] = {
            "reward": name_in(reward.names, turn.language),
            "terms": terms.in_short(turn, reward),
            "count": count,
            "wanted": trouble.get("wanted"),
            "cost": format_number(reward.cost),
            "total": format_number(reward.cost * count),
            "left": format_number(balance - reward.cost * count),
            "most": policy().points.redeem_at_once,
            "balance": format_number(balance),
        }
        if trouble.get("kind") in (FEWER, LIMIT):
            gone = reward.stock is not None and reward.stock < int(trouble["wanted"])
            turn.say(f"reply_redeem_{'scarce' if gone else trouble['kind']}", **values)
        turn.say("reply_redeem_confirm" if count == 1 else "reply_redeem_confirm_several", **values)
        turn.focus(reward=reward.code)
        return [SlotSet("redeem_trouble", None)]


class ActionRedeemSubmit(MemberAction):
    """Spends the points, once per confirmation, and gives the codes: all that were agreed on, or none."""

    action_name: ClassVar[str] = "action_redeem_form_submit"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        code = turn.slot("redeem_reward")
        if not code or not turn.slot("redeem_confirm"):
            turn.say("reply_redeem_not_done")
            turn.done("declined")
            together.keep(turn, [])
            return RedeemForm.put_off(turn) if code else RedeemForm.cleared()
        reward = await rewards.by_code(turn.session, code)
        name, count = name_in(reward.names, turn.language), int(turn.slot("redeem_count") or 1)
        try:
            redeemed = await rewards.redeem_several(turn.session, member.id, code, count=count, key=turn.key())
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
        await self._say_done(turn, member, reward, redeemed)
        codes = ", ".join(each.coupon_code for each in redeemed)
        turn.done("redeemed", f"{name}: {codes}", redemption=redeemed[0].id, reward=code)
        turn.focus(reward=code, done=ACT)
        return [SlotSet(MISSING_SLOT, None), *(await self._next(turn, member) or RedeemForm.cleared())]

    @staticmethod
    async def _next(turn: Turn, member: Member) -> list[Event]:
        """Events that ask about what else was wished in the same breath; none where nothing was."""
        waiting = await together.kept(turn)
        if not waiting:
            return []
        together.keep(turn, waiting[1:])
        balance = await points.balance(turn.session, member.id)
        return RedeemForm.begun(**decide([waiting[0].reward], balance, waiting[0].count))

    @staticmethod
    async def _say_done(turn: Turn, member: Member, reward: Reward, redeemed: list[Redemption]) -> None:
        one = len(redeemed) == 1
        if reward.kind == RewardKind.GIFT:
            response = "reply_redeemed_gift" if one else "reply_redeemed_gift_several"
        elif reward.min_spend_minor:
            response = "reply_redeemed_coupon_from" if one else "reply_redeemed_coupon_from_several"
        else:
            response = "reply_redeemed_coupon" if one else "reply_redeemed_coupon_several"
        turn.say(
            response,
            reward=name_in(reward.names, turn.language),
            count=len(redeemed),
            code=listed([each.coupon_code for each in redeemed], turn.language, last="last_and"),
            until=format_date(redeemed[0].valid_until, turn.language),
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
