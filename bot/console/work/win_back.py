"""A lost member to be asked back, on the work desk."""

from functools import partial
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession

from bot.console import markup
from bot.console.screen import Screen
from bot.console.words import Words
from bot.console.work import rows
from bot.console.work.case import NOBODY, Act, Case, ask_owner, done, line, listed, new_key, paragraphs
from bot.console.work.dialogs import Field, ask
from bot.console.work.exit_interview import ask_interview, told_of
from bot.desk.casework import winback as work
from crm_store import members, rewards, winback
from crm_store.language import format_date, format_money, format_number
from crm_store.members import Member
from crm_store.rewards import Reward
from crm_store.winback import ActKind, WinBackAct, WinBackCase, WinBackState
from crm_store.work import Row


async def load(session: AsyncSession, screen: Screen, row: Row) -> Case:
    case = await winback.get(session, int(row.number))
    member = await members.get(session, case.member_id)
    told = await winback.interview_of(session, case)
    offered = await rewards.catalogue(session, in_stock_only=True)
    words = screen.words
    facts = [
        (words("winback.facts_since"), escape(format_date(case.departed_at, words.language))),
        (words("winback.facts_value"), escape(format_money(case.value_minor))),
    ]
    approach = f'<p class="hk-approach">{escape(words.label("win_back_approach", case.approach))}</p>'
    return Case(
        row=row,
        title=rows.title(row, words),
        chips=markup.chip(rows.state(row, words), "plain")
        + rows.due(row.due_at, words)
        + rows.owner(row, words, screen.name_of, me=screen.agent.id),
        parts=[
            ("approach", approach + markup.rows(facts)),
            ("interview", told_of(told, words)),
            ("history", _history(await winback.acts_of(session, case.id), case, screen)),
        ],
        acts=_acts(screen, row, case, member, offered),
    )


def _history(acts: list[WinBackAct], case: WinBackCase, screen: Screen) -> str:
    words = screen.words
    steps = []
    if case.outcome_at is not None:
        who = screen.name_of(case.outcome_by_id) if case.outcome_by_id else ""
        head = words.label("win_back_state", case.state)
        steps.append(line(screen, head, case.outcome_at, who, paragraphs(case.outcome_note or "")))
    steps += [
        line(screen, words.label("win_back_act", act.kind), act.at, screen.name_of(act.agent_id), _of_act(act, words))
        for act in acts
    ]
    return listed([*steps, line(screen, words.label("win_back_state", WinBackState.OPEN), case.opened_at, "")])


def _of_act(act: WinBackAct, words: Words) -> str:
    given = ""
    if act.kind == ActKind.POINTS:
        given = words("winback.given_points", points=format_number(int(act.details["points"])))
    elif act.kind == ActKind.REWARD:
        given = str(act.details["reward"])
    return paragraphs(given) + paragraphs(act.note)


def _acts(screen: Screen, row: Row, case: WinBackCase, member: Member, offered: list[Reward]) -> list[Act]:
    if case.state != WinBackState.OPEN:
        return []
    acts = [
        Act("write_to_member", partial(_write, screen, case, member), primary=True),
        Act("give_points", partial(_give_points, screen, case, member)),
        Act("give_reward", partial(_give_reward, screen, case, member, offered)),
        Act("called", partial(_called, screen, case.id, reached=True)),
        Act("not_reached", partial(_called, screen, case.id, reached=False)),
        Act("exit_interview", partial(ask_interview, screen, case.member_id)),
        Act("assign", partial(_assign, screen, row, case.id)),
        Act("not_interested", partial(_close, screen, case.id, WinBackState.NOT_INTERESTED)),
        Act("give_up_reaching", partial(_close, screen, case.id, WinBackState.NOT_REACHED)),
    ]
    if not offered:
        acts = [each for each in acts if each.key != "give_reward"]
    return [Act("take", partial(_give, screen, case.id, screen.agent.id)), *acts] if row.owner_id is None else acts


async def _write(screen: Screen, case: WinBackCase, member: Member) -> None:
    words = screen.words
    text = Field(
        name="text",
        label=words.work("to_member"),
        value=work.suggested(member, case.approach),
        hint=words.work("their_language"),
    )
    values = await ask(screen, words.work("write_to_member"), [text], words("send"))
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(screen, lambda: work.message(desk, case.id, me, text=values["text"], key=key))


async def _give_points(screen: Screen, case: WinBackCase, member: Member) -> None:
    words = screen.words
    fields = [
        Field(name="amount", label=words("winback.points_amount"), kind="number"),
        Field(name="with_words", label=words("winback.message_or_nothing"), required=False, kind="text"),
    ]
    values = await ask(screen, words.work("give_points"), fields, words.work("give_points"))
    if values is not None:
        amount, key = int(values["amount"]), new_key()
        desk, me, text = screen.services.desk, screen.agent.id, values["with_words"]
        await done(screen, lambda: work.offer_points(desk, case.id, me, amount=amount, text=text, key=key))


async def _give_reward(screen: Screen, case: WinBackCase, member: Member, offered: list[Reward]) -> None:
    words = screen.words
    options = {each.code: _offer(each, words) for each in offered}
    fields = [
        Field(name="reward", label=words("winback.reward"), kind="pick", options=options, value=next(iter(options))),
        Field(name="with_words", label=words("winback.message_or_nothing"), required=False),
    ]
    values = await ask(screen, words.work("give_reward"), fields, words.work("give_reward"))
    if values is None:
        return
    desk, me, key, codes = screen.services.desk, screen.agent.id, new_key(), list[str]()

    async def deed() -> None:
        reward, text = str(values["reward"]), values["with_words"]
        codes.append(await work.offer_reward(desk, case.id, me, reward=reward, text=text, key=key))

    if await done(screen, deed):
        screen.tell(words("winback.reward_code", code=codes[0]), kind="positive")


def _offer(reward: Reward, words: Words) -> str:
    name = reward.names.get(words.language) or next(iter(reward.names.values()))
    return words("members.reward_offer", name=name, points=format_number(reward.cost))


async def _called(screen: Screen, case_id: int, *, reached: bool) -> None:
    words = screen.words
    title = words.work("called_title" if reached else "not_reached_title")
    note = Field(name="note", label=words("winback.note"), required=False)
    values = await ask(screen, title, [note], words("save"))
    if values is not None:
        desk, me, key = screen.services.desk, screen.agent.id, new_key()
        await done(screen, lambda: work.called(desk, case_id, me, reached=reached, note=values["note"], key=key))


async def _close(screen: Screen, case_id: int, outcome: WinBackState) -> None:
    words = screen.words
    note = Field(name="note", label=words("winback.note"), required=False)
    values = await ask(screen, words.label("win_back_state", outcome), [note], words("save"))
    if values is not None:
        desk, me = screen.services.desk, screen.agent.id
        await done(screen, lambda: work.close(desk, case_id, me, outcome=outcome, note=values["note"]))


async def _give(screen: Screen, case_id: int, owner_id: int | None) -> None:
    desk, me = screen.services.desk, screen.agent.id
    await done(screen, lambda: work.assign(desk, case_id, me, owner_id=owner_id))


async def _assign(screen: Screen, row: Row, case_id: int) -> None:
    owner = await ask_owner(screen, row)
    if owner is not None:
        await _give(screen, case_id, owner if owner != NOBODY else None)
