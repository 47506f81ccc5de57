"""What the form for returns asks, each question with its buttons."""

from abc import abstractmethod
from typing import ClassVar

from actions.kit.base import Button, CrmAction, Event, Turn, button
from actions.kit.form_input import words
from actions.kit.replies import LIST_LIMIT, Facts, help_buttons, line_text, service_button, size_text
from actions.kit.words import lexicon
from actions.products.sizes import is_gone, neighbours, sizes_of
from actions.returns import pieces
from actions.returns.colours import colour_name
from actions.returns.heard import is_fault, without_supposed
from actions.returns.lately import said_before
from actions.returns.lines import in_question, own_line, told_apart
from actions.returns.matters_told import only_asks
from actions.returns.policy import shipping_text
from actions.returns.repairs import warranty_day
from crm_store import returns
from crm_store.labels import label
from crm_store.language import format_date, format_money
from crm_store.returns import REPAIRABLE, ReturnKind, ReturnReason

REASONS_OFFERED = (ReturnReason.WRONG_SIZE, ReturnReason.QUALITY, ReturnReason.NOT_WANTED, ReturnReason.DAMAGED)


class ReturnQuestion(CrmAction):
    """A question of the form. It waits while another part of the same message is still to be heard."""

    writes: ClassVar[bool] = False
    resumes_form: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if (turn.tracker.latest_message.get("metadata") or {}).get("resumes") is not False:
            await self.ask(turn)
        return []

    @abstractmethod
    async def ask(self, turn: Turn) -> None:
        """Say the question."""


class AskWhichLine(ReturnQuestion):
    action_name: ClassVar[str] = "action_ask_return_form_return_line"

    async def ask(self, turn: Turn) -> None:
        if turn.member is None:
            return
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


class AskWhetherThisLine(ReturnQuestion):
    action_name: ClassVar[str] = "action_ask_return_form_return_line_confirmed"

    async def ask(self, turn: Turn) -> None:
        found = await own_line(turn, turn.slot("return_line"))
        if found is not None:
            order, line = found
            day = format_date(order.placed_at, turn.language)
            buttons = [service_button(turn, "yes", "affirm"), service_button(turn, "another_line", "deny")]
            turn.say("reply_return_this_one", day=day, item=line_text(line, turn.language), buttons=buttons)


class AskReturnReason(ReturnQuestion):
    action_name: ClassVar[str] = "action_ask_return_form_return_reason"

    async def ask(self, turn: Turn) -> None:
        buttons = [
            button(label("return_reason", reason, turn.language), "inform", choice=reason.value)
            for reason in REASONS_OFFERED
        ]
        turn.say("reply_return_reason", buttons=buttons)


class AskReturnKind(ReturnQuestion):
    """Another size may serve better than the money back; for a fault a new one may."""

    action_name: ClassVar[str] = "action_ask_return_form_return_kind"

    async def ask(self, turn: Turn) -> None:
        found = await own_line(turn, turn.slot("return_line"))
        if found is None:
            return
        line, reason = found[1], turn.slot("return_reason")
        back = service_button(turn, "still_return", "inform", choice=ReturnKind.RETURN.value)
        other = service_button(turn, "exchange", "inform", choice=ReturnKind.EXCHANGE.value)
        if is_fault(reason):
            name = "reply_return_kind_missing" if reason == ReturnReason.MISSING else "reply_return_kind_fault"
            mended = []
            if reason in REPAIRABLE and await returns.repairable(turn.session, *found):
                name = "reply_return_kind_repair"
                mended = [service_button(turn, "repair", "inform", choice=ReturnKind.REPAIR.value)]
            turn.say(name, buttons=[other, back, *mended, *help_buttons(turn)[-1:]])
            return
        near = neighbours(line, await sizes_of(turn.session, line), _direction(turn))
        facts: Facts = {"reason": label("return_reason", reason, turn.language)}
        if near:
            buttons = [_size_button(turn, size) for size in near]
            turn.say(
                "reply_return_offer_size", size=size_text(near[0], turn.language), buttons=[*buttons, back], **facts
            )
        else:
            turn.say("reply_return_offer_exchange", buttons=[other, back], **facts)


def _direction(turn: Turn) -> str:
    """The words that tell whether it is to be larger or smaller: those of this message, supposed cases left out, else
    those of the last message that does."""
    told = [without_supposed(words(turn)), *map(without_supposed, said_before(turn))]
    return next((text for text in told if any(lexicon.mentions(group, text) for group in ("larger", "smaller"))), "")


class AskNewSize(ReturnQuestion):
    action_name: ClassVar[str] = "action_ask_return_form_return_new_size"

    async def ask(self, turn: Turn) -> None:
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


class AskToConfirmReturn(ReturnQuestion):
    action_name: ClassVar[str] = "action_ask_return_form_return_confirmed"

    async def ask(self, turn: Turn) -> None:
        found = await own_line(turn, turn.slot("return_line"))
        if found is None:
            return
        order, line = found
        is_new = turn.slot("return_kind") == ReturnKind.EXCHANGE and not only_asks(turn)
        if is_new and await is_gone(turn.session, line):
            turn.say("reply_exchange_not_in_stock", item=line_text(line, turn.language))
        reason, kind = turn.slot("return_reason"), turn.slot("return_kind")
        facts: Facts = {
            "item": await told_apart(turn, order, line),
            "reason": label("return_reason", reason, turn.language),
            "shipping": shipping_text(turn, returns.shipping_paid_by(kind, reason)),
        }
        pieces.tell(turn, line)
        if kind == ReturnKind.RETURN:
            minor = await returns.refund_for(turn.session, order, line, pieces.of(turn, line))
            turn.say("reply_return_confirm", refund=format_money(minor, order.currency), **facts)
        elif kind == ReturnKind.REPAIR:
            turn.say("reply_repair_confirm", until=await warranty_day(turn, order, line), **facts)
        elif wanted := new_one(turn):
            turn.say("reply_exchange_confirm_size", size=wanted, **facts)
        else:
            turn.say("reply_exchange_confirm", **facts)


def new_one(turn: Turn) -> str:
    """Colour and size of the piece that is wished instead, as far as they are said: 黑色 43 码."""
    size, colour = turn.slot("return_new_size"), turn.slot("return_new_colour")
    parts = [colour_name(colour, turn.language) if colour else "", size_text(size, turn.language) if size else ""]
    return " ".join(filter(None, parts))


def _size_button(turn: Turn, size: str) -> Button:
    facts: Facts = {"size": size_text(size, turn.language)}
    return service_button(turn, "exchange_for", "inform", facts=facts, choice=size)
