"""A member on the screen: beside a conversation what is open, on the page of their own everything, with the acts."""

from collections.abc import Callable
from html import escape

from nicegui import ui
from nicegui.events import ValueChangeEventArguments

from bot.console import links, markup
from bot.console.members import (
    acts,
    contact,
    facts,
    gift_forms,
    goods,
    loyalty,
    mood_chart,
    news,
    profile_form,
    sections,
)
from bot.console.members.acts import Redraw
from bot.console.members.facts import Facts, Loyalty
from bot.console.screen import Screen, element
from bot.console.words import Words
from crm_store import agents
from crm_store.agents import Role
from crm_store.rewards import Redemption, RedemptionStatus

Section = Callable[[Facts, Words], str]

LEFT: dict[str, Section] = {
    "complaints": sections.complaints, "promises": sections.promises, "orders": goods.orders, "returns": goods.returns,
    "callbacks": sections.callbacks,
}  # fmt: skip
"""What is to be done for the member, by the key of its section."""


def show(screen: Screen, found: Facts) -> None:
    """All sections, into the element that is open; after an act they are drawn anew in the same place."""
    draw = _page if found.whole else _panel
    box = ui.element("div").classes("hk-profile" if found.whole else "hk-member")

    async def redraw() -> None:
        async with screen.services.database.reading() as session:
            fresh = await facts.load(session, found.member.id, whole=found.whole, agent_id=screen.agent.id)
        if box.is_deleted:
            return
        box.clear()
        with box:
            draw(screen, fresh, redraw)

    with box:
        draw(screen, found, redraw)


def summary(screen: Screen, found: Facts) -> str:
    """All that is said about the member beside a conversation: the same again means there is nothing new to draw."""
    words, member = screen.words, found.member
    parts = [member.number, member.status, member.tier_code, markup.member_name(member, words), str(found.gift_left)]
    parts += [str(member.named_contact_id), str(member.marketing_consent)]
    parts += [part(found, words) for part in (sections.risk, sections.numbers, loyalty.level, *LEFT.values())]
    parts += [sections.timeline(found, words), sections.follow_ups(found, words, screen.name_of)]
    return "\n".join(parts)


def _panel(screen: Screen, found: Facts, redraw: Redraw) -> None:
    words = screen.words
    _head(screen, found, redraw)
    _html(_section(words, "risk", sections.risk(found, words)))
    _numbers(screen, found, redraw)
    _html(
        _section(words, "level", loyalty.level(found, words)),
        *_open_cases(found, words),
        _section(words, "follow_ups", sections.follow_ups(found, words, screen.name_of), len(found.follow_ups)),
    )
    _mood(screen, found)
    _html(_section(words, "timeline", sections.timeline(found, words)))


def _page(screen: Screen, found: Facts, redraw: Redraw) -> None:
    """Two columns that each flow by themselves, so that no section is torn; on a phone one below the other."""
    words = screen.words
    assert found.loyalty is not None
    with element("div", "hk-profile-head"):
        _head(screen, found, redraw)
        _numbers(screen, found, redraw)
    with element("div", "hk-column"):
        _html(
            _section(words, "risk", sections.risk(found, words)),
            *_open_cases(found, words),
            _section(words, "follow_ups", sections.follow_ups(found, words, screen.name_of), len(found.follow_ups)),
            _section(words, "conversations", sections.talks(found, words), len(found.talks)),
        )
    with element("div", "hk-column"):
        changes = loyalty.level_changes(found.loyalty, words)
        _html(_section(words, "level", loyalty.level(found, words) + changes + loyalty.referral(found.loyalty, words)))
        _codes(screen, found.loyalty, redraw)
        _html(
            _section(words, "lots", loyalty.lots(found.loyalty, words)),
            _section(words, "fewer", loyalty.fewer(found.loyalty, words)),
            _section(words, "ledger", _folded(loyalty.ledger(found.loyalty, words), words("members.show_ledger"))),
        )
        _mood(screen, found)
        _html(
            _section(words, "surveys", sections.surveys(found, words), len(found.answers)),
        )
        with ui.element("section").classes("hk-section hk-part-news").props('id="hk-part-news"'):
            _html(_title(words, "news", 0))
            news.topics(screen, found, redraw)
            _html(news.sent(found, words))
        _html(_section(words, "timeline", sections.timeline(found, words)))


