"""Buttons for what a customer may want next."""

from actions.kit.base import Button, Turn, button
from crm_store import complaints, parcels
from crm_store.labels import label

BUTTONS_SHOWN = 4
"""More than four buttons nobody reads."""

STRANGERS_LIKELY = ("ask_faq", "ask_product", "bind_account")
STOCK = "stock:"
"""A `choice` of `opt_in` that begins so names the SKU of goods that are sold out."""


def wish(turn: Turn, intent: str, **entities: object) -> Button:
    """A button that says `intent`, titled as the catalogue calls that wish."""
    return button(label("intent_title", intent, turn.language), intent, **entities)


async def likely_next(turn: Turn) -> list[Button]:
    """The wishes this customer most probably has, the likeliest first."""
    if turn.member is None:
        return [wish(turn, intent) for intent in STRANGERS_LIKELY]
    intents = []
    if await complaints.open_for_member(turn.session, turn.member.id):
        intents.append("ask_complaint_status")
    if await parcels.open_for_member(turn.session, turn.member.id):
        intents.append("ask_parcel")
    else:
        intents.append("ask_order_status")
    return [wish(turn, intent) for intent in [*intents, "ask_points_balance", "redeem_points"]][:BUTTONS_SHOWN]


def tell_when_back(turn: Turn, sku: str) -> Button:
    """Has the customer told when these goods are there again."""
    return button(label("dialogue_button", "tell_when_back", turn.language), "opt_in", choice=STOCK + sku)
