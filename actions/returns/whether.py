"""Whether the thing in question may come back still, asked amid its return; and another thing that is left aside."""

from typing import Any

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.forms import requested
from actions.kit.replies import line_text
from actions.kit.words import consent, lexicon
from actions.knowledge import own_warranty
from actions.products.sizes import sizes_named
from actions.returns.asides import tell_aside
from actions.returns.heard import aside_said, kind_wished, kinds_named, reason_said, weighs
from actions.returns.lines import bought, named_by_words, own_line
from crm_store import returns
from crm_store.clock import now
from crm_store.language import format_date
from crm_store.members import Member
from crm_store.returns import ReturnKind

COMES_BACK = frozenset({ReturnKind.RETURN, ReturnKind.EXCHANGE})


async def asks_of_this(turn: Turn, known: dict[str, Any]) -> bool:
    """ "Can it still be returned?" at the last question: told until when, or that the time for it is over. Points that
    may be exchanged, and another thing that is named, are none of it."""
    text, kind = words(turn), known["return_kind"]
    if lexicon.mentions("points_word", text) or await _names_another(turn, known["return_line"]):
        return False
    wished = kind_wished(text)
    line = await own_line(turn, known["return_line"])
    until = returns.window_ends_at(line[0], known["return_reason"]) if line else None
    if kind == ReturnKind.REPAIR and until is not None and until < now() and _asks_for_money(turn):
        turn.say("reply_return_no_more", until=format_date(until, turn.language))
        tell_aside(turn, text, kind=kind)
        return True
    if not requested(turn, "return_confirmed") or not _asks(text) or sizes_named(text) or weighs(text) or not until:
        return False
    if wished != kind or kind == ReturnKind.REPAIR:
        return False
    turn.say("reply_return_can", until=format_date(until, turn.language))
    return True


def _asks_for_money(turn: Turn) -> bool:
    """Whether a clause asks at the last question of a repair for money or another piece in its place."""
    asked = [clause for clause in consent.clauses(words(turn)) if _asks(clause)]
    return requested(turn, "return_confirmed") and any(kind_wished(clause) in COMES_BACK for clause in asked)


async def asks_of_warranty(turn: Turn, known: dict[str, Any]) -> bool:
    """ "Is it still under warranty?", asked amid the return of a thing: told of that very one."""
    text = words(turn)
    line = await own_line(turn, known["return_line"])
    names_it = lexicon.mentions("warranty_term", text) or lexicon.mentions("warranty_left", text)
    if turn.pressed or line is None or not names_it or not consent.asks_back(text) or aside_said(text) is not None:
        return False
    await own_warranty.tell_line(turn, *line)
    return True


async def tell_whether(turn: Turn, known: dict[str, Any]) -> None:
    """ "Can I still send it back?", asked where we ask what it shall be: told until when, before we ask on."""
    text = words(turn)
    line = await own_line(turn, known["return_line"])
    if turn.pressed or line is None or not requested(turn, "return_kind") or not _asks(text):
        return
    until = returns.window_ends_at(line[0], known["return_reason"])
    if until is not None and until >= now() and COMES_BACK & kinds_named(text):
        turn.say("reply_return_can", until=format_date(until, turn.language))


async def left_aside(turn: Turn, member: Member) -> bool:
    """ "The sheets can only be repaired, right, never mind them then": said of another thing than the one in question,
    it leaves that one as it is."""
    if turn.pressed or turn.slot("return_line") is None or not lexicon.mentions("left_aside", words(turn)):
        return False
    named = await named_by_words(turn, await bought(turn, member))
    if named.one is None or str(named.one[1].id) == turn.slot("return_line"):
        return False
    turn.say("reply_return_left_aside", item=line_text(named.one[1], turn.language))
    return True


async def _names_another(turn: Turn, line_id: str | None) -> bool:
    """Whether the words name another purchase than the one in hand."""
    if turn.pressed or turn.member is None:
        return False
    named = await named_by_words(turn, await bought(turn, turn.member))
    return bool(named.lines) and all(str(line.id) != line_id for _, line in named.lines)


def _asks(text: str) -> bool:
    return lexicon.mentions("asks_whether", text) and aside_said(text) is None and reason_said(text) is None
