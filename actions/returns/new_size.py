"""The size that is wished in place of the one bought: whether it is there, and those that are not made."""

from actions.kit.asked import sizes_said
from actions.kit.asked.shapes import asked
from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.replies import is_shoe_size, joined, size_text
from actions.kit.words import lexicon
from actions.products.sizes import size_said, sizes_of
from actions.returns.heard import kind_wished
from actions.returns.lines import own_line
from crm_store.orders import OrderLine
from crm_store.returns import ReturnKind


async def tell_sizes(turn: Turn, line_id: str | None) -> bool:
    """Say that a size the words name is not made, with those that are, or, where it is asked, that it is there; whether
    nothing of the message can be taken as the size."""
    found = await own_line(turn, line_id)
    text = words(turn)
    offered = await sizes_of(turn.session, found[1]) if found and found[1].size and text else []
    if found is None or not offered:
        return False
    line = found[1]
    if kind_wished(text) not in (None, ReturnKind.EXCHANGE):
        # "No XS, I see. My money back then": no size is asked for any more.
        return False
    there, missing = _split(text, line, offered)
    item, sizes = line.name_in(turn.language), _listed(turn, offered)
    if missing and not there:
        turn.say("reply_return_size_none", item=item, size=size_text(missing[-1], turn.language), sizes=sizes)
        return True
    if lexicon.mentions("half_size", text) and not any(each.endswith(".5") for each in offered):
        turn.say("reply_return_no_half", item=item, sizes=sizes)
        return not there
    if there and lexicon.mentions("asks_stock", text):
        turn.say("reply_return_size_there", size=_listed(turn, there))
    return False


def _listed(turn: Turn, sizes: list[str]) -> str:
    return joined([size_text(each, turn.language) for each in sizes], turn.language)


def _split(text: str, line: OrderLine, offered: list[str]) -> tuple[list[str], list[str]]:
    """Those of the sizes named that are made, and those that are not."""
    figures, out = sizes_said.in_figures(text), sizes_said.denied(text)
    of_shoes = is_shoe_size(offered[0])
    named = [size for size in asked(figures).sizes if size not in out and is_shoe_size(size) == of_shoes]
    there = [size for size in named if size in offered]
    return there, [size for size in named if size not in offered and size != line.size]


def corrected(turn: Turn, line: OrderLine | None, offered: list[str], known: str | None) -> bool:
    """Whether the words name another size than the one that was asked about: "no no, 40"."""
    size = size_said(words(turn), line, offered) if line is not None and offered else None
    return size is not None and size != known and bool(sizes_said.wished(words(turn)))
