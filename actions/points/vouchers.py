"""Codes a member got for points: which there are, how and until when they are used, and giving an unused one back."""

import re
from typing import Any, ClassVar

from rasa_sdk import Tracker

from actions.kit.asked import birthday_gift
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.asking_who import ask_who
from actions.kit.base import CrmAction, Event, MemberAction, Turn, button, consent_buttons, kept_for_later
from actions.kit.phrases import listed, name_in, reward_button
from actions.kit.words import lexicon
from actions.kit.words.pieces import count_said, without_count
from actions.knowledge import weighed
from actions.knowledge.answers import answered
from actions.knowledge.found import Found, look_up, on_what_was_told
from actions.points import asides, at_once, birthday, its_end, purchase, questions, swap, whether_done
from actions.points.code_lines import line_of, values_of
from actions.points.reward_words import kind_said, named, said_reward, worths_said
from crm_store import points, rewards
from crm_store.labels import label
from crm_store.language import format_money, format_number
from crm_store.members import Member
from crm_store.rewards import Redemption, RedemptionStatus, Reward, RewardKind

UNDO, KEEP = "undo", "keep"
REDEEMED, GIVEN_BACK = "redeem_points", "undo_redemption"
"""In the focus, as what was done last: points were spent for codes, or codes given back for their points."""
LOOKED_AT = 50
CODES_TOLD = 8
OFFERED = 2
_CODE = re.compile(
    rf"(?<![A-Za-z0-9])HK[-‐–— ]?([{rewards.CODE_ALPHABET}]{{4}})[-‐–— ]?([{rewards.CODE_ALPHABET}]{{2}})"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MEMBER_NUMBER = re.compile(r"HK\d+", re.IGNORECASE)
_ORDER = re.compile(r"\d{8}-\d+")


def code_in(text: str) -> str | None:
    """The code of a voucher in a text, as it is stored; a member number is none."""
    for found in _CODE.finditer(text):
        if not _MEMBER_NUMBER.fullmatch(found.group()):
            return rewards.normalise_code("".join(found.groups()))
    return None


class ActionVouchers(CrmAction):
    """The codes held, or one that is named; how they are used is told to everybody."""

    action_name: ClassVar[str] = "action_vouchers"

    async def prepare(self, tracker: Tracker) -> Found:
        going_on = await on_what_was_told(tracker)
        return going_on if going_on.answers else await look_up(tracker)

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.entity("choice") == KEEP:
            turn.say("reply_redemption_kept")
            turn.done("declined")
            return []
        if await _told_by_its_words(turn):
            return []
        if await questions.told(turn, questions.WHILE_REDEEMING) or await purchase.tell(turn):
            return []
        if _gives_back(turn):
            return await ActionUndoRedemption().answer(turn)
        code = code_in(turn.text)
        asked = None if turn.pressed else lexicon.meant("reward_question", turn.text)
        if turn.entity("choice") == RewardAsked.SENT:
            asked = "where"
        if turn.member is None:
            return await self._to_stranger(turn, asked)
        if code is not None:
            await _tell_one(turn, turn.member, code)
            return []
        if (asked in {"how", "until"} or _asks_minimum(turn)) and await _tell_rules(turn):
            return []
        await self._to_member(turn, turn.member, asked)
        return []

    @staticmethod
    async def _to_member(turn: Turn, member: Member, asked: str | None) -> None:
        if asked in (None, "how", "until") and await weighed.told(turn, turn.prepared):
            return
        held = await _meant(turn, await rewards.held(turn.session, member.id))
        if asked in {"where", "redirect"}:
            await _where(turn, held, asked)
        elif held:
            await _tell(turn, held, asked)
        elif asked == "how":
            # Nobody has to hold one to ask how they are used.
            turn.say("reply_vouchers_how", minimums=await _minimums(turn))
            turn.done("answered")
        elif _goes_on_with(turn, turn.prepared):
            # "No voucher for me?" after an article: not the codes held are meant, but what it says.
            await answered(turn, turn.prepared)
        else:
            await _tell_none(turn, member)

    @staticmethod
    async def _to_stranger(turn: Turn, asked: str | None) -> list[Event]:
        if asked in {"where", "redirect"}:
            turn.say(f"reply_gift_{asked}")
        elif asked in {"how", "fails"}:
            turn.say("reply_vouchers_how", minimums=await _minimums(turn))
        elif _asks_a_rule(turn, turn.prepared):
            await answered(turn, turn.prepared)
            return []
        else:
            ask_who(turn)
            turn.done("verification_needed")
            return [kept_for_later(turn)]
        turn.done("answered")
        return []


class ActionUndoRedemption(MemberAction):
    """Gives unused codes back for their points, after a yes to the question that names them."""

    action_name: ClassVar[str] = "action_undo_redemption"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if await questions.told(turn, {questions.Asked.UNDO}):
            return []
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        agreed = str(turn.entity("choice") or "") if turn.pressed else ""
        chosen = await _chosen(turn, member, agreed)
        if not chosen:
            turn.say("reply_redemption_none_to_undo")
            turn.done("not_found")
            return []
        refused = [each for each in chosen if _kept_from(each)]
        if refused:
            await _refuse(turn, refused[0])
        elif agreed:
            await self._undo(turn, member, chosen)
            return swap.begun(agreed)
        else:
            await self._ask(turn, chosen)
        return []

    @staticmethod
    async def _ask(turn: Turn, chosen: list[Redemption]) -> None:
        codes = [each.coupon_code for each in chosen]
        turn.say(
            "reply_redemption_undo_ask" if len(chosen) == 1 else "reply_redemption_undo_ask_several",
            reward=await _name(turn, chosen[0]),
            count=len(chosen),
            code=listed(codes, turn.language, last="last_and"),
            points=format_number(sum(each.points for each in chosen)),
            buttons=consent_buttons(
                button(label("form_button", "give_back", turn.language), UNDO, act="redeem_points",
                       choice=",".join(codes) + await swap.wished_instead(turn, chosen)),
                button(label("form_button", "keep_it", turn.language), "ask_vouchers", choice=KEEP),
            ),
        )  # fmt: skip

    @staticmethod
    async def _undo(turn: Turn, member: Member, chosen: list[Redemption]) -> None:
        async with turn.writing() as session:
            for redemption in chosen:
                mine = await rewards.with_code(session, member.id, redemption.coupon_code)
                assert mine is not None
                await rewards.undo(session, mine, reason="given back by the member")
            balance = await points.balance(session, member.id)
        turn.say(
            "reply_redemption_undone",
            points=format_number(sum(each.points for each in chosen)),
            code=listed([each.coupon_code for each in chosen], turn.language, last="last_and"),
            balance=format_number(balance),
        )
        turn.focus(done=GIVEN_BACK)
        turn.done("redemption_undone", ", ".join(each.coupon_code for each in chosen))


async def _told_by_its_words(turn: Turn) -> bool:
    """Tells of the birthday's gift, how many can be had at once, or whether one was redeemed, where that is asked."""
    if turn.member is not None and not turn.pressed and birthday_gift.asks_own(turn.text):
        await _tell_birthday(turn, turn.member)
        return True
    return (
        await asides.tell(turn)
        or await its_end.tell(turn)
        or await at_once.tell_validity(turn)
        or await at_once.tell(turn)
        or (turn.member is not None and await whether_done.tell(turn, turn.member))
    )


def _asks_minimum(turn: Turn) -> bool:
    return not turn.pressed and lexicon.mentions("minimum_question", turn.text)


def _gives_back(turn: Turn) -> bool:
    return not turn.pressed and lexicon.meant("points_question", turn.text) == questions.Asked.UNDO


async def _chosen(turn: Turn, member: Member, agreed: str) -> list[Redemption]:
    """The redemptions to undo: those agreed to, the code or reward that is named, else those of the last act."""
    if agreed:
        found = [await rewards.with_code(turn.session, member.id, code) for code in swap.codes(agreed)]
        return [each for each in found if each is not None]
    code = code_in(turn.text)
    if code is not None:
        named_one = await rewards.with_code(turn.session, member.id, code)
        return [named_one] if named_one else []
    latest = await rewards.for_member(turn.session, member.id, limit=LOOKED_AT)
    words, just = said_reward(turn), turn.spoken_of.get("done") == REDEEMED
    if words is not None and not swap.is_instead(turn.text, words):
        meant = {reward.code for reward in await named(turn, words)}
        of_it = [each for each in latest if each.reward_code in meant]
        usable = [each for each in of_it if not _kept_from(each)]
        if usable and just:
            together = [each for each in usable if _act(each) == _act(usable[0])]
            return together[: count_said(turn.text)]
        if of_it or not just:
            return (usable or of_it)[:1]
    if not latest:
        return []
    act = _act(latest[0])
    return [each for each in latest if _act(each) == act]


def _act(redemption: Redemption) -> str:
    """What redemptions of one confirmation have in common: their key but for the number of the piece."""
    return re.sub(r"(?<=_submit):\d+$", "", redemption.key)


def _kept_from(redemption: Redemption) -> str | None:
    """Why a code cannot be given back: its state, or late; None when it can."""
    state = redemption.state()
    if state != RedemptionStatus.ISSUED:
        return state
    return "late" if not redemption.undoable_now else None


async def _refuse(turn: Turn, redemption: Redemption) -> None:
    turn.say(
        f"reply_redemption_kept_{_kept_from(redemption)}",
        reward=await _name(turn, redemption),
        **values_of(turn, redemption),
    )
    turn.done("refused", f"{redemption.coupon_code}: {_kept_from(redemption)}")


async def _meant(turn: Turn, held: list[tuple[Redemption, Reward]]) -> list[tuple[Redemption, Reward]]:
    """Those of the codes that the words mean: of the reward named, or of a kind; else all."""
    words = said_reward(turn)
    if words is not None:
        codes = {reward.code for reward in await named(turn, words)}
        return [pair for pair in held if pair[1].code in codes] or held
    kind = None if turn.pressed else kind_said(turn.text)
    return [pair for pair in held if pair[1].kind == kind] or held if kind == RewardKind.GIFT else held


async def _tell(turn: Turn, held: list[tuple[Redemption, Reward]], asked: str | None) -> None:
    told = held[:CODES_TOLD]
    lines = [line_of(turn, redemption, reward) for redemption, reward in told]
    if asked in {"how", "fails"}:
        turn.say(f"reply_vouchers_{asked}_own", lines="\n".join(lines))
    elif len(told) == 1:
        turn.say("reply_vouchers_one", line=lines[0].removeprefix("· "))
    else:
        turn.say("reply_vouchers", lines="\n".join(lines), count=len(held))
    turn.focus(reward=told[0][1].code)
    turn.done("answered", held=len(held))


async def _tell_one(turn: Turn, member: Member, code: str) -> None:
    """The state of a code that is named."""
    redemption = await rewards.with_code(turn.session, member.id, code)
    if redemption is None:
        turn.say("reply_voucher_unknown", code=code)
        turn.done("not_found", code)
        return
    reward = await rewards.by_code(turn.session, redemption.reward_code)
    state = redemption.state()
    if state == RedemptionStatus.ISSUED:
        kind = "gift" if reward.kind == RewardKind.GIFT else "from" if reward.min_spend_minor else "plain"
        state = f"{state}_{kind}"
    turn.say(
        f"reply_voucher_{state}",
        reward=name_in(reward.names, turn.language),
        minimum=format_money(reward.min_spend_minor, reward.currency),
        **values_of(turn, redemption),
    )
    turn.focus(reward=reward.code)
    if redemption.used_on and _ORDER.fullmatch(redemption.used_on):
        turn.focus(order=redemption.used_on)
    turn.done("answered", f"{code}: {state}")


async def _tell_birthday(turn: Turn, member: Member) -> None:
    """The one that was given, with what became of it, or how it stands by birthday and level; the rule beside it."""
    code = await birthday.code_of(turn, member)
    if code is not None:
        await _tell_one(turn, member, code)
    else:
        await birthday.tell_standing(turn, member)
    await birthday.tell_rule(turn)


async def _tell_none(turn: Turn, member: Member) -> None:
    """No code is left: what became of the last one, and what the points would buy."""
    balance = await points.balance(turn.session, member.id)
    buyable = (await rewards.affordable(turn.session, balance))[:OFFERED]
    past = await rewards.for_member(turn.session, member.id, limit=1)
    values: dict[str, Any] = {"balance": format_number(balance)}
    if past:
        state = past[0].state()
        values |= {"reward": await _name(turn, past[0]), "state": label("redemption_status", state, turn.language)}
    turn.say(
        "reply_vouchers_none_left" if past else "reply_vouchers_none",
        buttons=[reward_button(reward, turn.language) for reward in buyable],
        **values,
    )
    turn.done("answered", held=0)


async def _where(turn: Turn, held: list[tuple[Redemption, Reward]], asked: str) -> None:
    """Where a gift goes: with an order, to that order's address; a voucher goes nowhere."""
    gifts = [redemption for redemption, reward in held if reward.kind == RewardKind.GIFT]
    if gifts:
        turn.say(f"reply_gift_{asked}_own", code=gifts[0].coupon_code)
    else:
        turn.say("reply_voucher_not_sent" if held else f"reply_gift_{asked}")
    turn.done("answered")


def _asks_a_rule(turn: Turn, found: Found | None) -> bool:
    """Whether the words of somebody unknown ask what an article tells: nobody has to say who they are for that."""
    if found is None or not lexicon.mentions("asks_rule", turn.text):
        return False
    well = found.answers_visitor(goes_on=_goes_on_with(turn, found)) and not lexicon.mentions("own_thing", turn.text)
    return found.surely or well


def _goes_on_with(turn: Turn, found: Found | None) -> bool:
    """Whether what was found stands in the article told just before."""
    return bool(found is not None and found.answers and found.slug == turn.spoken_of.get("article"))


async def _tell_rules(turn: Turn) -> bool:
    """From what amount, for how long and beside what a voucher counts that the member does not hold yet: the one named
    by its worth, else the one spoken of."""
    assert turn.member is not None
    held = {reward.code for _, reward in await rewards.held(turn.session, turn.member.id)}
    vouchers = [each for each in await rewards.catalogue(turn.session) if each.kind == RewardKind.COUPON]
    worth = worths_said(without_count(turn.text, but={each.value_minor // 100 for each in vouchers}))
    meant = [each for each in vouchers if each.value_minor // 100 in worth]
    if not meant and said_reward(turn) is None:
        meant = [each for each in vouchers if each.code == turn.spoken_of.get("reward")]
    meant = [each for each in meant if each.code not in held]
    if not meant:
        return False
    reward = meant[0]
    at_once.say_rules(turn, reward)
    turn.focus(reward=reward.code)
    turn.done("answered", reward=reward.code)
    return True


def _minimum(turn: Turn, reward: Reward) -> str:
    return label("voucher_line", "minimum" if reward.min_spend_minor else "no_minimum", turn.language,
                 reward=name_in(reward.names, turn.language),
                 minimum=format_money(reward.min_spend_minor, reward.currency))  # fmt: skip


async def _minimums(turn: Turn) -> str:
    """From what amount each voucher is used."""
    vouchers = [each for each in await rewards.catalogue(turn.session) if each.kind == RewardKind.COUPON]
    return listed([_minimum(turn, each) for each in vouchers], turn.language)


async def _name(turn: Turn, redemption: Redemption) -> str:
    reward = await rewards.by_code(turn.session, redemption.reward_code)
    return name_in(reward.names, turn.language)