def _head(screen: Screen, found: Facts, redraw: Redraw) -> None:
    words, member = screen.words, found.member
    status = "" if member.status == "active" else markup.chip(words.label("member_status", member.status), "bad")
    with element("div", "hk-member-head"):
        name = escape(markup.member_name(member, words))
        title = name if found.whole else f'<a href="{links.member(member.number)}">{name}</a>'
        level = "h1" if found.whole else "h2"
        tongue = markup.chip(words.label("language_name", member.language), "plain")
        ui.html(
            f'<{level}>{title}</{level}><span class="hk-chips">{markup.tier(member, words)}'
            f"{markup.chip(member.number, 'plain')}{tongue}{status}</span>",
            sanitize=False,
        )
        contact.show(screen, member)
        acts.bar(screen, found, redraw)


def _numbers(screen: Screen, found: Facts, redraw: Redraw) -> None:
    """Points and value; then what only people decide: who looks after the member, and whether news are wanted."""
    words, member = screen.words, found.member

    async def consent(change: ValueChangeEventArguments[bool | None]) -> None:
        if not await screen.act(lambda: profile_form.set_consent(screen, member.id, bool(change.value))):
            await redraw()

    with ui.element("section").classes("hk-section hk-part-numbers"):
        ui.html(sections.numbers(found, words), sanitize=False)
        with element("div", "hk-decided"):
            _named_contact(screen, found, redraw)
            topic = words.label("member_field", "marketing_consent")
            ui.switch(topic, value=member.marketing_consent, on_change=consent).props("dense")


def _named_contact(screen: Screen, found: Facts, redraw: Redraw) -> None:
    words, member = screen.words, found.member
    holder = screen.name_of(member.named_contact_id) if member.named_contact_id else ""
    told = holder or words("members.contact_missing" if found.contact_promised else "members.contact_none")
    kind = "bad" if found.contact_promised and not holder else ""
    with element("div", "hk-named-contact"):
        label = escape(words.label("member_field", "named_contact_id"))
        ui.html(f'<span class="hk-dim">{label}</span> {markup.chip(told, kind or "plain")}', sanitize=False)
        if agents.may(screen.agent, Role.SUPERVISOR):

            async def choose() -> None:
                if await profile_form.choose_contact(screen, member):
                    await redraw()

            button = ui.button(words("members.choose"), on_click=choose).props("flat dense no-caps")
            button.props(f'aria-label="{words("members.contact_title")}"')


def _open_cases(found: Facts, words: Words) -> list[str]:
    counts = {
        "complaints": len(found.complaints), "promises": len(found.promises), "orders": len(found.orders),
        "returns": len(found.returns), "callbacks": len(found.callbacks),
    }  # fmt: skip
    return [_section(words, key, part(found, words), counts[key]) for key, part in LEFT.items()]


def _codes(screen: Screen, held: Loyalty, redraw: Redraw) -> None:
    """Codes the member has: first those that can be used, each with a way to take it back, then the others."""
    words = screen.words
    unused = [code for code in held.codes if code.status == RedemptionStatus.ISSUED]
    others = [loyalty.code(code, held, words) for code in held.codes if code not in unused]
    with ui.element("section").classes("hk-section hk-part-coupons").props('id="hk-part-coupons"'):
        _html(_title(words, "coupons", len(held.codes)))
        for code in unused:
            with element("div", "hk-code"):
                _html(loyalty.code(code, held, words))
                button = ui.button(words("members.void"), on_click=_voiding(screen, code, redraw))
                title = words("members.void_title", code=code.coupon_code)
                button.props(f'flat dense no-caps aria-label="{title}"')
        if others or not held.codes:
            _html(*[f'<div class="hk-code"><div>{each}</div></div>' for each in others] or [_none(words)])


def _voiding(screen: Screen, code: Redemption, redraw: Redraw) -> Redraw:
    async def void() -> None:
        if await gift_forms.take_back(screen, code):
            await redraw()

    return void


def _mood(screen: Screen, found: Facts) -> None:
    if len(found.moods) > 1:
        with ui.element("section").classes("hk-section hk-part-mood"):
            _html(_title(screen.words, "mood", 0))
            mood_chart.draw(screen, found)


def _folded(content: str, title: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{content}</details>" if content else ""


def _html(*parts: str) -> None:
    """Sections side by side in one element: each element of NiceGUI costs as much as a whole section of HTML."""
    ui.html("".join(parts), sanitize=False)


def _section(words: Words, key: str, content: str, count: int = 0) -> str:
    """A section of HTML; nothing open is said in words, not left out."""
    kind = "" if content else " hk-empty"
    return (
        f'<section class="hk-section hk-part-{key}{kind}" id="hk-part-{key}">{_title(words, key, count)}'
        f"{content or _none(words)}</section>"
    )


def _title(words: Words, key: str, count: int) -> str:
    number = f' <span class="hk-count">{count}</span>' if count else ""
    return f"<h3>{escape(words(f'members.section_{key}'))}{number}</h3>"


def _none(words: Words) -> str:
    return f'<p class="hk-none">{escape(words("none"))}</p>'
