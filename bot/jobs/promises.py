"""Promises: whoever keeps one is reminded before its time; one whose time has passed is marked as broken, and the
member's risk looked at again."""

from bot.desk.casework.acting import REMINDER
from bot.desk.desk import Desk
from bot.desk.signals import DESK
from bot.mail import DemoMailer, SmtpMailer
from crm_store import agents, promises, risk
from crm_store.agents import Agent
from crm_store.db import Database
from crm_store.language import Language, format_moment
from crm_store.policy import policy
from crm_store.promises import Promise


async def break_promises(database: Database) -> int:
    """Mark overdue promises as broken and re-assess those they were made to; how many promises."""
    async with database.transaction(bulk=True) as session:
        broken = await promises.break_overdue(session)
        for member_id in sorted({promise.member_id for promise in broken if promise.member_id is not None}):
            await risk.assess(session, member_id)
    return len(broken)


async def remind_owners(desk: Desk, mailer: SmtpMailer | DemoMailer | None, public_url: str) -> int:
    """Remind the owners of promises that fall due soon, once each, in their console and by mail; how many."""
    async with desk.database.reading() as session:
        found = await promises.due_soon(session, within=policy().work.remind_before)
        owners = {each.owner_id: await agents.get(session, each.owner_id) for each in found if each.owner_id}
    for promise in found:
        owner = owners.get(promise.owner_id or 0)
        await desk.signals.publish(
            DESK, event={"kind": REMINDER, "agent_id": promise.owner_id, "promise": promise.id, "text": promise.text}
        )
        if owner is not None and mailer is not None:
            _mail(mailer, owner, promise, public_url)
        async with desk.database.transaction() as session:
            await promises.mark_reminded(session, await promises.get(session, promise.id))
    return len(found)


def _mail(mailer: SmtpMailer | DemoMailer, owner: Agent, promise: Promise, public_url: str) -> None:
    language = Language.of(owner.language)
    mailer.send_reminder(
        to=owner.email,
        promise=promise.text,
        due=format_moment(promise.due_at, language),
        link=f"{public_url}/console/work/promises/{promise.id}",
        language=language,
    )
