"""A yes with more beside it, as hearing hands it to the form or the action that asked: nothing is agreed to by it."""

from enum import StrEnum

MARK = "yes_but"


class YesBut(StrEnum):
    """What stood beside the yes, so that it was none."""

    EDIT = "edit"
    """Something that changes what was asked about, or was not understood: the words are applied or named."""
    CONDITION = "condition"
    """A case in which it would be one."""
    OPEN = "open"
    """A question that comes first, and was just answered: the yes is still to come."""
    CHECK = "check"
    """A question for what was asked about itself, how much or which it is: told from the act, and asked once more."""


def choice_of(kind: YesBut) -> str:
    """The value of the entity `choice` that carries it."""
    return f"{MARK}:{kind}"


def read(choice: object) -> YesBut | None:
    """What a choice carries of it; None for every other choice."""
    mark, _, kind = str(choice or "").partition(":")
    return YesBut(kind) if mark == MARK and kind in set(YesBut) else None
