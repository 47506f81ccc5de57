"""The last question, answered for the thing that was meant: 我问的是电饭煲，不是不粘锅, "I meant the thermos".

Whoever corrects the thing asks nothing new. What was asked in the message before is asked of the one that is named now,
in place of its card.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from actions.kit.base import RULED_OUT, Turn
from actions.kit.said_before import messages_before
from actions.products import to_be_had
from actions.products.listed import keep
from actions.products.questions import answered
from actions.products.texts import name_of
from crm_store.products import Product
from crm_store.text import normalise

OF_GOODS = "ask_product"
MOST = 3
"""So many questions of one message are put again."""
_CORRECTS = re.compile(
    r"^(?:(?:不是|不对|唔系|错|啊|呃|那个|no|nah|sorry|wait|oops) ?)*"
    r"(?:我(?:刚才|刚刚|头先|明明)?(?:是)?(?:问|说|讲|指|话)(?:紧)?的?(?:是|系)?(?=.)|我(?:的)?意思(?:是|系)"
    r"|i (?:just |actually )?(?:meant|mean|said|asked about|was asking about|am asking about) )"
)


async def tell(turn: Turn, product: Product) -> bool:
    """Answers the last questions for the product; False where nothing was corrected, or nothing of goods was asked."""
    if turn.pressed or not corrects(turn):
        return False
    told = False
    before = [step for step in next(messages_before(turn, 1), []) if _intent(step) == OF_GOODS]
    for asked in before[:MOST]:
        again = replace(turn, tracker=_tracker_of(turn, _of_it(asked, name_of(product, turn.language))))
        told = await to_be_had.tell_of(again, product) or await answered(again, product) or told
    if told:
        keep(turn, product)
        turn.done("answered", product=product.sku)
    return told


def corrects(turn: Turn) -> bool:
    """Whether the words only say which thing was meant."""
    return bool(turn.entities(RULED_OUT)) or _CORRECTS.match(normalise(turn.text)) is not None


def _intent(event: Mapping[str, Any]) -> str:
    return str(((event.get("parse_data") or {}).get("intent") or {}).get("name") or "")


def _of_it(asked: Mapping[str, Any], name: str) -> str:
    """A question with the right thing in the place of what it named."""
    text = str(asked["text"])
    named = [str(each.get("value") or "") for each in _entities(asked) if each.get("entity") in ("product", "reward")]
    for word in sorted(filter(None, named), key=len, reverse=True):
        text = re.sub(re.escape(word), name, text, flags=re.IGNORECASE)
    return text


def _entities(event: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (event.get("parse_data") or {}).get("entities") or []


def _tracker_of(turn: Turn, text: str) -> Any:
    tracker = copy.copy(turn.tracker)
    tracker.latest_message = {**turn.tracker.latest_message, "text": text, "entities": []}
    return tracker
