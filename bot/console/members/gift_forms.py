"""Giving a member points or a reward within one's limit, putting a balance right, and taking a code back."""

from bot.console.members.dialogs import Form, whole_of
from bot.console.members.facts import Facts
from bot.console.screen import Screen
from bot.console.words import Words
from crm_store import audit, corrections, goodwill, members, referrals, rewards
from crm_store.corrections import CorrectionReason
from crm_store.goodwill import GiftOccasion
from crm_store.language import format_number
from crm_store.rewards import Redemption, Reward

REFERENCE_LIMIT_CHARACTERS = 32


async def give_points(screen: Screen, facts: Facts) -> bool:
    """Ask how many points and why; what is above the agent's limit is refused with what is left."""
    words = screen.words
    with Form(screen, words("members.points_title"), words("members.give")) as form:
        amount = form.amount(words("members.points_amount"))
        occasion = form.choice(words("members.occasion"), _occasions(words), GiftOccasion.SERVICE.value)
        numbers = {order.number: order.number for order in facts.orders}
        numbers |= {complaint.number: complaint.number for complaint in facts.complaints}
        about = form.choice(words("members.about_optional"), {"": "–", **numbers}, "")
        form.note(words("members.gift_left", points=format_number(facts.gift_left)))

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            given = whole_of(amount)
            entry = await goodwill.give_points(
                session,
                facts.member.id,
                amount=given,
                occasion=str(occasion.value),
                agent_id=screen.agent.id,
                key=form.key,
                reference=str(about.value) or None,
            )
            await audit.record(
                session, agent_id=screen.agent.id, action="give_points", subject=f"member:{facts.member.id}",
                details={"entry": entry.id, "points": given, "occasion": str(occasion.value)},
            )  # fmt: skip

    if not await form.run(deed):
        return False
    screen.tell(words("members.points_given"), kind="positive")
    return True


async def correct_points(screen: Screen, facts: Facts) -> bool:
    """Ask by how many points the balance is to be put right, up or down, and why; within the limit of the role."""
    words = screen.words
    with Form(screen, words("members.correct_title"), words("members.correct")) as form:
        amount = form.amount(words("members.correct_amount"), least=None)
        reasons = {each.value: words.label("points_reason", each) for each in CorrectionReason}
        reason = form.choice(words("members.correct_reason"), reasons, CorrectionReason.MISSING.value)
        numbers = {order.number: order.number for order in facts.orders}
        about = form.choice(words("members.about_optional"), {"": "–", **numbers}, "")
        form.note(words("members.correct_left", points=format_number(facts.correction_left)))

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            by = whole_of(amount)
            entry = await corrections.correct(
                session,
                facts.member.id,
                amount=by,
                reason=str(reason.value),
                agent_id=screen.agent.id,
                key=form.key,
                reference=str(about.value) or None,
            )
            await audit.record(
                session, agent_id=screen.agent.id, action="correct_points", subject=f"member:{facts.member.id}",
                details={"entry": entry.id, "points": by, "reason": str(reason.value)},
            )  # fmt: skip

    if not await form.run(deed):
        return False
    screen.tell(words("members.corrected"), kind="positive")
    return True


async def tell_referral_code(screen: Screen, facts: Facts) -> bool:
    """Tell the code that the member passes on to friends, made when it is asked for first."""
    codes: list[str] = []

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            codes.append(await referrals.code_of(session, await members.get(session, facts.member.id)))

    if not await screen.act(deed):
        return False
    screen.tell(screen.words("members.referral_code", code=codes[-1]), kind="positive")
    return True


async def give_reward(screen: Screen, facts: Facts) -> bool:
    """Ask which reward and why; the code is told, so that it can be passed on."""
    words = screen.words
    async with screen.services.database.reading() as session:
        offered = await rewards.catalogue(session, in_stock_only=True)
    options = {each.code: _offer(each, words) for each in offered}
    with Form(screen, words("members.reward_title"), words("members.give")) as form:
        choice = form.choice(words("members.reward"), options, next(iter(options), None))
        occasion = form.choice(words("members.occasion"), _occasions(words), GiftOccasion.SERVICE.value)
        form.note(words("members.gift_left", points=format_number(facts.gift_left)))
    codes: list[str] = []

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            given = await goodwill.give_reward(
                session,
                facts.member.id,
                str(choice.value),
                occasion=str(occasion.value),
                agent_id=screen.agent.id,
                key=form.key,
            )
            await audit.record(
                session, agent_id=screen.agent.id, action="give_reward", subject=f"member:{facts.member.id}",
                details={"redemption": given.id, "reward": given.reward_code, "occasion": str(occasion.value)},
            )  # fmt: skip
            codes.append(given.coupon_code)

    if not await form.run(deed):
        return False
    screen.tell(words("members.reward_given", code=codes[-1]), kind="positive")
    return True


async def take_back(screen: Screen, held: Redemption) -> bool:
    """Ask once more, then make a code void; points that were paid for it return into their lots."""
    words = screen.words
    with Form(screen, words("members.void_title", code=held.coupon_code), words("members.void")) as form:
        told = "members.void_gift" if held.is_gift else "members.void_points"
        form.note(words(told) if held.is_gift else words(told, points=format_number(held.points)))

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            redemption = await session.get_one(Redemption, held.id)
            await rewards.cancel_redemption(session, redemption, reason="agent", agent_id=screen.agent.id)
            await audit.record(
                session, agent_id=screen.agent.id, action="cancel_redemption", subject=f"member:{held.member_id}",
                details={"redemption": held.id},
            )  # fmt: skip

    return await form.run(deed)


def _occasions(words: Words) -> dict[str, str]:
    return {each.value: words.label("gift_occasion", each) for each in GiftOccasion}


def _offer(reward: Reward, words: Words) -> str:
    name = reward.names.get(words.language) or next(iter(reward.names.values()), "")
    return words("members.reward_offer", name=name, points=format_number(reward.cost))
