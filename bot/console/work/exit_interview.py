"""The exit interview: asked for after a call, and shown."""

from html import escape

from bot.console import markup
from bot.console.screen import Screen
from bot.console.words import Words
from bot.console.work.case import done, new_key
from bot.console.work.dialogs import Field, ask
from bot.desk.casework import winback as work
from crm_store import departures, members
from crm_store.departures import ExitCause, ExitInterview
from crm_store.members import Member, MemberStatus

YES, NO, OPEN, NONE = "yes", "no", "open", ""
_MAY = {YES: True, NO: False}
_THEN = {"left": MemberStatus.LEFT, "active": MemberStatus.ACTIVE}


def told_of(told: ExitInterview | None, words: Words) -> str:
    """What the member said, as HTML; one line where nobody has asked yet."""
    if told is None:
        return f'<p class="hk-none">{escape(words("winback.why_unknown"))}</p>'
    pairs = [
        (words("winback.why"), escape(causes_of(told, words))),
        (words("winback.said"), escape(told.words)),
        (words("winback.wish"), escape(told.wish)),
        (words("winback.may_contact"), escape(words(f"winback.may_contact_{_answer(told.may_contact)}"))),
    ]
    return markup.rows([(name, value) for name, value in pairs if value])


def causes_of(told: ExitInterview | None, words: Words) -> str:
    """The causes in words, the main one first."""
    causes = [words.label("exit_cause", each) for each in told.causes] if told is not None else []
    return words.listed(causes) or words("winback.why_unknown")


async def ask_interview(screen: Screen, member_id: int) -> bool:
    """Fill in, or add to, what the member said; whether it was written down."""
    words = screen.words
    async with screen.services.database.reading() as session:
        member = await members.get(session, member_id)
        departure = await departures.of_member(session, member_id)
    told = departure.interview if departure is not None else None
    title = words("winback.interview_title", name=markup.member_name(member, words))
    fields = _fields(member, told, words)
    values = await ask(screen, title, fields, words("save"), lead=words("winback.interview_lead"))
    if values is None:
        return False
    desk, me, key = screen.services.desk, screen.agent.id, new_key()
    saved = await done(
        screen,
        lambda: work.interview(
            desk,
            member_id,
            me,
            causes=[each for each in (values["main"], values["second"]) if each],
            words=values["words"],
            wish=values["wish"],
            may_contact=_MAY.get(values["may_contact"]),
            key=key,
            then=_THEN.get(values.get("then") or ""),
        ),
    )
    if saved:
        screen.tell(words("winback.interview_saved"), kind="positive")
    return saved


def _fields(member: Member, told: ExitInterview | None, words: Words) -> list[Field]:
    causes = {each.value: words.label("exit_cause", each) for each in ExitCause}
    main, second, *_ = [*(told.causes if told is not None else []), NONE, NONE]
    may = {each: words(f"winback.may_contact_{each}") for each in (YES, NO, OPEN)}
    fields = [
        Field(name="main", label=words("winback.cause_main"), kind="pick", options=causes, value=main or None),
        Field(
            name="second", label=words("winback.cause_second"), kind="pick", options={NONE: "–", **causes},
            value=second, required=False,
        ),
        Field(name="words", label=words("winback.said"), value=told.words if told else "", required=False),
        Field(name="wish", label=words("winback.wish"), value=told.wish if told else "", required=False),
        Field(
            name="may_contact", label=words("winback.may_contact"), kind="choice", options=may,
            value=_answer(told.may_contact if told else None),
        ),
    ]  # fmt: skip
    if member.status == MemberStatus.LEAVING:
        then = {each: words(f"winback.membership_{each}") for each in (OPEN, *_THEN)}
        fields.append(Field(name="then", label=words("winback.membership"), kind="choice", options=then, value=OPEN))
    return fields


def _answer(may_contact: bool | None) -> str:
    return OPEN if may_contact is None else YES if may_contact else NO
