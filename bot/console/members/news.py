"""What a member wants to hear of, topic by topic, and what they got without asking."""

from collections.abc import Awaitable, Callable
from html import escape

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from bot.console import markup
from bot.console.members import profile_form
from bot.console.members.acts import Redraw
from bot.console.members.facts import Facts
from bot.console.screen import Screen, element
from bot.console.words import Words
from crm_store.language import format_moment
from crm_store.policy import policy
from crm_store.proactive import MARKETING, ProactiveSend, Topic

Change = Callable[[ValueChangeEventArguments[bool | None]], Awaitable[None]]


def topics(screen: Screen, found: Facts, redraw: Redraw) -> None:
    """A switch for each topic, changed at the member's wish; one that the shop does not send at all says so."""
    words = screen.words
    for title, group in (("news_service", frozenset(Topic) - MARKETING), ("news_marketing", MARKETING)):
        with element("div", "hk-topics"):
            ui.label(words(f"members.{title}")).classes("hk-dim")
            for topic in (each for each in Topic if each in group):
                name = words.label("topic", topic)
                if not policy().proactive.topics[topic]:
                    name = words("members.news_off", topic=name)
                change = _changing(screen, found.member.id, topic, redraw)
                ui.switch(name, value=topic in found.topics, on_change=change).props("dense")


def _changing(screen: Screen, member_id: int, topic: Topic, redraw: Redraw) -> Change:
    async def change(event: ValueChangeEventArguments[bool | None]) -> None:
        await screen.act(lambda: profile_form.set_topic(screen, member_id, topic, bool(event.value)))
        # The last marketing topic takes the consent along, and the first one brings it.
        await redraw()

    return change


def sent(found: Facts, words: Words) -> str:
    """What went out to the member lately, and the goods they wait for."""
    lines = [_line(each, words) for each in found.sends]
    if found.waited_for:
        goods = words.listed([each.names.get(words.language) or each.sku for each in found.waited_for])
        lines.append(markup.entry(escape(words("members.news_waits", goods=goods))))
    return markup.listed(lines)


def _line(send: ProactiveSend, words: Words) -> str:
    chip = markup.chip(words("members.news_stopped"), "bad") if send.stopped_at else ""
    head = f"{escape(words.label('proactive_kind', send.kind))} {chip}"
    below = [format_moment(send.sent_at, words.language), markup.channel(send.channel, words)]
    return markup.entry(head, escape(" · ".join(below)))
