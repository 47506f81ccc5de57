"""The danger that was told of before, as it stands in the focus."""

from actions.kit.base import Turn

TOLD = "danger"
"""In the focus: the kind of danger that was told last."""
BY_A_THING = frozenset({"child", "acid", "injury", "battery", "fire"})


def from_a_thing(turn: Turn) -> bool:
    """Whether somebody was just put at risk by one of our goods: no repair for money is offered for that."""
    return turn.spoken_of.get(TOLD) in BY_A_THING
