"""Changing a member's own data, consent and named contact; every change leaves an entry in the trail."""

from bot.console.members.dialogs import Form, day_of
from bot.console.screen import Screen
from bot.console.words import Words
from crm_store import audit, members, named_contacts, proactive
from crm_store.labels import catalogue
from crm_store.language import Language, mask_email, mask_phone
from crm_store.members import Member, ProfileValue
from crm_store.proactive import Topic
from crm_store.profile import EMAIL_LIMIT_CHARACTERS, NAME_LIMIT_CHARACTERS, Gender

NOBODY = 0
NOT_TOLD = ""
PHONE_LIMIT_CHARACTERS = 30
NAMES = ("family_name", "given_name", "preferred_name")


async def edit(screen: Screen, member: Member) -> bool:
    """Ask for changes and make them; only what was really changed is written, so that two agents do not undo each
    other's work. Phone number and address stay masked: they are replaced, not shown."""
    words = screen.words
    known: dict[str, ProfileValue] = {
        **{name: str(getattr(member, name)) for name in NAMES},
        "gender": member.gender or NOT_TOLD,
        "language": member.language,
        "birthday": member.birthday,
        "interests": list(member.interests),
    }
    with Form(screen, words("members.edit_title"), words("save")) as form:
        fields = {
            name: form.text(words.label("member_field", name), str(known[name]), limit=NAME_LIMIT_CHARACTERS)
            for name in NAMES
        }
        genders = {NOT_TOLD: words("members.not_told"), **{each.value: words.label("gender", each) for each in Gender}}
        gender = form.choice(words.label("member_field", "gender"), genders, str(known["gender"]))
        tongues = {each.value: words.label("language_name", each) for each in Language}
        language = form.choice(words.label("member_field", "language"), tongues, member.language)
        birthday = form.day(words.label("member_field", "birthday"), member.birthday)
        contacts = {
            "phone": form.text(
                words.label("member_field", "phone"), limit=PHONE_LIMIT_CHARACTERS,
                hint=mask_phone(member.phone) if member.phone else "",
            ),
            "email": form.text(
                words.label("member_field", "email"), limit=EMAIL_LIMIT_CHARACTERS,
                hint=mask_email(member.email) if member.email else "",
            ),
        }  # fmt: skip
        interests = form.choice(words.label("member_field", "interests"), _interests(member, words))
        interests.props("multiple use-chips").set_value(list(member.interests))
        form.note(words("members.contact_kept"))

    async def deed() -> None:
        told: dict[str, ProfileValue] = {name: str(field.value or "").strip() for name, field in fields.items()}
        told |= {"gender": str(gender.value or ""), "language": str(language.value)}
        told |= {"birthday": day_of(birthday), "interests": sorted(interests.value or [])}
        known["interests"] = sorted(member.interests)
        changed = {name: value for name, value in told.items() if value != known[name]}
        changed |= {
            name: str(field.value).strip() for name, field in contacts.items() if str(field.value or "").strip()
        }
        await _change(screen, member.id, changed)

    return await form.run(deed)


def _interests(member: Member, words: Words) -> dict[str, str]:
    """Categories by code; one of before that has no name any more can still be taken away."""
    prefix = "product_category."
    codes = [key.removeprefix(prefix) for key in catalogue() if key.startswith(prefix)]
    return {code: words.label("product_category", code) for code in dict.fromkeys([*codes, *member.interests])}


async def _change(screen: Screen, member_id: int, changes: dict[str, ProfileValue]) -> None:
    async with screen.services.database.transaction() as session:
        member = await members.get(session, member_id)
        done = await members.update_profile(session, member, by=f"agent:{screen.agent.id}", **changes)
        if done:
            await audit.record(
                session, agent_id=screen.agent.id, action="update_member", subject=f"member:{member_id}",
                details={"fields": done},
            )  # fmt: skip


async def set_consent(screen: Screen, member_id: int, consent: bool) -> None:
    """The member says, to an agent, whether they want marketing."""
    change = proactive.want_marketing if consent else proactive.stop_marketing
    async with screen.services.database.transaction() as session:
        member = await members.get(session, member_id)
        if await change(session, member, by=f"agent:{screen.agent.id}"):
            await audit.record(
                session, agent_id=screen.agent.id, action="set_consent", subject=f"member:{member_id}",
                details={"topic": "marketing", "consent": consent},
            )  # fmt: skip


async def set_topic(screen: Screen, member_id: int, topic: Topic, wanted: bool) -> None:
    """The member says, to an agent, whether they want to hear of one topic."""
    change = proactive.want if wanted else proactive.stop
    async with screen.services.database.transaction() as session:
        member = await members.get(session, member_id)
        if await change(session, member, [topic], by=f"agent:{screen.agent.id}"):
            await audit.record(
                session, agent_id=screen.agent.id, action="set_consent", subject=f"member:{member_id}",
                details={"topic": topic.value, "consent": wanted},
            )  # fmt: skip


async def choose_contact(screen: Screen, member: Member) -> bool:
    """Ask a supervisor who looks after the member, and write it down."""
    words = screen.words
    options = {NOBODY: words("members.contact_nobody"), screen.agent.id: screen.agent.name, **screen.colleagues()}
    current = member.named_contact_id if member.named_contact_id in options else NOBODY
    with Form(screen, words("members.contact_title"), words("save")) as form:
        choice = form.choice(words.label("member_field", "named_contact_id"), options, current)

    async def deed() -> None:
        async with screen.services.database.transaction() as session:
            found = await members.get(session, member.id)
            contact_id = int(choice.value or NOBODY) or None
            if await named_contacts.assign(session, found, contact_id=contact_id, by_id=screen.agent.id):
                await audit.record(
                    session, agent_id=screen.agent.id, action="set_named_contact", subject=f"member:{member.id}",
                    details={"agent": contact_id},
                )  # fmt: skip

    return await form.run(deed)
