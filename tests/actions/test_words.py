"""What the actions name exists: every response in three languages, every outcome with a label for the console."""

import re
from pathlib import Path

from actions.endpoint import action_classes, domain
from crm_store.labels import label
from crm_store.language import Language
from tests.actions.conftest import responses, variations

ACTIONS = Path(__file__).parents[2] / "actions"


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ACTIONS.glob("*.py")))


def test_every_response_speaks_all_languages() -> None:
    silent = [(name, language) for name in responses() for language in Language if not variations(name, language)]
    assert silent == []


def test_every_response_an_action_names_exists() -> None:
    named = set(re.findall(r'"(reply_[a-z0-9_]+)"', sources()))
    assert len(named) > 100
    assert named - set(responses()) == set()


def test_every_slot_a_form_asks_for_has_its_question() -> None:
    known = set(responses()) | set(action_classes())
    for form, content in domain()["forms"].items():
        asked = [f"{kind}_ask_{form}_{slot}" for slot in content["required_slots"] for kind in ("utter", "action")]
        assert known & set(asked), form


def test_every_outcome_has_a_label() -> None:
    outcomes = set(re.findall(r'done\(\s*"([a-z0-9_]+)"', sources()))
    assert len(outcomes) > 30
    for outcome in sorted(outcomes):
        for language in Language:
            assert label("interaction_outcome", outcome, language)


def test_variations_of_one_response_need_the_same_values() -> None:
    """A translation that forgets a number, or asks for one nobody gives."""
    for name, texts in responses().items():
        needed = [frozenset(re.findall(r"(?<!{){([^\s{}]+)}(?!})", each.get("text", ""))) for each in texts]
        assert len(set(needed)) == 1, (name, needed)
