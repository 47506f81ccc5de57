"""A complaint that was filed: whose it is, further words for it, and its being taken back."""

import re
from collections.abc import Sequence
from typing import ClassVar

from actions.kit.base import CrmAction, Event, Turn, button, consent_buttons
from actions.kit.form_input import choice
from actions.kit.replies import help_buttons
from actions.kit.told import handing_on
from actions.kit.words import addresses, lexicon
from actions.kit.words.amending import amends
from actions.service.complaint_subject import order_of_goods
from actions.service.complaint_words import GOODS
from crm_store import complaints
from crm_store.complaints import Complaint, ComplaintCategory
from crm_store.labels import label
from crm_store.language import format_date
from crm_store.text import normalise

WITHDRAW, KEEP = "withdraw", "keep"
"""Values of `choice` before the complaint's number: "withdraw:C-2026-0001"."""
LISTED = 4
TWO = 2
DIGITS = 4
"""So many digits at the end of its number tell a complaint."""
_ORDINALS = (
    r"第一[个单份条次]?|前[一]?[个单份条]|头一?[个单]|先前|\b(?:first|earlier|former|old)\b",
    r"第二[个单份条次]?|\bsecond\b",
    r"第三[个单份条次]?|\bthird\b",
)
_NEWEST = r"后[一]?[个单份条]|最后|最新|刚才那|这[个单份条]|\b(?:last|latter|later|latest|new|newer)\b"
_CLAUSES = re.compile(r"[，,;；。.!！?？\n]+|(?<=[\u4e00-\u9fff])\s+|\b(?:and|but)\b", re.IGNORECASE)
_STAYS_OR_GOES = re.compile(
    r"(?P<stays>只?保?留着?|别动|不要?动|别撤|不撤|\b(?:keep|not|leave)\b)"
    r"|撤|取消|删|去掉|\b(?:withdraw|drop|cancel|remove|delete|scrap)\b"
)


async def complaint_known(turn: Turn, number: str) -> Complaint | None:
    """The complaint of that number, if it is the member's own or was filed in this very conversation."""
    found = await complaints.by_number(turn.session, number)
    if found is None:
        return None
    is_own = turn.member is not None and found.member_id == turn.member.id
    return found if is_own or found.conversation_id == turn.conversation.id else None


async def complaints_known(turn: Turn) -> Sequence[Complaint]:
    """The open complaints of the member, or those filed in this conversation by a visitor."""
    if turn.member is not None:
        return await complaints.open_for_member(turn.session, turn.member.id)
    filed = await complaints.for_conversation(turn.session, turn.conversation.id)
    return [complaint for complaint in filed if complaint.is_open and complaint.member_id is None]


async def add_to_complaint(turn: Turn, text: str) -> None:
    """Put further words to the complaint that was just spoken of."""
    number = str(turn.spoken_of.get("complaint") or "")
    complaint = await complaint_known(turn, number) if number else await _only_one(turn)
    if complaint is None or not complaint.is_open or not text:
        turn.say("reply_no_complaints", buttons=help_buttons(turn))
        turn.done("no_complaints")
        return
    address = addresses.found(text)
    if address is None and handing_on.asks_added(text):
        _tell_address(turn, complaint)
        return
    searches = turn.member is not None and complaint.order_id is None and complaint.category in GOODS
    order = await order_of_goods(turn, turn.member) if turn.member is not None and searches else None
    category = lexicon.meant("complaint_category", text)
    is_put_right = category is not None and (amends(text) or complaint.category == ComplaintCategory.OTHER)
    complaint = await complaints.tell_more(
        turn.session,
        complaint,
        text=text,
        key=turn.key("more"),
        order_id=order.id if order else None,
        category=ComplaintCategory(category) if category and is_put_right else None,
        message_id=turn.stored_message,
    )
    turn.focus(complaint=complaint.number, done="make_complaint")
    if address is not None:
        turn.say("reply_complaint_address_added", number=complaint.number, address=address)
    elif handing_on.tells_moved(text):
        _tell_address(turn, complaint)
    elif order is not None:
        turn.say("reply_complaint_more_order", number=complaint.number, order=order.number)
    else:
        turn.say("reply_complaint_amended" if amends(text) else "reply_complaint_more", number=complaint.number)
    turn.done("recorded", complaint.number, complaint=complaint.number)


async def _only_one(turn: Turn) -> Complaint | None:
    """The one open complaint, where none was spoken of yet."""
    known = await complaints_known(turn)
    return known[0] if len(known) == 1 else None


def _tell_address(turn: Turn, complaint: Complaint) -> None:
    """The address that stands in the complaint, or that none does."""
    lines = reversed(complaint.description.splitlines())
    address = next((found for line in lines if (found := addresses.found(line))), None)
    if address is not None:
        turn.say("reply_complaint_address_stands", number=complaint.number, address=address)
    else:
        turn.say("reply_complaint_address_wanted", number=complaint.number)
    turn.focus(complaint=complaint.number, done="make_complaint")
    turn.done("answered", complaint.number, complaint=complaint.number)


