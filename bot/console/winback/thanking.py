"""Members to thank: when each was thanked last, by whom, who looks after them, and the tick that it was done."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from html import escape

from nicegui import ui

from bot.console import links, markup
from bot.console.screen import Screen, element
from bot.console.work.case import done, new_key
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import thanks as work
from crm_store.clock import now
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.thanks import Thankable, ThankedBy

Redraw = Callable[[], Awaitable[None]]


def draw(screen: Screen, best: Sequence[Thankable], redraw: Redraw) -> None:
    """The list as cards."""
    words = screen.words
    ui.html(escape(words("winback.thanks_title")), sanitize=False, tag="h2").classes("hk-list-title")
    if not best:
        ui.label(words("winback.thanks_none")).classes("hk-none")
        return
    with element("div", "hk-cards"):
        for each in best:
            with element("article", "hk-card", f'data-thank="{escape(each.member.number)}"'):
                ui.html(_told_of(screen, each), sanitize=False)
                with element("div", "hk-card-acts"):
                    look = "unelevated no-caps" if each.due_at <= now() else "outline no-caps"
                    ui.button(words("winback.thank"), on_click=partial(_ask, screen, each.member, redraw)).props(look)


def _told_of(screen: Screen, each: Thankable) -> str:
    words, last = screen.words, each.last
    told = words("winback.thanks_never")
    if last is not None:
        day, how = format_date(last.at, words.language), words.label("thanked_by", last.how)
        told = words("winback.thanks_told", day=day, how=how, name=screen.name_of(last.agent_id))
    due = words("winback.thanks_now") if each.due_at <= now() else format_date(each.due_at, words.language)
    contact = each.member.named_contact_id
    named = screen.name_of(contact) if contact is not None else words("winback.thanks_nobody")
    chips = markup.tier(each.member, words) + markup.chip(
        words("winback.worth", money=format_money(round(each.value_minor, -2))), "plain"
    )
    pairs = [
        (words("winback.thanks_last"), escape(told)),
        (words("winback.thanks_due"), escape(due)),
        (words("winback.thanks_contact"), escape(named)),
    ]
    name, link = escape(markup.member_name(each.member, words)), escape(links.member(each.member.number))
    return f'<h2><a href="{link}">{name}</a></h2><div class="hk-chips">{chips}</div>{markup.rows(pairs)}'


async def _ask(screen: Screen, member: Member, redraw: Redraw) -> None:
    """How they were thanked; a message goes out at once."""
    words = screen.words
    hows = {each.value: words.label("thanked_by", each) for each in ThankedBy}
    fields = [
        Field(name="how", label=words("winback.thank_how"), kind="choice", options=hows, value=ThankedBy.MESSAGE.value),
        Field(
            name="text", label=words("winback.thank_text"), value=work.suggested(member),
            hint=words.work("their_language"), when=("how", ThankedBy.MESSAGE.value),
        ),
    ]  # fmt: skip
    title = words("winback.thank_title", name=markup.member_name(member, words))
    values = await ask(screen, title, fields, words("save"))
    if values is None:
        return
    desk, me, key, how = screen.services.desk, screen.agent.id, new_key(), ThankedBy(values["how"])
    if await done(screen, lambda: work.thank(desk, member.id, me, how=how, text=values.get("text", ""), key=key)):
        screen.tell(words("winback.thank_done"), kind="positive")
        await redraw()
