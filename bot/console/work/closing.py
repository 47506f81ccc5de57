"""Before a conversation is closed: what was promised or complained of in it and is not settled yet."""

from collections.abc import Sequence

from bot.console.screen import Screen
from bot.console.work.case import done, new_key
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import complaints as complaint_work
from bot.desk.casework import promises as promise_work
from crm_store import complaints, conversations, promises
from crm_store.complaints import Complaint, Term, TermKind, terms
from crm_store.promises import Promise, PromiseKind

_SHORT_CHARACTERS = 60


async def settle_open(screen: Screen, conversation_id: str) -> bool:
    """Ask about what is open, settle what the agent says is settled, and leave the rest on the work desk. False when
    the agent thought better of closing, or something could not be done."""
    filed: list[Complaint] = []
    promised: list[Promise] = []
    async with screen.services.database.reading() as session:
        for line in await conversations.lines(session, conversation_id):
            filed += await complaints.for_conversation(session, line.id)
            promised += await promises.open_for_conversation(session, line.id)
        causes = await terms.in_use(session, TermKind.CAUSE)
    running = [complaint for complaint in filed if complaint.is_open]
    given = [promise for promise in promised if promise.kind != PromiseKind.COMPLAINT_REPLY]
    if not running and not given:
        return True
    words = screen.words
    values = await ask(
        screen,
        words.work("closing_title"),
        [*_about_complaints(screen, running, causes), *_about_promises(screen, given)],
        words.work("closing_go_on"),
        lead=words.work("closing_lead"),
    )
    if values is None:
        return False
    desk, me = screen.services.desk, screen.agent.id
    for complaint in running:
        if values.get(complaint.number):
            resolution, cause = values[f"{complaint.number} resolution"], values[f"{complaint.number} cause"]
            number, key = complaint.number, new_key()

            async def resolve(number: str = number, key: str = key, told: str = resolution, why: str = cause) -> bool:
                return await complaint_work.resolve(desk, number, me, resolution=told, cause=why, key=key)

            if not await done(screen, resolve):
                return False
    for promise in given:
        if values.get(str(promise.id)):

            async def keep(promise_id: int = promise.id) -> None:
                await promise_work.keep(desk, promise_id, me)

            if not await done(screen, keep):
                return False
    return True


def _about_complaints(screen: Screen, running: Sequence[Complaint], causes: Sequence[Term]) -> list[Field]:
    words = screen.words
    named = {each.code: each.name(words.language) for each in causes}
    fields = []
    for complaint in running:
        number, what = complaint.number, words.label("complaint_category", complaint.category)
        label = words.work("closing_complaint", number=number, what=what)
        ticked = (number, True)
        fields += [
            Field(name=number, label=label, kind="yes", required=False),
            Field(name=f"{number} resolution", label=words.work("resolution"), when=ticked),
            Field(name=f"{number} cause", label=words.work("cause"), kind="pick", options=named, when=ticked),
        ]
    return fields


def _about_promises(screen: Screen, given: Sequence[Promise]) -> list[Field]:
    return [
        Field(
            name=str(promise.id),
            label=screen.words.work("closing_promise", text=" ".join(promise.text.split())[:_SHORT_CHARACTERS]),
            kind="yes",
            required=False,
        )
        for promise in given
    ]
