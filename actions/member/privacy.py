"""The customer's say over what we keep: a copy of the data, its deletion, and when either is done."""

import re
from typing import Any, ClassVar

from rasa_sdk.events import SlotSet

from actions.kit.base import (
    PENDING_ACTION_SLOT,
    Button,
    CrmAction,
    Event,
    MemberAction,
    Turn,
    button,
    consent_buttons,
    kept_for_later,
)
from actions.kit.codes import WEB_CHANNEL, sign_in_button
from actions.kit.phrases import listed
from actions.kit.quick_replies import wish
from actions.kit.words import consent, lexicon
from actions.member import lost
from crm_store import privacy
from crm_store.labels import label
from crm_store.language import format_date, format_limit
from crm_store.members import Member
from crm_store.policy import policy
from crm_store.privacy import PrivacyKind, PrivacyRequest, PrivacyStatus

INTENT = "privacy_request"
EXPORT_SURELY, NO_COPY = "export_surely", "no_copy"
DELETE_SURELY, KEEP, DELETE_CHAT, DELETE_CHAT_SURELY = "delete_surely", "keep", "delete_chat", "delete_chat_surely"
"""The `choice` of the buttons beside the two kinds: either after its question, none, deletion of a visitor's chat."""
ASKED = "asked_for_copy"
"""In the focus: the question was asked, so that the wish said once more is a yes."""

_DELETES = re.compile(
    r"删|刪|清除|清空|抹|销毁|銷毀|撤回|不同意|不要存|别留|別留|唔好再keep|移除|被遗忘|被遺忘|外洩|泄露"
    r"|\b(?:delet|eras|remov|wip|forg|scrub|purg|destroy|clear|get rid)",
    re.IGNORECASE,
)
_COPIES = re.compile(
    r"导出|導出|匯出|下载|下載|副本|复本|複本|拷贝|打包|查询|查詢|查阅|查閱|閱覽|清单|取回|攞"
    r"|\b(?:export|download|copy|send me)",
    re.IGNORECASE,
)
"""Words of a copy; whoever says them beside a word of deleting wants one of the two, or both."""
_ASKS_WHAT = re.compile(
    r"一份|哪些|什么|啥|什麼|咩|有我|知道我|拿|\b(?:what|which|everything you have|access|hand over)", re.IGNORECASE
)
"""Words that ask for a copy where nothing is to be deleted: 删掉你们有我的一切 is a deletion."""


class ActionPrivacyRequest(CrmAction):
    """A member's request is registered after one question; a visitor hears what we hold of them."""

    action_name: ClassVar[str] = "action_privacy_request"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is None:
            return await _visitor(turn)
        return await self.answer_member(turn, turn.member)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        """Register what is wished, or answer what is asked about it."""
        choice = turn.entity("choice")
        if turn.follows and lost.is_asked(turn):
            turn.say("reply_privacy_lost", lost=await _everything(turn, member))
            turn.done("answered")
            return []
        if turn.follows and lexicon.mentions("how_long", turn.text) and (running := await _running(turn, member)):
            turn.say("reply_privacy_due", **_what_and_when(turn, running))
            turn.done("answered", privacy_request=running.id)
            return []
        if choice in (KEEP, NO_COPY):
            turn.say("reply_privacy_kept" if choice == KEEP else "reply_privacy_no_copy")
            turn.done("declined")
            turn.focus(**{ASKED: None})
            return []
        if choice == EXPORT_SURELY:
            return await self._registered(turn, member, PrivacyKind.EXPORT)
        if choice == DELETE_CHAT:
            # A member's conversations belong to orders, complaints and promises: they go with time, or with all data.
            kept = format_limit(policy().privacy.keep_words, turn.language)
            turn.say("reply_privacy_chats_stay", kept=kept, buttons=[wish(turn, "request_human")])
            turn.done("refused", turn.text)
            return []
        kind = PrivacyKind.DELETE if choice == DELETE_SURELY else kind_wanted(turn)
        if kind is None:
            turn.say("reply_privacy_which", buttons=_kinds(turn))
            return []
        if kind == PrivacyKind.DELETE and choice != DELETE_SURELY and not await _running(turn, member, kind):
            yes = button(label("dialogue_button", "delete_surely", turn.language), INTENT, choice=DELETE_SURELY)
            no = button(label("dialogue_button", "keep_data", turn.language), INTENT, choice=KEEP)
            turn.say("reply_privacy_sure", lost=await _everything(turn, member), buttons=consent_buttons(yes, no))
            return []
        agrees = turn.pressed or (turn.spoken_of.get(ASKED) and consent.says_again(turn.text))
        if not agrees and not await _running(turn, member, kind):
            yes = button(label("dialogue_button", "export_data", turn.language), INTENT, choice=EXPORT_SURELY)
            no = button(label("dialogue_button", "no_copy", turn.language), INTENT, choice=NO_COPY)
            turn.say("reply_privacy_copy_sure", buttons=consent_buttons(yes, no))
            turn.focus(**{ASKED: True})
            return []
        return await self._registered(turn, member, kind)

    @staticmethod
    async def _registered(turn: Turn, member: Member, kind: PrivacyKind) -> list[Event]:
        request = await privacy.open(
            turn.session, member_id=member.id, kind=kind, key=turn.key(), conversation_id=turn.conversation.id
        )
        facts = _what_and_when(turn, request)
        if request.key != turn.key():
            turn.say("reply_privacy_already", **facts)
        else:
            turn.say("reply_privacy_export" if kind == PrivacyKind.EXPORT else "reply_privacy_delete", **facts)
        turn.done("recorded", kind.value, privacy_request=request.id)
        turn.focus(done=INTENT, **{ASKED: None})
        return []


