"""What the form for returns asks, each question with its buttons."""

from typing import ClassVar

from actions.kit import lexicon
from actions.kit.base import Button, CrmAction, Event, Turn, button
from actions.kit.form_input import words
from actions.kit.replies import LIST_LIMIT, Facts, line_text, service_button, size_text
from actions.products.sizes import neighbours, sizes_of
from actions.returns.lines import in_question, own_line
from actions.returns.policy import shipping_text
from crm_store import returns
from crm_store.labels import label
from crm_store.language import format_date, format_money
from crm_store.returns import ReturnKind, ReturnReason

REASONS_OFFERED = (ReturnReason.WRONG_SIZE, ReturnReason.QUALITY, ReturnReason.NOT_WANTED, ReturnReason.DAMAGED)


class AskWhichLine(CrmAction):
    action_name: ClassVar[str] = "action_ask_return_form_return_line"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is None:
            return []
        buttons = [
            button(
                label(
                    "order_in_list",
                    "button",
                    turn.language,
                    day=format_date(order.placed_at, turn.language),
                    items=line_text(line, turn.language),
                ),
                "inform",
                choice=str(line.id),
            )
            for order, line in (await in_question(turn, turn.member))[:LIST_LIMIT]
        ]
        turn.say("reply_return_which", buttons=buttons)
        return []


class AskWhetherThisLine(CrmAction):
    action_name: ClassVar[str] = "action_ask_return_form_return_line_confirmed"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        found = await own_line(turn, turn.slot("return_line"))
        if found is not None:
            order, line = found
            day = format_date(order.placed_at, turn.language)
            buttons = [service_button(turn, "yes", "affirm"), service_button(turn, "another_line", "deny")]
            turn.say("reply_return_this_one", day=day, item=line_text(line, turn.language), buttons=buttons)
        return []


class AskReturnReason(CrmAction):
    """The reason; who asked in passing who pays the way gets that first."""

    action_name: ClassVar[str] = "action_ask_return_form_return_reason"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        buttons = [
            button(label("return_reason", reason, turn.language), "inform", choice=reason.value)
            for reason in REASONS_OFFERED
        ]
        asked_who_pays = lexicon.mentions("who_pays", words(turn))
        turn.say("reply_return_reason_and_shipping" if asked_who_pays else "reply_return_reason", buttons=buttons)
        return []


class AskReturnKind(CrmAction):
    """Another size may serve better than the money back."""

    action_name: ClassVar[str] = "action_ask_return_form_return_kind"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        found = await own_line(turn, turn.slot("return_line"))
        if found is None:
            return []
        line = found[1]
        near = neighbours(line, await sizes_of(turn.session, line), words(turn))
        facts: Facts = {"reason": label("return_reason", turn.slot("return_reason"), turn.language)}
        back = service_button(turn, "still_return", "inform", choice=ReturnKind.RETURN.value)
        if near:
            buttons = [_size_button(turn, size) for size in near]
            turn.say(
                "reply_return_offer_size", size=size_text(near[0], turn.language), buttons=[*buttons, back], **facts
            )
        else:
            other = service_button(turn, "exchange", "inform", choice=ReturnKind.EXCHANGE.value)
            turn.say("reply_return_offer_exchange", buttons=[other, back], **facts)
        return []


class AskNewSize(CrmAction):
    action_name: ClassVar[str] = "action_ask_return_form_return_new_size"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        found = await own_line(turn, turn.slot("return_line"))
        if found is not None:
            line = found[1]
            offered = [size for size in await sizes_of(turn.session, line) if size != line.size]
            near = [size for size in neighbours(line, [line.size or "", *offered]) if size in offered]
            shown = list(dict.fromkeys([*near, *offered]))[:6]
            turn.say(
                "reply_return_new_size",
                item=line_text(line, turn.language),
                buttons=[button(size_text(size, turn.language), "inform", choice=size) for size in shown],
            )
        return []


class AskToConfirmReturn(CrmAction):
    action_name: ClassVar[str] = "action_ask_return_form_return_confirmed"
    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        found = await own_line(turn, turn.slot("return_line"))
        if found is None:
            return []
        order, line = found
        reason, kind = turn.slot("return_reason"), turn.slot("return_kind")
        facts: Facts = {
            "item": line_text(line, turn.language),
            "reason": label("return_reason", reason, turn.language),
            "shipping": shipping_text(turn, returns.shipping_paid_by(kind, reason)),
        }
        if kind == ReturnKind.RETURN:
            refund = format_money(returns.refund_for(order, line, line.quantity), order.currency)
            turn.say("reply_return_confirm", refund=refund, **facts)
        elif turn.slot("return_new_size"):
            size = size_text(turn.slot("return_new_size"), turn.language)
            turn.say("reply_exchange_confirm_size", size=size, **facts)
        else:
            turn.say("reply_exchange_confirm", **facts)
        return []


def _size_button(turn: Turn, size: str) -> Button:
    facts: Facts = {"size": size_text(size, turn.language)}
    return service_button(turn, "exchange_for", "inform", facts=facts, choice=size)
