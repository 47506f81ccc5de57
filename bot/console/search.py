"""The search box of every page: one question, answered by kind, for signed-in agents alone."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from nicegui import core

from bot.console import access, links, markup
from bot.console.words import Words
from bot.services import Services
from crm_store import search, tiers
from crm_store.language import Language, format_moment
from crm_store.members import Member
from crm_store.search import CaseKind, NumberedCase, Saying

ROUTE = "/search"
AT_ONCE = 2
"""Searches of one process that read at the same time; whoever types fast must not crowd out the others."""

_PART = {
    CaseKind.ORDER: "orders", CaseKind.PARCEL: "orders", CaseKind.COMPLAINT: "complaints", CaseKind.RETURN: "returns",
    CaseKind.COUPON: "coupons",
}  # fmt: skip
_STATUS = {
    CaseKind.ORDER: "order_status", CaseKind.PARCEL: "parcel_status", CaseKind.COMPLAINT: "complaint_status",
    CaseKind.RETURN: "return_status", CaseKind.COUPON: "redemption_status",
}  # fmt: skip

Item = dict[str, Any]


def register(services: Services) -> None:
    """`GET /console/search?q=`: {groups: [{title, items: [{title, chips, note, href}]}]}; texts, never markup.

    Opening what was found is what the trail keeps, not the question.
    """
    core.app.remove_route(ROUTE)
    turns = asyncio.Semaphore(AT_ONCE)

    @core.app.get(ROUTE, include_in_schema=False)
    async def answer(request: Request, q: str = "") -> Response:
        entered = await access.enter(services, request)
        if entered is None:
            return JSONResponse({"groups": []}, status_code=401)
        words = Words(Language.of(entered[1].language))
        async with turns, services.database.reading(bulk=True) as session:
            found = await search.find(session, q)
        groups = [
            {"title": words("members.found_members"), "items": [_member(each, words) for each in found.members]},
            *_cases(found.cases, words),
            {"title": words("members.found_sayings"), "items": [_saying(each, words) for each in found.sayings]},
        ]
        shown = [group for group in groups if group["items"]]
        return JSONResponse({"groups": shown}, headers={"Cache-Control": "private, no-store"})


def _member(member: Member, words: Words) -> Item:
    return {
        "title": markup.member_name(member, words),
        "chips": [tiers.name(member.tier_code, words.language), member.number],
        "note": "" if member.status == "active" else words.label("member_status", member.status),
        "href": links.member(member.number),
    }


def _cases(found: Sequence[NumberedCase], words: Words) -> list[dict[str, Any]]:
    return [
        {
            "title": words(f"members.found_{kind}"),
            "items": [_case(each, words) for each in found if each.kind is kind],
        }
        for kind in CaseKind
    ]


def _case(case: NumberedCase, words: Words) -> Item:
    if case.member is not None:
        href = links.member(case.member.number, _PART[case.kind])
        whose = markup.member_name(case.member, words)
    else:
        href = links.conversation(case.conversation_id) if case.conversation_id else ""
        whose = words("members.visitor")
    return {
        "title": case.number,
        "chips": [words.label(_STATUS[case.kind], case.status)],
        "note": f"{whose} · {format_moment(case.at, words.language)}",
        "href": href,
    }


def _saying(found: Saying, words: Words) -> Item:
    whose = (
        markup.member_name(found.member, words)
        if found.member is not None
        else found.identity.display_name or words("visitor", number=found.identity.id)
    )
    return {
        "title": whose,
        "chips": [words.label("conversation_state", found.conversation.state)],
        "note": f"{found.excerpt} · {format_moment(found.at, words.language)}",
        "href": links.conversation(found.conversation.id),
    }
