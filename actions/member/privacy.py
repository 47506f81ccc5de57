"""The customer's say over what we send and what we keep: marketing messages, a copy of the data, its deletion."""

import re
from typing import ClassVar

from actions.kit.base import CrmAction, Event, MemberAction, Turn, button, kept_for_later
from crm_store import members, privacy
from crm_store.labels import label
from crm_store.language import format_date
from crm_store.members import Member
from crm_store.privacy import PrivacyKind

STAY_SUBSCRIBED = "stay_subscribed"

_WORDS = {
    PrivacyKind.DELETE: re.compile(
        r"删|刪|清除|清空|抹|销毁|銷毀|撤回|不同意|不要存|别留|別留|唔好再keep|移除|被遗忘|被遺忘|外洩|泄露"
        r"|\b(?:delet|eras|remov|wip|forg|scrub|purg|destroy|clear|get rid)",
        re.IGNORECASE,
    ),
    PrivacyKind.EXPORT: re.compile(
        r"导出|導出|匯出|下载|下載|副本|复本|複本|拷贝|一份|打包|哪些|什么信息|什麼|咩|有我|查询|查詢|查阅|查閱|閱覽|清单|知道我|拿|取回|攞"
        r"|\b(?:export|download|copy|what|which|everything you have|access|send me|hand over)",
        re.IGNORECASE,
    ),
}


class ActionOptOut(CrmAction):
    """One word stops all marketing; a button takes it back."""

    action_name: ClassVar[str] = "action_opt_out"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is None:
            turn.say("reply_opt_out_stranger")
            turn.done("verification_needed")
            return [kept_for_later(turn)]
        if turn.entity("choice") == STAY_SUBSCRIBED:
            await members.set_marketing_consent(turn.session, turn.member, True)
            turn.say("reply_opted_in")
            turn.done("opted_in")
            return []
        changed = await members.set_marketing_consent(turn.session, turn.member, False)
        back = button(label("dialogue_button", STAY_SUBSCRIBED, turn.language), "opt_out", choice=STAY_SUBSCRIBED)
        turn.say("reply_opted_out" if changed else "reply_opted_out_already", buttons=[back])
        turn.done("opted_out")
        return []


class ActionPrivacyRequest(MemberAction):
    action_name: ClassVar[str] = "action_privacy_request"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        kind = kind_wanted(turn)
        if kind is None:
            titles = {each: label("dialogue_button", f"{each.value}_data", turn.language) for each in PrivacyKind}
            buttons = [button(title, "privacy_request", choice=each.value) for each, title in titles.items()]
            turn.say("reply_privacy_which", buttons=buttons)
            return []
        request = await privacy.open(
            turn.session, member_id=member.id, kind=kind, key=turn.key(), conversation_id=turn.conversation.id
        )
        due = format_date(request.due_at, turn.language)
        if request.key != turn.key():
            turn.say("reply_privacy_already", what=label("data_request", kind, turn.language), due=due)
        else:
            turn.say("reply_privacy_export" if kind == PrivacyKind.EXPORT else "reply_privacy_delete", due=due)
        turn.done("recorded", kind.value, privacy_request=request.id)
        return []


def kind_wanted(turn: Turn) -> PrivacyKind | None:
    """Copy or deletion, by the button or the words; None when neither or both are said."""
    chosen = turn.entity("choice")
    if chosen in set(PrivacyKind):
        return PrivacyKind(str(chosen))
    said = [kind for kind, words in _WORDS.items() if words.search(turn.text)] if not turn.pressed else []
    return said[0] if len(said) == 1 else None
