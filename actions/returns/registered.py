"""A return, exchange or repair that is registered: how far it is, how the goods come back, and another kind instead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from actions.kit.asked import return_day, sizes_said
from actions.kit.base import Turn, button, consent_buttons
from actions.kit.form_input import choice, words
from actions.kit.replies import Facts, due_text, help_buttons, joined, line_text, service_button, size_text
from actions.kit.words import lexicon, requests
from actions.products.sizes import neighbours, size_said, sizes_of
from actions.returns.asides import tell_aside, tell_next, tell_reason
from actions.returns.heard import aside_said, kind_denied, kind_wished, request_number
from actions.returns.lines import named_by_words
from actions.returns.meant import meant_requests
from actions.returns.policy import shipping_text
from crm_store import returns
from crm_store.labels import label
from crm_store.language import format_date, format_money
from crm_store.members import Member
from crm_store.returns import (
    ReturnKind,
    ReturnProblem,
    ReturnReason,
    ReturnRefused,
    ReturnRequest,
    ReturnStepRefused,
)
from crm_store.text import normalise

ACT = "return_or_refund"
KEPT = "keep"
JUST = 6
"""Places of the conversation, both sides' messages, since which a request was spoken of."""
_OF_ANOTHER = re.compile(
    r"另|别的|其他|还有|也|那件|那双|那个|这件|这双|这个|仲有|顺便|再退|再换"
    r"|\b(?:another|other|also|too|as well|else|something|this one|that one)\b"
)
"""That one more thing is meant, or one that is pointed at."""
LISTED = 6
"""Of more requests nobody reads."""


@dataclass(frozen=True)
class Change:
    """The other kind of a return, as a button carries it: R-2026-0001|exchange|43."""

    number: str
    kind: ReturnKind
    size: str | None = None

    @classmethod
    def read(cls, value: str | None) -> Self | None:
        number, _, rest = str(value or "").partition("|")
        kind, _, size = rest.partition("|")
        return cls(number, ReturnKind(kind), size or None) if kind in set(ReturnKind) else None

    def written(self) -> str:
        return "|".join([self.number, self.kind.value, *([self.size] if self.size else [])])


async def registered(turn: Turn, member: Member) -> ReturnRequest | None:
    """The return that the message is about; None when it is about another purchase, or begins a new one."""
    if turn.pressed:
        change = Change.read(choice(turn))
        return await returns.by_number(turn.session, change.number, member_id=member.id) if change else None
    text = words(turn)
    if number := request_number(text):
        return await returns.by_number(turn.session, number, member_id=member.id)
    running = [each for each in await returns.for_member(turn.session, member.id) if each.is_running]
    if not running:
        return None
    if requests.withdrawn(text) is not None and (meant := (await meant_requests(turn, member)).requests):
        # "Cancel the exchange and give me my money back instead".
        return meant[0]
    named = await named_by_words(turn, [(each.order, each.line) for each in running])
    if named.unknown:
        return None
    lately = next((each for each in running if each.number == turn.spoken_of.get("return")), None)
    alone = running[0] if len(running) == 1 else None
    by_name = next((each for each in running if [each.line_id] == [line.id for _, line in named.lines]), None)
    if by_name is not None:
        return by_name
    candidate = lately or alone
    if candidate is None or named.lines:
        return None
    if candidate is lately and _wishes_instead(turn, text, candidate):
        return candidate
    if _speaks_of(text, candidate) or not await returns.returnable(turn.session, member.id):
        return candidate
    return None


def _speaks_of(text: str, request: ReturnRequest) -> bool:
    """Whether words that name no purchase go on about this return."""
    if aside_said(text) is not None:
        return True
    if size := sizes_said.wished(text)[-1:]:
        # "Make it XL": another size of what was just registered, or the same once more.
        return request.line.size is not None and (
            sizes_said.corrects(text) or kind_wished(text) == ReturnKind.EXCHANGE or size == [request.new_size]
        )
    wished = kind_wished(text)
    other = wished is not None and wished != request.kind
    return other and (lexicon.corrects(text) or kind_denied(text))


