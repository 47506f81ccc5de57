"""Answering requests about personal data: handed over, erased, or refused with the reason. Supervisors do that."""

import json
from typing import Any

from bot.desk.agent_side import AgentSide
from bot.desk.casework.acting import Act, acting, language_of
from bot.wording import wording
from crm_store import privacy
from crm_store.agents import Role
from crm_store.errors import CrmError
from crm_store.messages import MessageEmpty, Reply
from crm_store.privacy import PrivacyKind, PrivacyRequest
from crm_store.work import Kind

_KIND = Kind.PRIVACY


class NotThisKind(CrmError):
    """What is asked for is the other thing: a copy of the data, or its erasure."""

    code = "privacy_other_kind"


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


async def handed_over(desk: AgentSide, request_id: int, agent_id: int, *, how: str) -> bool:
    """The member has their copy; `how`: for the record. They are told. False when they have no address here. Raises
    PrivacyRequestClosed, NotThisKind, MessageEmpty."""
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
    async with acting(
        desk, agent_id, "erase_member", f"privacy:{request_id}", kind=_KIND, needs=Role.SUPERVISOR
    ) as act:
        request = await privacy.get(act.session, request_id)
        if request.kind != PrivacyKind.DELETE:
            raise NotThisKind
        await privacy.complete(act.session, request, agent_id=agent_id)
        return await _tell(act, request, "privacy_erased")


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
