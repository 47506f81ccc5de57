"""Phone number and e-mail address: masked until an agent asks, and then it is written down who looked."""

from nicegui import ui

from bot.console.screen import Screen, element
from crm_store import audit
from crm_store.language import mask_email, mask_phone
from crm_store.members import Member


def show(screen: Screen, member: Member) -> None:
    with element("div", "hk-contact"):
        for field, value, mask in (("phone", member.phone, mask_phone), ("email", member.email, mask_email)):
            if value:
                _line(screen, member, field, value, mask(value))


def _line(screen: Screen, member: Member, field: str, value: str, masked: str) -> None:
    words = screen.words
    with element("div", "hk-contact-line"):
        ui.label(words(field)).classes("hk-dim")
        shown = ui.label(masked).classes("hk-number")
        button = ui.button(words("show")).props(f'flat dense no-caps aria-label="{words(f"show_{field}")}"')

    async def reveal() -> None:
        async def note() -> None:
            async with screen.services.database.transaction() as session:
                await audit.record(
                    session,
                    agent_id=screen.agent.id,
                    action="reveal_contact",
                    subject=f"member:{member.id}",
                    details={"field": field},
                )

        if await screen.act(note):
            shown.set_text(value)
            button.set_visibility(False)

    button.on_click(reveal)
