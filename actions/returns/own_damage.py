"""A thing that was damaged at home: said to be outside the free warranty, with the repair for money and a person.
Nothing free is promised for it or registered."""

from actions.kit.base import Button, Event, Turn
from actions.kit.form_input import choice, words
from actions.kit.replies import line_text, service_button
from actions.kit.told import own_damage
from actions.kit.told.own_damage import OWN_DAMAGE
from actions.returns.lines import bought, is_part, named_by_words, own_line
from actions.returns.repairs import damaged, is_damaged
from crm_store import returns
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnRequest


def is_told(turn: Turn, line: OrderLine) -> bool:
    """Whether this message tells it of the line."""
    text = words(turn)
    return own_damage.told(text) and own_damage.is_surely(text, *line.names.values(), text)


async def answer(turn: Turn, member: Member) -> list[Event] | None:
    """Answer words that tell of such damage, or ask about it; None where they do not, and the fault is heard."""
    text = words(turn)
    if choice(turn) != OWN_DAMAGE and not own_damage.told(text):
        return None
    pair = await _thing(turn, member)
    if pair is None:
        return None
    order, line = pair
    if own_damage.denied(text):
        turn.focus(**{OWN_DAMAGE: [sku for sku in damaged(turn) if sku != line.sku] or None})
        return None
    asks_on = is_damaged(turn, line) and own_damage.asks(text)
    if is_told(turn, line) and not asks_on:
        turn.focus(order=order.number, product=line.sku, **{OWN_DAMAGE: [*dict.fromkeys([*damaged(turn), line.sku])]})
        await _tell_first(turn, line)
    elif is_damaged(turn, line) or own_damage.supposed(text):
        turn.focus(order=order.number, product=line.sku)
        _tell_more(turn, line)
    else:
        return None
    return []


def tell(turn: Turn, line: OrderLine) -> None:
    """Say that a repair of the line is none for free, and what is possible."""
    turn.say("reply_own_damage", item=line_text(line, turn.language), buttons=_buttons(turn))
    turn.done("answered", line.sku)


async def _tell_first(turn: Turn, line: OrderLine) -> None:
    """Where its free repair or exchange is registered, what was told goes into the request for those who see to it."""
    request = await returns.running_of(turn.session, line.id)
    if request is None or request.kind == ReturnKind.RETURN:
        tell(turn, line)
        if own_damage.asks_postage(words(turn)):
            turn.say("reply_own_damage_postage")
        return
    await _note(turn, request)
    turn.say(
        "reply_own_damage_noted", number=request.number, item=line_text(line, turn.language), buttons=_buttons(turn)
    )
    turn.done("recorded", request.number, request=request.number)


async def _note(turn: Turn, request: ReturnRequest) -> None:
    await returns.add_note(turn.session, request, words(turn).strip(), key=turn.key("note"))


def _tell_more(turn: Turn, line: OrderLine) -> None:
    """What is asked about it: who pays the postage, what it costs, else that it is not covered."""
    text, item = words(turn), line_text(line, turn.language)
    turn.done("answered", line.sku)
    if own_damage.asks_postage(text):
        turn.say("reply_own_damage_postage_of", item=item, buttons=_buttons(turn))
    elif own_damage.asks_money(text):
        turn.say("reply_own_damage_cost", item=item, buttons=_buttons(turn))
    else:
        turn.say("reply_own_damage", item=item, buttons=_buttons(turn))


async def _thing(turn: Turn, member: Member) -> tuple[Order, OrderLine] | None:
    """The purchase that is meant: the one named, the one whose return is open, the one that was told of before."""
    everything = await bought(turn, member)
    named = await named_by_words(turn, everything)
    by_name = any(not is_part(str(each)) for each in turn.entities("product"))
    if named.unknown and by_name:
        return None
    if by_name and named.lines and len({line.sku for _, line in named.lines}) == 1:
        return named.lines[0]
    if (in_form := await own_line(turn, turn.slot("return_line"))) is not None:
        return in_form
    known, spoken_of = damaged(turn), turn.spoken_of.get("product")
    meant = spoken_of if spoken_of in known or not known else known[-1]
    return next((pair for pair in everything if pair[1].sku == meant), None) or named.one


def _buttons(turn: Turn) -> list[Button]:
    return [service_button(turn, "call_back", "request_callback"), service_button(turn, "human", "request_human")]