def _wishes_instead(turn: Turn, text: str, request: ReturnRequest) -> bool:
    """Whether nothing but another kind is wished right after a request was spoken of: "I want a refund" is that one's,
    and no return of another purchase."""
    at = turn.spoken_of.get("at") or {}
    is_fresh = turn.conversation.last_seq - int(at.get("return", 0)) <= JUST
    wished = kind_wished(text)
    return is_fresh and wished not in (None, request.kind) and _OF_ANOTHER.search(normalise(text)) is None


async def tell_registered(turn: Turn, request: ReturnRequest) -> None:
    """Answer a message about a return that is registered."""
    turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
    text = words(turn)
    if change := Change.read(choice(turn)) if turn.pressed else None:
        await _change(turn, request, change)
        return
    if tell_aside(turn, text, request=request):
        turn.done("answered", request.number, request=request.number)
        return
    if not request.is_running:
        tell_status(turn, request)
        return
    offered = await sizes_of(turn.session, request.line) if request.line.size else []
    size = size_said(text, request.line, offered) if offered else None
    if missing := _not_made(text, offered, request):
        item, sizes = request.line.name_in(turn.language), [size_text(each, turn.language) for each in offered]
        told: Facts = {"item": item, "size": size_text(missing, turn.language), "sizes": joined(sizes, turn.language)}
        turn.say("reply_return_size_none", **told)
        turn.done("answered", request.number, request=request.number)
        return
    wished = ReturnKind.EXCHANGE if size else kind_wished(text)
    another_size = size is not None and size != request.new_size
    if wished is None or (wished == request.kind and not another_size):
        tell_status(turn, request)
    elif not request.is_alterable:
        tell_fixed(turn, request)
    elif wished == ReturnKind.EXCHANGE and request.reason == ReturnReason.WRONG_SIZE and size is None:
        _ask_size(turn, request, neighbours(request.line, offered, text) or offered)
    else:
        await _ask_consent(turn, request, Change(request.number, wished, size))


async def tell_asked(turn: Turn, member: Member) -> bool:
    """Tell of the request spoken of with which reason it was put down, or how it goes on; False where there is none."""
    number = str(turn.spoken_of.get("return") or "")
    request = await returns.by_number(turn.session, number, member_id=member.id) if number else None
    if request is None:
        return False
    turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
    if choice(turn) == return_day.REASON:
        tell_reason(turn, request)
    elif choice(turn) == return_day.OLD_BACK and request.is_running:
        tell_aside(turn, words(turn), request=request)
    elif (
        choice(turn) == return_day.NEW_ONE and request.is_running and not tell_aside(turn, words(turn), request=request)
    ):
        turn.say("reply_return_if_new_faulty")
    elif request.is_running:
        tell_next(turn, request)
    else:
        tell_status(turn, request)
    turn.done("answered", request.number, request=request.number)
    return True


async def _change(turn: Turn, request: ReturnRequest, change: Change) -> None:
    try:
        request = await returns.change_kind(
            turn.session, request, change.kind, new_size=change.size, key=turn.key("kind")
        )
    except ReturnStepRefused:
        tell_fixed(turn, request)
        return
    except ReturnRefused as refusal:
        if refusal.problem == ReturnProblem.NO_NEW_SIZE:
            _ask_size(turn, request, await sizes_of(turn.session, request.line))
        else:
            _tell_refused(turn, request, change.kind, refusal.problem)
        return
    due = format_date(request.refund_due_at, turn.language) if request.refund_due_at else ""
    turn.say(f"reply_return_changed_{change.kind.value}", due=due, **_facts(turn, request))
    turn.done("return_changed", f"{request.number}: {request.kind}", request=request.number)
    turn.focus(done=ACT)


def _tell_refused(turn: Turn, request: ReturnRequest, wished: ReturnKind, problem: ReturnProblem) -> None:
    why = label("return_problem", problem, turn.language)
    facts = _facts(turn, request) | {"wished": label("return_kind", wished, turn.language), "why": why}
    turn.say("reply_return_change_refused", buttons=help_buttons(turn)[-1:], **facts)
    turn.done("return_refused", f"{request.number}: {problem.value}", request=request.number)


