"""Asking lost members back: whose case it is, messages, offers, calls, exit interviews, and what came of it."""

from collections.abc import Sequence
from functools import partial

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import Act, acting
from bot.desk.news_texts import addressed
from bot.wording import wording
from crm_store import departures, goodwill, members, proactive, winback
from crm_store.departures import ExitCause, InterviewBy
from crm_store.errors import CrmError
from crm_store.goodwill import GiftOccasion
from crm_store.language import Language
from crm_store.members import Member, MemberStatus
from crm_store.messages import MessageEmpty, Reply, check_lengths
from crm_store.proactive import HeldBack, News
from crm_store.winback import ActKind, WinBackCase, WinBackState
from crm_store.work import Kind

_KIND = Kind.WIN_BACK


class NotSent(CrmError):
    """The message may not go out now, and nothing was done; `reason`: what holds it back."""

    code = "not_sent"

    def __init__(self, reason: HeldBack) -> None:
        self.reason = reason
        super().__init__(reason=reason.value)


async def assign(desk: AgentSide, case_id: int, agent_id: int, *, owner_id: int | None) -> None:
    """Make somebody (or nobody) the one who asks. Raises WinBackOver."""
    async with acting(desk, agent_id, "assign_win_back", f"win_back:{case_id}", kind=_KIND) as act:
        act.details["owner"] = owner_id
        await winback.assign(act.session, await winback.get(act.session, case_id), owner_id=owner_id)


async def message(desk: AgentSide, case_id: int, agent_id: int, *, text: str, key: str) -> None:
    """Write to the member where they were seen last; with the caps, quiet hours and consent of every message sent
    unasked. Raises NotSent, ContactRefused, WinBackOver, MessageEmpty, TextTooLong."""
    async with acting(desk, agent_id, "message_win_back", f"win_back:{case_id}", kind=_KIND) as act:
        case = await winback.get(act.session, case_id)
        await winback.act(act.session, case, kind=ActKind.MESSAGE, agent_id=agent_id, key=key)
        await _ask(act, case, text, key=key)


async def offer_points(desk: AgentSide, case_id: int, agent_id: int, *, amount: int, text: str = "", key: str) -> None:
    """Give whole points within the agent's goodwill, and write so unless `text` is empty. Gift and message stand and
    fall together. Raises GoodwillAboveLimit and what `message` raises."""
    async with acting(desk, agent_id, "offer_win_back", f"win_back:{case_id}", kind=_KIND) as act:
        case = await winback.get(act.session, case_id)
        act.details["points"] = amount
        given = {"points": amount}
        await winback.act(act.session, case, kind=ActKind.POINTS, agent_id=agent_id, key=key, details=given)
        await goodwill.give_points(
            act.session, case.member_id, amount=amount, occasion=GiftOccasion.WIN_BACK, agent_id=agent_id, key=key
        )
        if text.strip():
            await _ask(act, case, text, key=key)


async def offer_reward(desk: AgentSide, case_id: int, agent_id: int, *, reward: str, text: str = "", key: str) -> str:
    """The same with a reward of the catalogue; its code stands behind the words, and is given back."""
    async with acting(desk, agent_id, "offer_win_back", f"win_back:{case_id}", kind=_KIND) as act:
        case = await winback.get(act.session, case_id)
        act.details["reward"] = reward
        given = {"reward": reward}
        await winback.act(act.session, case, kind=ActKind.REWARD, agent_id=agent_id, key=key, details=given)
        redemption = await goodwill.give_reward(
            act.session, case.member_id, reward, occasion=GiftOccasion.WIN_BACK, agent_id=agent_id, key=key
        )
        if text.strip():
            await _ask(act, case, f"{text.strip()} {redemption.coupon_code}", key=key)
    return redemption.coupon_code


async def called(desk: AgentSide, case_id: int, agent_id: int, *, reached: bool, note: str, key: str) -> None:
    """Note a call. Raises ContactRefused, WinBackOver."""
    async with acting(desk, agent_id, "call_win_back", f"win_back:{case_id}", kind=_KIND) as act:
        act.details["reached"] = reached
        case = await winback.get(act.session, case_id)
        kind = ActKind.CALL if reached else ActKind.NO_CALL_ANSWER
        await winback.act(act.session, case, kind=kind, agent_id=agent_id, key=key, note=note)


async def close(desk: AgentSide, case_id: int, agent_id: int, *, outcome: WinBackState, note: str = "") -> None:
    """The member is not interested, or was not reached. Raises WinBackOver, OutcomeIsProved."""
    async with acting(desk, agent_id, "close_win_back", f"win_back:{case_id}", kind=_KIND) as act:
        act.details["outcome"] = outcome.value
        case = await winback.get(act.session, case_id)
        await winback.record_outcome(act.session, case, outcome=outcome, agent_id=agent_id, note=note)


async def interview(
    desk: AgentSide,
    member_id: int,
    agent_id: int,
    *,
    causes: Sequence[ExitCause | str],
    words: str,
    wish: str,
    may_contact: bool | None,
    key: str,
    then: MemberStatus | None = None,
) -> None:
    """Write down what the member said about leaving, after a call. `then`: the membership has ended (LEFT) or goes on
    (ACTIVE), as they decided. Raises NotDeparted, StatusNotAllowed."""
    async with acting(desk, agent_id, "record_exit_interview", f"member:{member_id}", kind=_KIND) as act:
        found = await departures.interview(
            act.session, member_id, by=InterviewBy.AGENT, key=key, causes=causes, words=words, wish=wish,
            may_contact=may_contact, agent_id=agent_id,
        )  # fmt: skip
        act.details |= {"causes": list(found.causes), "then": then and then.value}
        await winback.take_in(act.session, found)
        member = await members.get(act.session, member_id)
        if then is MemberStatus.LEFT:
            await members.leave(act.session, member, by=f"agent:{agent_id}")
        elif then is MemberStatus.ACTIVE:
            await members.keep(act.session, member, by=f"agent:{agent_id}")
        act.member_id = member_id


def suggested(member: Member, approach: str) -> str:
    """A message to begin with, in the member's language, for the agent to make their own."""
    return addressed(f"winback.message_{approach}", member)


async def write(act: Act, news: News, text: str) -> None:
    """Send an agent's words as news without asking, with the line that says how to stop them; once for each `news`.
    Raises NotSent, MessageEmpty, TextTooLong."""
    check_lengths(text)
    if not text.strip():
        raise MessageEmpty
    done = await proactive.send(act.session, news, partial(_with_stop_line, text.strip()))
    if isinstance(done, tuple):
        act.told = done[1]
    elif done is not HeldBack.TOLD:
        raise NotSent(done)


def _with_stop_line(text: str, _member: Member, language: Language) -> Reply:
    return Reply(text=f"{text}\n{wording('proactive.stop_line', language)}")


async def _ask(act: Act, case: WinBackCase, text: str, *, key: str) -> None:
    told = await winback.interview_of(act.session, case)
    agreed = told is not None and bool(told.may_contact)
    news = News(kind=proactive.Kind.WIN_BACK, thing=key, member_id=case.member_id, agreed=agreed)
    await write(act, news, text)
