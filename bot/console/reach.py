"""Reaching a customer beside the open conversation: speaking first on one of their channels, what was said earlier, and
finding out which member a visitor is."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from html import escape

from nicegui import ui

from bot.console import dialogs, markup
from bot.console.access import ROOT
from bot.console.screen import Screen, element
from crm_store import audit, conversations, identities, members, verification
from crm_store.clock import now
from crm_store.conversations import Conversation, ConversationState
from crm_store.errors import NotFound
from crm_store.identities import Identity
from crm_store.language import Language, format_moment, mask_email
from crm_store.messages import TEXT_LIMIT_CHARACTERS
from crm_store.text import clean

EARLIER_SHOWN = 10
CODE_CHARACTERS = 12

Opened = Callable[[str], Awaitable[None]]


def links(screen: Screen, talks: Sequence[Conversation]) -> str:
    """Conversations as a list that leads to each."""
    words = screen.words
    lines = []
    for each in talks:
        when = escape(format_moment(each.last_message_at, words.language))
        state = markup.chip(words.label("conversation_state", each.state), "plain")
        channel = markup.chip(markup.channel(each.channel, words), "plain")
        lines.append(markup.entry(f'<a href="{ROOT}/c/{escape(each.id)}">{when}</a> {state} {channel}'))
    return f'<ul class="hk-list">{"".join(lines)}</ul>' if lines else ""


async def parallel(screen: Screen, member_id: int, here: str) -> list[Conversation]:
    """What else of the member is open: two people may be answering the same matter."""
    async with screen.services.database.reading() as session:
        return [each for each in await conversations.open_for_member(session, member_id) if each.id != here]


def show_parallel(screen: Screen, others: Sequence[Conversation], here: Conversation) -> None:
    """A warning while there are others, each with a way to go on with both as one; in a conversation that is held by
    somebody else, only supervisors are offered it."""
    if not others:
        return
    held = here.state == ConversationState.AGENT
    may_merge = held and (screen.is_lead or here.agent_id == screen.agent.id)
    with element("div", "hk-parallel", 'role="note"'):
        ui.html(f"<b>{escape(screen.words('parallel'))}</b>", sanitize=False)
        for each in others:
            ui.html(links(screen, [each]), sanitize=False)
            if may_merge:
                merge = ui.button(screen.words("merge"), on_click=partial(ask_merge, screen, each, here.id))
                merge.props("outline dense no-caps")
        if not may_merge and here.state != ConversationState.CLOSED:
            ui.label(screen.words("merge_not_yours" if held else "merge_first_take")).classes("hk-dim")


async def ask_merge(screen: Screen, other: Conversation, into_id: str) -> None:
    """What merging does, named before it is done."""
    words = screen.words
    channel = markup.channel(other.channel, words)
    told = [words("merge_history", channel=channel), words("merge_channel", channel=channel)]
    if other.state == ConversationState.AGENT and other.agent_id != screen.agent.id:
        told.append(words("merge_holder", name=screen.name_of(other.agent_id)))
    told.append(words("merge_for_good"))
    with dialogs.question(screen, words("merge_title", channel=channel)) as dialog:
        items = "".join(f"<li>{escape(line)}</li>" for line in told)
        ui.html(f'<ul class="hk-told">{items}</ul>', sanitize=False)
        dialogs.verbs(screen, dialog, (words("merge"), lambda: True))
    if await dialogs.answer(dialog):
        desk, me = screen.services.desk, screen.agent.id
        if await screen.act(lambda: desk.merge(other.id, me, into_id=into_id)):
            screen.tell(words("merge_done"), kind="positive")


async def earlier(screen: Screen, identity_id: int, here: str) -> list[Conversation]:
    """What was said at this address before."""
    async with screen.services.database.reading() as session:
        talks = await conversations.for_identity(session, identity_id, limit=EARLIER_SHOWN + 1)
    return [each for each in talks if each.id != here][:EARLIER_SHOWN]


def show_visitor(
    screen: Screen, identity: Identity, talks: Sequence[Conversation], *, on_linked: Callable[[], Awaitable[None]]
) -> None:
    """A way to find out which member it is, and what was said before."""
    words = screen.words
    ui.button(words("link_member"), on_click=lambda: ask_link(screen, identity.id, on_linked)).props("outline no-caps")
    if talks:
        told = f"<h3>{escape(words('earlier_talks'))}</h3>{links(screen, talks)}"
        ui.html(told, sanitize=False).classes("hk-section")


async def ask_first_message(screen: Screen, member_id: int, *, on_said: Opened) -> None:
    """On which of the member's channels, and what to say; sent once, however often it is pressed."""
    words, me = screen.words, screen.agent.id
    async with screen.services.database.reading() as session:
        found = [each for each in await identities.for_member(session, member_id) if each.blocked_at is None]
    if not found:
        screen.tell(words("no_channel"), kind="warning")
        return
    channels = {each.id: _told(screen, each) for each in found}
    key = f"console:{me}:{uuid.uuid4().hex}"
    with dialogs.question(screen, words("write_first")) as dialog:
        channel = ui.radio(channels, value=found[0].id).props(f'aria-label="{words("channel")}"')
        field = ui.textarea(words("write_reply_plain")).props(f"outlined autogrow maxlength={TEXT_LIMIT_CHARACTERS}")
        dialogs.verbs(screen, dialog, (words("send"), lambda: (channel.value, str(field.value or ""))))
    match await dialogs.answer(dialog):
        case (int(identity_id), str(text)):
            said: list[str] = []

            async def deed() -> None:
                desk = screen.services.desk
                message = await desk.write_first(identity_id, me, text=clean(text).strip(), key=key)
                said.append(message.conversation_id)

            if await screen.act(deed):
                await on_said(said[0])


