"""A conversation about returns as Rasa plays it: the action of the intent, the form, its next question or its end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.returns import questions
from actions.returns.faults import ActionReportFault
from actions.returns.form import ReturnForm
from actions.returns.opening import OpenReturn
from actions.returns.refunds import ActionRefundStatus
from actions.talk.taken_back import ActionDenyAct, ActionUndo
from crm_store import returns
from crm_store.orders import LineItem, Order, OrderStatus
from crm_store.products import Product
from crm_store.returns import ReturnRequest
from tests.actions.conftest import Customer, Ran, Said
from tests.actions.shop import place

RUNNERS = LineItem(
    sku="RUN-LITE",
    names={"zh-Hans": "轻跑鞋", "zh-Hant": "輕跑鞋", "en": "Light Running Shoes"},
    price_minor=39900,
    size="42",
)
BEDDING = LineItem(
    sku="BED-COTTON",
    names={"zh-Hans": "全棉四件套", "zh-Hant": "純棉床包四件組", "en": "Cotton Bedding Set"},
    price_minor=45900,
)
BUDS = LineItem(
    sku="EAR-BUDS",
    names={"zh-Hans": "无线蓝牙耳机", "zh-Hant": "無線藍牙耳機", "en": "Wireless Earbuds"},
    price_minor=29900,
)
LAMP = LineItem(
    sku="LAMP-DESK", names={"zh-Hans": "护眼台灯", "zh-Hant": "護眼檯燈", "en": "Desk Lamp"}, price_minor=25900
)
SERUM = LineItem(
    sku="SERUM-HYA",
    names={"zh-Hans": "玻尿酸精华", "zh-Hant": "玻尿酸精華", "en": "Hyaluronic Serum"},
    price_minor=16900,
)
GOODS: Mapping[str, tuple[LineItem, str, list[str], dict[str, Any]]] = {
    "shoes": (
        RUNNERS, "shoes", ["跑鞋", "鞋子", "sneakers"], {"sizes": ["41", "42", "43"], "colours": ["white", "black"]}
    ),
    "bedding": (BEDDING, "home", ["床单", "枕套", "被套", "sheets"], {}),
    "buds": (BUDS, "electronics", ["耳机", "左耳", "earphones"], {"colours": ["white"]}),
    "lamp": (LAMP, "home", ["台灯", "lamp"], {"warranty": "12 months"}),
    "serum": (SERUM, "skin_care", ["精华", "serum"], {}),
}  # fmt: skip


async def bought(member: Customer, *things: str, days_ago: float = 2, delivered: bool = True) -> Order:
    """An order of these things of the shop, delivered so many days ago, or still on its way."""
    assert member.member is not None
    async with member.database.transaction() as session:
        for thing in things:
            await _stock(session, thing)
        return await place(
            session,
            member.member.id,
            *(GOODS[thing][0] for thing in things),
            status=OrderStatus.DELIVERED if delivered else OrderStatus.SHIPPED,
            days_ago=days_ago + 3,
            delivered_days_ago=days_ago,
        )


async def _stock(session: AsyncSession, thing: str) -> None:
    item, category, keywords, attributes = GOODS[thing]
    if await session.scalar(select(Product.id).where(Product.sku == item.sku)) is not None:
        return
    session.add(
        Product(
            sku=item.sku,
            names=dict(item.names),
            category=category,
            price_minor=item.price_minor,
            stock=9,
            keywords=keywords,
            attributes=attributes,
        )
    )
    await session.flush()


@dataclass(frozen=True)
class Heard:
    """What one message came to. `taken` is False when the form left it to the rule of its intent."""

    runs: list[Ran]
    taken: bool = True

    @property
    def said(self) -> list[Said]:
        return [said for ran in self.runs for said in ran.said]

    @property
    def responses(self) -> list[str]:
        return [said.response for said in self.said]

    @property
    def text(self) -> str:
        return "\n".join(said.text for said in self.said)

    @property
    def buttons(self) -> dict[str, str]:
        """Payloads of the last message by their titles."""
        return {button["title"]: button["payload"] for button in self.said[-1].buttons}


STARTS = {
    "report_fault": ActionReportFault,
    "ask_refund_status": ActionRefundStatus,
    "undo": ActionUndo,
    "deny_act": ActionDenyAct,
}
"""The action that the rules give to each intent; return_or_refund opens the form."""


async def say(member: Customer, text: str, intent: str = "inform", **more: Any) -> Heard:
    """One message: to the open form, else to what its intent begins."""
    if member.active_loop == ReturnForm.form_name and intent not in ("undo", "deny_act"):
        return await _in_form(member, text, intent, [], more)
    if intent == "return_or_refund":
        member.slots["requested_slot"] = None
        return await _in_form(member, text, intent, [], {**more, "active_loop": ReturnForm.form_name})
    ran = await member.run(STARTS[intent], text, intent, **more)
    if ran.followup != ReturnForm.form_name:
        return Heard([ran])
    same = {**more, "message_id": ran.message_id, "active_loop": ReturnForm.form_name}
    return await _in_form(member, text, intent, [ran], same)


async def press(member: Customer, payload: str, **more: Any) -> Heard:
    """A button, by its payload."""
    intent, brace, entities = payload.removeprefix("/").partition("{")
    return await say(member, payload, intent, entities=json.loads(brace + entities or "{}"), **more)


async def _in_form(member: Customer, text: str, intent: str, before: list[Ran], more: dict[str, Any]) -> Heard:
    form = await member.run(ReturnForm, text, intent, **more)
    taken = any(event["event"] == "slot" and event["name"] != "requested_slot" for event in form.events)
    if not taken and not before:
        return Heard([form], taken=False)
    again = {**more, "message_id": form.message_id}
    if form.asks:
        asking = next(
            cls for cls in vars(questions).values()
            if getattr(cls, "action_name", "") == f"action_ask_return_form_{form.asks}"
        )  # fmt: skip
        return Heard([*before, form, await member.run(asking, text, intent, **again)])
    member.active_loop = None
    return Heard([*before, form, await member.run(OpenReturn, text, intent, **{**again, "active_loop": None})])


async def requests(member: Customer) -> list[ReturnRequest]:
    """The member's returns, newest first."""
    assert member.member is not None
    async with member.database.reading() as session:
        return list(await returns.for_member(session, member.member.id))
