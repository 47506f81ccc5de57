"""Answering requests about personal data: handed over, erased, or refused with the reason. Supervisors do that."""

import json
from typing import Any

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import Act, acting, language_of
from bot.mail import DemoMailer, SmtpMailer
from bot.wording import wording
from crm_store import again, data_copies, members, privacy
from crm_store.agents import Role
from crm_store.data_copies import Given
from crm_store.errors import CrmError
from crm_store.language import Language, format_moment
from crm_store.messages import MessageEmpty, Reply
from crm_store.privacy import PrivacyKind, PrivacyRequest, PrivacyRequestClosed, PrivacyStatus
from crm_store.work import Kind

_KIND = Kind.PRIVACY
DATA_PATH = "/data/"
"""Before the token of a link to a copy."""


class NotThisKind(CrmError):
    """What is asked for is the other thing: a copy of the data, or its erasure."""

    code = "privacy_other_kind"


class NoWayToMember(CrmError):
    """The member has neither a chat nor an e-mail address that a link could be sent to; nothing was written."""

    code = "no_way_to_member"


async def assign(desk: AgentSide, request_id: int, agent_id: int, *, owner_id: int | None) -> None:
    """Raises PrivacyRequestClosed."""
    async with acting(desk, agent_id, "assign_privacy_request", f"privacy:{request_id}", kind=_KIND) as act:
        act.details["owner"] = owner_id
        await privacy.assign(act.session, await privacy.get(act.session, request_id), owner_id=owner_id)


async def export(desk: AgentSide, request_id: int, agent_id: int) -> bytes:
    """Everything kept of the member that they may read, as a JSON file in UTF-8. Making it is no answer yet."""
    async with acting(
        desk, agent_id, "export_member_data", f"privacy:{request_id}", kind=_KIND, needs=Role.SUPERVISOR
    ) as act:
        request = await privacy.get(act.session, request_id)
        act.details["member"] = request.member_id
        data: dict[str, Any] = await privacy.export_data(act.session, request.member_id)
    return json.dumps(data, ensure_ascii=False, indent=2).encode()


async def hand_over(
    desk: AgentSide,
    request_id: int,
    agent_id: int,
    *,
    mailer: SmtpMailer | DemoMailer | None,
    public_url: str,
    key: str,
) -> None:
    """Give the member a link to their copy, in the chat where they are verified and to their e-mail address; again once
    it is handed over, when the first was lost. Raises PrivacyRequestClosed, NotThisKind, NoWayToMember."""
    async with acting(
        desk, agent_id, "hand_over_member_data", f"privacy:{request_id}", kind=_KIND, needs=Role.SUPERVISOR
    ) as act:
        request = await privacy.get(act.session, request_id)
        if request.kind != PrivacyKind.EXPORT:
            raise NotThisKind
        if request.status not in (PrivacyStatus.OPEN, PrivacyStatus.DONE):
            raise PrivacyRequestClosed(request.id, request.status)
        member = await members.get(act.session, request.member_id)
        language = await language_of(act.session, member_id=member.id, conversation_id=request.conversation_id)
        given = await data_copies.give(act.session, request, agent_id=agent_id, key=key)
        link = public_url.rstrip("/") + DATA_PATH + given.token
        told = await _tell_link(act, request, given, link=link, key=key)
        address = member.email if mailer is not None else None
        if not told and not address:
            raise NoWayToMember
        act.details["ways"] = [way for way, used in (("chat", told), ("email", address)) if used]
        if request.status == PrivacyStatus.OPEN:
            act.member_id, speaks = member.id, Language.of(act.agent.language)
            note = wording("casework.privacy_link_note", speaks, until=format_moment(given.expires_at, speaks))
            await privacy.complete(act.session, request, agent_id=agent_id, note=note)
    if mailer is not None and address:
        mailer.send_data_link(to=address, link=link, until=given.expires_at, language=language)


async def _tell_link(act: Act, request: PrivacyRequest, given: Given, *, link: str, key: str) -> bool:
    """The link stands on a button: who reads the conversation in the console sees its title, and no search finds it."""
    language = await language_of(act.session, member_id=request.member_id, conversation_id=request.conversation_id)
    until = format_moment(given.expires_at, language)
    title = wording("casework.button_data_link", language)
    return await act.tell(
        Reply(text=wording("casework.privacy_link", language, until=until), buttons=[{"title": title, "url": link}]),
        key=f"{key}:data-link",
        member_id=request.member_id,
        conversation_id=request.conversation_id,
    )


async def handed_over(desk: AgentSide, request_id: int, agent_id: int, *, how: str) -> bool:
    """The member has their copy by another way than our link; `how`: for the record. They are told. False when they
    have no address here. Raises PrivacyRequestClosed, NotThisKind, MessageEmpty."""
    if not how.strip():
        raise MessageEmpty
    async with acting(
        desk, agent_id, "hand_over_member_data", f"privacy:{request_id}", kind=_KIND, needs=Role.SUPERVISOR
    ) as act:
        request = await privacy.get(act.session, request_id)
        if request.kind != PrivacyKind.EXPORT:
            raise NotThisKind
        act.member_id = request.member_id
        await privacy.complete(act.session, request, agent_id=agent_id, note=how.strip())
        return await _tell(act, request, "privacy_exported")


async def erase(desk: AgentSide, request_id: int, agent_id: int) -> bool:
    """Erase what tells who the member is, and say so in the conversation the wish came from while it is still open:
    afterwards nobody knows whom else to tell, which False says. Raises PrivacyRequestClosed, NotThisKind."""

    async def once() -> bool:
        async with acting(
            desk, agent_id, "erase_member", f"privacy:{request_id}", kind=_KIND, needs=Role.SUPERVISOR
        ) as act:
            request = await privacy.get(act.session, request_id)
            if request.kind != PrivacyKind.DELETE:
                raise NotThisKind
            await privacy.complete(act.session, request, agent_id=agent_id)
            return await _tell(act, request, "privacy_erased")

    # It locks much that others hold for a moment; that it was broken off for one of them must not end the wish.
    return await again.until_through(once)


async def refuse(desk: AgentSide, request_id: int, agent_id: int, *, reason: str) -> bool:
    """Refuse with the reason, which the member reads. False when they have no address here. Raises
    PrivacyRequestClosed, MessageEmpty."""
    if not reason.strip():
        raise MessageEmpty
    async with acting(
        desk, agent_id, "refuse_privacy_request", f"privacy:{request_id}", kind=_KIND, needs=Role.SUPERVISOR
    ) as act:
        request = await privacy.get(act.session, request_id)
        act.member_id = request.member_id
        await privacy.refuse(act.session, request, agent_id=agent_id, note=reason.strip())
        return await _tell(act, request, "privacy_refused", reason=reason.strip())


async def _tell(act: Act, request: PrivacyRequest, key: str, **facts: object) -> bool:
    language = await language_of(act.session, member_id=request.member_id, conversation_id=request.conversation_id)
    return await act.tell(
        Reply(text=wording(f"casework.{key}", language, **facts)),
        key=f"privacy:{request.id}:{key}",
        member_id=request.member_id,
        conversation_id=request.conversation_id,
    )