def _told(screen: Screen, identity: Identity) -> str:
    """A channel with when the member was last seen there; on the website words are read at the next visit."""
    seen = format_moment(identity.last_seen_at, screen.words.language)
    return screen.words("channel_seen", channel=markup.channel(identity.channel, screen.words), when=seen)


async def ask_link(screen: Screen, identity_id: int, on_linked: Callable[[], Awaitable[None]]) -> None:
    """Send a code to the e-mail address of the member the visitor says they are, then take the code they read out."""
    words = screen.words
    mailer = screen.services.mailer
    if mailer is None or mailer.is_away:
        screen.tell(words("link_no_mail" if mailer is None else "link_mail_away"), kind="warning")
        return
    with dialogs.question(screen, words("link_member")) as dialog:
        ui.label(words("link_lead")).classes("hk-dim")
        who = ui.input(words("search_for_link")).props("outlined dense autofocus")
        dialogs.verbs(screen, dialog, (words("link_send"), lambda: str(who.value or "")))
    asked = await dialogs.answer(dialog)
    if not isinstance(asked, str):
        return
    sent: list[str] = []

    async def send() -> None:
        async with screen.services.database.transaction() as session:
            member = await members.find(session, asked)
            if member is None or not member.email:
                raise NotFound("member", asked)
            identity = await identities.get(session, identity_id)
            started = await verification.start_code(session, identity, email=member.email)
            address, language = member.email, Language.of(member.language)
        if started.code is not None:
            mailer.send_code(to=address, code=started.code, life=started.expires_at - now(), language=language)
        sent.append(mask_email(address))

    if await screen.act(send):
        await _ask_code(screen, identity_id, sent[0], on_linked)


async def _ask_code(screen: Screen, identity_id: int, address: str, on_linked: Callable[[], Awaitable[None]]) -> None:
    words, me = screen.words, screen.agent.id
    with dialogs.question(screen, words("link_code")) as dialog:
        ui.label(words("link_sent", address=address)).classes("hk-dim")
        field = ui.input(words("link_code_field")).props(f"outlined dense autofocus maxlength={CODE_CHARACTERS}")

        async def check() -> None:
            async def deed() -> None:
                async with screen.services.database.transaction() as session:
                    identity = await identities.get(session, identity_id)
                    member = await verification.check_code(session, identity, str(field.value or ""))
                    await conversations.bind_member(session, identity, member)
                    await audit.record(
                        session,
                        agent_id=me,
                        action="link_visitor",
                        subject=f"member:{member.id}",
                        details={"identity": identity_id},
                    )

            if await screen.act(deed):
                dialog.submit(True)

        field.on("keydown.enter", check)
        with ui.element("div").classes("hk-dialog-acts"):
            ui.button(words("cancel"), on_click=lambda: dialog.submit(None)).props("flat no-caps")
            ui.button(words("link_check"), on_click=check).props("unelevated no-caps")
    if await dialogs.answer(dialog):
        screen.tell(words("link_done"), kind="positive")
        await on_linked()
