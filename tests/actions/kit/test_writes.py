"""An action that only reads has no session to write in, nor has what it hands its turn on to."""

import inspect
import re

import pytest

from actions.endpoint import action_classes
from actions.kit.base import CrmAction

READING = [action for action in action_classes().values() if issubclass(action, CrmAction) and not action.writes]
_HANDED_ON = re.compile(r"\b(\w+)\(\)\.answer(?:_member)?\(|action_classes\(\)\[\"(\w+)\"\]")


@pytest.mark.parametrize("action", READING, ids=lambda action: action.action_name)
def test_what_only_reads_hands_on_to_nothing_that_writes(action: type[CrmAction]) -> None:
    known = {each.__name__: each for each in action_classes().values()} | dict(action_classes())
    named = [name for pair in _HANDED_ON.findall(inspect.getsource(action)) for name in pair if name in known]
    assert [name for name in named if getattr(known[name], "writes", True)] == []
