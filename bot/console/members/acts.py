"""What an agent may do for a member, as three buttons: change, register, give."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from bot.console.members import case_forms, gift_forms, profile_form
from bot.console.members.facts import Facts
from bot.console.screen import Screen, element
from crm_store.members import MemberStatus

Redraw = Callable[[], Awaitable[None]]
Ask = Callable[[Screen, Facts], Awaitable[bool]]

REGISTER: dict[str, Ask] = {
    "complaint": case_forms.file_complaint,
    "return": case_forms.open_return,
    "refund": case_forms.note_refund,
    "promise": case_forms.make_promise,
}
GIVE: dict[str, Ask] = {
    "points": gift_forms.give_points, "reward": gift_forms.give_reward, "referral": gift_forms.tell_referral_code,
}  # fmt: skip
PUT_RIGHT: dict[str, Ask] = {"correction": gift_forms.correct_points}
"""Beside what is given, for those whose role may correct a balance."""


def bar(screen: Screen, facts: Facts, redraw: Redraw) -> None:
    """The buttons; nothing for a member whose data were erased. After an act the member is shown anew."""
    if facts.member.status == MemberStatus.ERASED:
        return
    words = screen.words

    async def edit() -> None:
        if await profile_form.edit(screen, facts.member):
            screen.tell(words("members.saved"), kind="positive")
            await redraw()

    with element("div", "hk-member-acts", f'role="toolbar" aria-label="{words("acts")}"'):
        _menu(screen, facts, redraw, words("members.register"), REGISTER)
        _menu(screen, facts, redraw, words("members.give"), GIVE | (PUT_RIGHT if facts.correction_left else {}))
        ui.button(words("members.edit"), on_click=edit).props("outline no-caps dense")


def _menu(screen: Screen, facts: Facts, redraw: Redraw, name: str, asks: dict[str, Ask]) -> None:
    with ui.button(f"{name} ▾").props("outline no-caps dense"), ui.menu():
        for key, ask in asks.items():
            ui.menu_item(screen.words(f"members.do_{key}"), on_click=_doing(screen, facts, redraw, ask))


def _doing(screen: Screen, facts: Facts, redraw: Redraw, ask: Ask) -> Callable[[], Awaitable[None]]:
    async def do() -> None:
        if await ask(screen, facts):
            await redraw()

    return do
