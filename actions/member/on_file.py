"""What the shop has on file about the member who asks: name, birthday, masked contacts, language; nobody else's."""

from typing import ClassVar

from actions.kit.base import Button, Event, MemberAction, Turn, button
from actions.kit.phrases import listed
from actions.kit.replies import items_text
from actions.member.profile import ADDRESS_WORD, BIRTHDAY, EMAIL, FIELD_WORDS, LANGUAGE, NAME, PHONE
from crm_store import members, orders
from crm_store.labels import label
from crm_store.language import Language, format_date, mask_address, mask_email, mask_phone
from crm_store.members import Member

SHOWN = (NAME, PHONE, EMAIL, BIRTHDAY, LANGUAGE)


class ActionProfileOnFile(MemberAction):
    action_name: ClassVar[str] = "action_profile_on_file"
    writes: ClassVar[bool] = False

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        asked = [field for field in SHOWN if FIELD_WORDS[field].search(turn.text)] if not turn.pressed else []
        known = {field: value for field in SHOWN if (value := on_file(member, field, turn.language))}
        turn.done("answered", ", ".join(asked))
        if not asked and not turn.pressed and ADDRESS_WORD.search(turn.text):
            await tell_address(turn, member)
            return []
        if asked == [NAME]:
            name = known.get(NAME)
            turn.say("reply_profile_called" if name else "reply_profile_nameless", name=name, number=member.number)
        elif len(asked) == 1 and asked[0] in known:
            turn.say(
                "reply_profile_on_file",
                field=_called(asked[0], turn),
                value=known[asked[0]],
                buttons=_change(turn, asked[0]),
            )
        elif len(asked) == 1:
            turn.say("reply_profile_not_on_file", field=_called(asked[0], turn), buttons=_change(turn, asked[0]))
        else:
            facts = [f"{_called(field, turn)} {known[field]}" for field in asked or SHOWN if field in known]
            number = f"{label('member_field', 'number', turn.language)} {member.number}"
            turn.say(
                "reply_profile_card",
                facts=listed([*facts, number], turn.language, last="last_and"),
                buttons=_change(turn),
            )
        return []


async def tell_address(turn: Turn, member: Member) -> None:
    """No address is kept of a member; where the latest order went or goes is told beside it."""
    latest = next(iter(await orders.recent(turn.session, member.id, limit=1)), None)
    if latest is not None and latest.address:
        turn.say(
            "reply_profile_address_last",
            number=latest.number,
            items=items_text(latest, turn.language),
            address=mask_address(latest.address),
        )
        turn.focus(order=latest.number)
    turn.say("reply_profile_address")


def on_file(member: Member, field: str, language: Language) -> str:
    """A field as its owner may read it in a chat: contacts masked; empty when there is nothing."""
    if field == NAME:
        return members.full_name(member, language) or members.addressed_as(member, language)
    if field == PHONE:
        return mask_phone(member.phone) if member.phone else ""
    if field == EMAIL:
        return mask_email(member.email) if member.email else ""
    if field == BIRTHDAY:
        return format_date(member.birthday, language) if member.birthday else ""
    return label("language_name", Language.of(member.language), language)


def _called(field: str, turn: Turn) -> str:
    name = label("member_field", field, turn.language)
    return name.lower() if turn.language is Language.EN else name


def _change(turn: Turn, field: str | None = None) -> list[Button]:
    title = label("intent_title", "update_profile", turn.language)
    return [button(title, "update_profile", **({"reason": field} if field else {}))]