def withdrawn_of(text: str, known: Sequence[Complaint]) -> Complaint | None:
    """The one of several complaints that the words withdraw, by the end of its number or by its place: 留0100，撤0098,
    "keep the second, drop the first". None where they tell no single one."""
    if len(known) < TWO:
        return None
    oldest_first = sorted(known, key=lambda each: (each.filed_at, each.number))
    clauses = [normalise(clause) for clause in _CLAUSES.split(text) if clause.strip()]
    stays = {each.number: _stays(each, oldest_first, clauses) for each in oldest_first}
    off = [each for each in oldest_first if stays[each.number] is False]
    if not off and True in stays.values():
        off = [each for each in oldest_first if not stays[each.number]]
    return off[0] if len(off) == 1 else None


def _stays(complaint: Complaint, oldest_first: Sequence[Complaint], clauses: Sequence[str]) -> bool | None:
    """Whether a clause that names this complaint says that it stays, by the nearest word before the name or else right
    behind it; None where none names it."""
    for clause in clauses:
        if (named := _named(complaint, oldest_first, clause)) is None:
            continue
        before = [*_STAYS_OR_GOES.finditer(clause, 0, named.start())]
        word = before[-1] if before else _STAYS_OR_GOES.search(clause, named.end())
        if word is not None:
            return word["stays"] is not None
    return None


def _named(complaint: Complaint, oldest_first: Sequence[Complaint], clause: str) -> re.Match[str] | None:
    """Where a clause names this complaint, by number or by place."""
    place = oldest_first.index(complaint)
    patterns = [rf"(?<!\d){complaint.number[-DIGITS:]}(?!\d)", *_ORDINALS[place : place + 1]]
    patterns += [_NEWEST] if complaint is oldest_first[-1] else []
    found = [match for pattern in patterns if (match := re.search(pattern, clause))]
    return found[0] if found else None


class ActionWithdrawComplaint(CrmAction):
    """Takes a complaint back, after a clear yes to a question that names it."""

    action_name: ClassVar[str] = "action_withdraw_complaint"

    async def answer(self, turn: Turn) -> list[Event] | None:
        wish, _, number = (choice(turn) or "").partition(":")
        if wish in (WITHDRAW, KEEP):
            await self._answered(turn, number, withdraws=wish == WITHDRAW)
            return []
        known = await complaints_known(turn)
        if not turn.pressed and (meant := withdrawn_of(turn.text, known)) is not None:
            self._ask(turn, meant)
            return []
        spoken_of = str(turn.spoken_of.get("complaint") or "")
        complaint = await complaint_known(turn, spoken_of) if spoken_of else None
        known = [complaint] if complaint is not None and complaint.is_open else known
        if len(known) == 1:
            self._ask(turn, known[0])
        elif known:
            buttons = [
                button(each.number, "undo", act="make_complaint", choice=f"{WITHDRAW}:{each.number}") for each in known
            ]
            turn.say("reply_complaint_withdraw_which", buttons=buttons[:LISTED])
        else:
            turn.say("reply_complaint_none_to_withdraw")
            turn.done("no_complaints")
        return []

    def _ask(self, turn: Turn, complaint: Complaint) -> None:
        yes, no = (
            button(
                label("complaint_withdrawal", wish, turn.language),
                "undo",
                act="make_complaint",
                choice=f"{wish}:{complaint.number}",
            )
            for wish in (WITHDRAW, KEEP)
        )
        what = label("complaint_category", complaint.category, turn.language)
        turn.focus(complaint=complaint.number)
        turn.say(
            "reply_complaint_withdraw_ask",
            number=complaint.number,
            what=what,
            day=format_date(complaint.filed_at, turn.language),
            buttons=consent_buttons(yes, no),
        )

    async def _answered(self, turn: Turn, number: str, *, withdraws: bool) -> None:
        complaint = await complaint_known(turn, number)
        if complaint is None or not complaint.is_open:
            turn.say("reply_complaint_none_to_withdraw")
            turn.done("no_complaints")
        elif not withdraws:
            turn.say("reply_complaint_kept", number=complaint.number)
            turn.done("declined", complaint.number, complaint=complaint.number)
        else:
            resolution = label("complaint_resolution", "withdrawn", turn.language)
            await complaints.withdraw(
                turn.session, complaint, resolution=resolution, key=turn.key("withdraw"), message_id=turn.stored_message
            )
            turn.focus(done=None)
            turn.say("reply_complaint_withdrawn", number=complaint.number)
            turn.done("complaint_withdrawn", complaint.number, complaint=complaint.number)
