"""Where a person's words stand without a column that says whose they are, or in rows that are final."""

import contextlib
import json
import re
from collections.abc import Collection
from typing import Any

from sqlalchemy import String, cast, delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.api_calls import ApiCall
from crm_store.append_only import erase_words
from crm_store.audit import MEMBER, AuditEntry
from crm_store.erasure.person import Person
from crm_store.imports.keeping import forget_names
from crm_store.imports.models import ImportEntry
from crm_store.knowledge import GapQuestion, KnowledgeGap
from crm_store.members import BY_IMPORT, MemberChange
from crm_store.numbering import half_width
from crm_store.orders import Order, OrderEvent
from crm_store.points.models import Entry

BY_FILE = "import:points:"
"""How the key of a movement begins that came in a file."""
_CODE = re.compile(r"[a-z][a-z0-9_.-]{0,39}", re.ASCII)
"""What programs write; people's words, numbers and addresses look otherwise."""
TELLING_DIGITS = 8
"""The last digits of a phone number that tell whose it is."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().·/-]+(?=\d)")


async def forget_history(session: AsyncSession, person: Person) -> None:
    """The member's changes without old and new values, the reason for leaving and the name of the file that brought
    them; orders' events with codes only."""
    nothing = {"reason": "", "old_value": None, "new_value": None}
    changes = update(MemberChange).where(MemberChange.member_id == person.member_id)
    await erase_words(session, changes.where(MemberChange.field != "status").values(nothing))
    await erase_words(session, changes.where(MemberChange.field == "status").values(reason=""))
    await erase_words(session, changes.where(MemberChange.by.startswith(BY_IMPORT)).values(by=BY_IMPORT))
    for event in (await session.scalars(select(OrderEvent).where(OrderEvent.order_id.in_(person.orders)))).all():
        event.detail = codes_only(event.detail)


async def forget_references(session: AsyncSession, person: Person) -> None:
    """What a movement of points refers to stays where it is the number of an order, which stays for the books too; a
    file may have said anything there."""
    if person.member_id is None:
        return
    orders = select(Order.number).where(Order.id.in_(person.orders))
    mine = update(Entry).where(Entry.member_id == person.member_id, Entry.reference.not_in(orders))
    await erase_words(session, mine.values(reference=None))
    # The movement's own number in the shop's system. Nobody asks for it again: rows of somebody erased are refused.
    told = update(Entry).where(Entry.member_id == person.member_id, Entry.key.startswith(BY_FILE))
    await erase_words(session, told.values(key=literal("erased:").concat(cast(Entry.id, String))))


async def forget_file_names(session: AsyncSession, person: Person) -> None:
    """The names of the files that told of the member, of which one may be theirs; before the journal's rows go."""
    if person.member_id is None:
        return
    told = select(ImportEntry.run_id).where(ImportEntry.member_id == person.member_id)
    await forget_names(session, (await session.scalars(told.distinct())).all())


async def forget_trail(session: AsyncSession, subjects: Collection[str]) -> None:
    """The trail keeps who did what with codes and ids. A member's own address, and words that should never have come
    there, go from the entries about `subjects`."""
    rows = select(AuditEntry.id, AuditEntry.details, AuditEntry.actor).where(AuditEntry.subject.in_(subjects))
    for entry_id, details, actor in (await session.execute(rows)).all():
        values: dict[str, Any] = {"details": codes_only(details)}
        if actor == MEMBER:
            values["address"] = None
        if values != {"details": details}:
            await erase_words(session, update(AuditEntry).where(AuditEntry.id == entry_id).values(values))


async def forget_gap_questions(session: AsyncSession, person: Person) -> None:
    """Questions without an answer: the person's askings go, and a gap that only they had; another's words stand for it
    otherwise."""
    mine = GapQuestion.conversation_id.in_(person.conversations)
    gap_ids = set((await session.scalars(select(GapQuestion.gap_id).where(mine))).all())
    await erase_words(session, delete(GapQuestion).where(mine))
    for gap in (await session.scalars(select(KnowledgeGap).where(KnowledgeGap.id.in_(gap_ids)))).all():
        others = select(GapQuestion.question).where(GapQuestion.gap_id == gap.id).order_by(GapQuestion.id.desc())
        question = await session.scalar(others.limit(1))
        if question is None:
            await session.delete(gap)
        else:
            gap.question = question


async def forget_api_answers(session: AsyncSession, known_as: Collection[str | None]) -> None:
    """Answers kept for repeated calls of the REST interface in which the member is named, in whatever capitals, width
    or with whatever signs between the digits; such a call, if it came again, would be worked anew, which changes
    nothing."""
    words = [each for each in known_as if each]
    rows = await session.execute(select(ApiCall.id, ApiCall.key, ApiCall.answer))
    naming = [call_id for call_id, *said in rows if any(_stands_in(word, each) for word in words for each in said)]
    await session.execute(delete(ApiCall).where(ApiCall.id.in_(naming)))


def codes_only(details: dict[str, Any]) -> dict[str, Any]:
    """Numbers, yes and no, and codes of ours; nothing that a person could have written."""
    return {name: value for name, value in details.items() if _is_code(value)}


def _is_code(value: object) -> bool:
    if isinstance(value, list):
        return all(_is_code(each) for each in value)
    return value is None or isinstance(value, bool | int | float) or bool(_CODE.fullmatch(str(value)))


def _stands_in(word: str, answer: str) -> bool:
    said, meant = _plainly(answer), half_width(word).casefold()
    digits = "".join(filter(str.isdigit, meant))
    if len(digits) >= TELLING_DIGITS and not any(map(str.isalpha, meant)):
        # The country's code may be written in several ways, or be missing.
        return digits[-TELLING_DIGITS:] in _BETWEEN_DIGITS.sub("", said)
    return meant in said


def _plainly(answer: str) -> str:
    """In small letters and half width; JSON keeps what is not ASCII as escapes."""
    with contextlib.suppress(ValueError):
        answer = json.dumps(json.loads(answer), ensure_ascii=False)
    return half_width(answer).casefold()