class ActionWithdrawPrivacyRequest(MemberAction):
    """The request is called off while nobody has carried it out."""

    action_name: ClassVar[str] = "action_withdraw_privacy_request"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        running = await _running(turn, member)
        if running is None:
            turn.say("reply_privacy_none_open")
            turn.done("too_late")
            return []
        await privacy.withdraw(turn.session, running)
        turn.say("reply_privacy_withdrawn", **_what_and_when(turn, running))
        turn.done("declined", privacy_request=running.id)
        turn.focus(done=None)
        return []


def kind_wanted(turn: Turn) -> PrivacyKind | None:
    """Copy or deletion, by the button or the words; None when neither or both are said."""
    chosen = turn.entity("choice")
    if chosen in set(PrivacyKind):
        return PrivacyKind(str(chosen))
    if turn.pressed:
        return None
    deletes, copies = bool(_DELETES.search(turn.text)), bool(_COPIES.search(turn.text))
    if deletes:
        return None if copies else PrivacyKind.DELETE
    return PrivacyKind.EXPORT if copies or _ASKS_WHAT.search(turn.text) else None


def wants_all_deleted(turn: Turn) -> bool:
    """Whether a wish to leave asks for more: that everything kept of the member is deleted."""
    return not turn.pressed and bool(_DELETES.search(turn.text)) and lexicon.mentions("all_data", turn.text)


async def _visitor(turn: Turn) -> list[Event]:
    """Of somebody who is no member only this chat is kept; whoever is one may prove it."""
    choice = turn.entity("choice")
    if choice == DELETE_CHAT_SURELY:
        await privacy.erase_chat(turn.session, turn.identity.id)
        turn.say("reply_chat_deleted")
        turn.done("done", "chat deleted")
        if turn.in_hand is not None:
            turn.in_hand.forgets = True
        return [SlotSet(PENDING_ACTION_SLOT, None)]
    if choice == DELETE_CHAT:
        yes = button(label("dialogue_button", "delete_surely", turn.language), INTENT, choice=DELETE_CHAT_SURELY)
        no = button(label("dialogue_button", "keep_data", turn.language), INTENT, choice=KEEP)
        turn.say("reply_chat_sure", buttons=consent_buttons(yes, no))
        return []
    if choice == KEEP:
        turn.say("reply_privacy_kept")
        turn.done("declined")
        return []
    if lexicon.mentions("how_long", turn.text):
        turn.say("reply_privacy_takes", within=format_limit(policy().privacy.answer_within, turn.language))
    turn.say("reply_privacy_stranger", buttons=visitor_buttons(turn))
    turn.done("verification_needed")
    return [kept_for_later(turn)]


def visitor_buttons(turn: Turn) -> list[Button]:
    """What a visitor can have done about their data."""
    signs_in = [sign_in_button(turn)] if turn.conversation.channel == WEB_CHANNEL else []
    delete = button(label("dialogue_button", DELETE_CHAT, turn.language), INTENT, choice=DELETE_CHAT)
    return [wish(turn, "bind_account"), *signs_in, delete]


def _kinds(turn: Turn) -> list[Button]:
    titles = {each: label("dialogue_button", f"{each.value}_data", turn.language) for each in PrivacyKind}
    return [button(title, INTENT, choice=each.value) for each, title in titles.items()]


async def _running(turn: Turn, member: Member, kind: PrivacyKind | None = None) -> PrivacyRequest | None:
    """The member's newest open request, of that kind if one is given."""
    requests = await privacy.for_member(turn.session, member.id)
    return next((each for each in requests if each.status == PrivacyStatus.OPEN and kind in (None, each.kind)), None)


def _what_and_when(turn: Turn, request: PrivacyRequest) -> dict[str, Any]:
    what = label("data_request", request.kind, turn.language)
    within = format_limit(policy().privacy.answer_within, turn.language)
    return {"what": what, "due": format_date(request.due_at, turn.language), "within": within}


async def _everything(turn: Turn, member: Member) -> str:
    orders = label("cancellation_loss", "orders", turn.language)
    return listed([*await lost.at_stake(turn, member), orders], turn.language, last="last_and")