async def _ask_consent(turn: Turn, request: ReturnRequest, change: Change) -> None:
    if problem := await returns.change_problem(turn.session, request, change.kind):
        _tell_refused(turn, request, change.kind, problem)
        return
    terms = await returns.terms_of(turn.session, request, change.kind)
    facts = _facts(turn, request) | {
        "refund": format_money(terms.refund_minor, request.currency),
        "shipping": shipping_text(turn, terms.shipping_paid_by),
        "size": size_text(change.size, turn.language) if change.size else "",
    }
    name = f"reply_return_change_to_{change.kind.value}"
    if change.kind == ReturnKind.EXCHANGE:
        name = "reply_return_change_to_size" if change.size else "reply_return_change_to_exchange"
    yes = service_button(turn, "change_it", ACT, choice=change.written())
    turn.say(name, buttons=consent_buttons(yes, _keep(turn)), **facts)
    turn.done("answered", request.number, request=request.number)


def _ask_size(turn: Turn, request: ReturnRequest, sizes: list[str]) -> None:
    buttons = [
        button(size_text(size, turn.language), ACT, choice=Change(request.number, ReturnKind.EXCHANGE, size).written())
        for size in sizes
        if size != request.line.size
    ]
    turn.say("reply_return_new_size", buttons=buttons, item=line_text(request.line, turn.language))
    turn.done("answered", request.number, request=request.number)


def _not_made(text: str, offered: list[str], request: ReturnRequest) -> str | None:
    """The size that is wished and is none of the product's."""
    said = sizes_said.wished(text)[-1:]
    return said[0] if said and offered and said[0] not in (*offered, request.line.size) else None


def tell_status(turn: Turn, request: ReturnRequest) -> None:
    """How far a return is, what comes next and by when."""
    turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
    buttons = help_buttons(turn)[-1:]
    if request.is_alterable:
        withdraw = service_button(turn, "withdraw", "undo", act=ACT)
        buttons = [withdraw, *buttons]
    name = "reply_return_status" if request.is_running else "reply_return_status_closed"
    turn.say(name, buttons=buttons, **_facts(turn, request) | {"kind": _kind_text(turn, request)})
    turn.done("answered", request.number, request=request.number)


def listed(turn: Turn, of: Sequence[ReturnRequest]) -> str:
    """One line for each request: what it is about, how far it is, what comes next."""
    return "\n".join(_listed(turn, each) for each in of[:LISTED])


def _listed(turn: Turn, request: ReturnRequest) -> str:
    facts = _facts(turn, request)
    facts.pop("kind")
    way = _kind_text(turn, request)
    return label("request_in_list", "next" if facts["next"] else "entry", turn.language, way=way, **facts)


def tell_fixed(turn: Turn, request: ReturnRequest) -> None:
    """That a request is too far on to be changed."""
    turn.say("reply_return_cannot_change", buttons=help_buttons(turn)[-1:], **_facts(turn, request))
    turn.done("too_late", request.number, request=request.number)


def _keep(turn: Turn) -> dict[str, str]:
    return service_button(turn, "keep_it", "undo", act=ACT, choice=KEPT)


def _facts(turn: Turn, request: ReturnRequest) -> Facts:
    return {
        "number": request.number,
        "item": line_text(request.line, turn.language),
        "kind": label("return_kind", request.kind, turn.language),
        "status": label("return_status", request.status, turn.language),
        "next": _next_step(turn, request),
        "refund": format_money(request.refund_minor, request.currency),
        "shipping": shipping_text(turn, request.shipping_paid_by),
        "size": size_text(request.new_size, turn.language) if request.new_size else "",
    }


def _kind_text(turn: Turn, request: ReturnRequest) -> str:
    """What it is: a return, a repair, an exchange for 40."""
    if request.kind == ReturnKind.EXCHANGE and request.new_size:
        return label("return_kind_of", "exchange_size", turn.language, size=size_text(request.new_size, turn.language))
    return label("return_kind", request.kind, turn.language)


def _next_step(turn: Turn, request: ReturnRequest) -> str:
    """What comes next, and by when."""
    if request.step_due_at is None or not request.is_running:
        return ""
    return label("return_next", request.status, turn.language, due=due_text(request.step_due_at, turn.language))
