"""What the actions name exists: every response, every outcome with a label for the console."""

import re
from pathlib import Path

import pytest
import yaml

from actions.endpoint import DOMAIN_FOLDER, ActionsMissing, action_classes, build_executor, domain
from actions.kit.forms import FixedQuestion
from crm_store.labels import label
from crm_store.language import Language
from tests.actions.conftest import responses

ACTIONS = Path(__file__).parents[2] / "actions"
STATUS_ADDED = "(?:_shipped|_delivered)?"
"""What `actions.orders.form.tell_too_late` may put behind a name."""


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ACTIONS.rglob("*.py")))


def test_every_response_an_action_names_exists() -> None:
    named = set(re.findall(r'"(reply_[a-z0-9_]+)"', sources()))
    assert len(named) > 100
    assert named - set(responses()) == set()


def test_every_response_is_said_by_some_action() -> None:
    fixed = {name.replace("action_", "reply_", 1) for name, cls in action_classes().items() if said_plainly(cls)}
    named = re.findall(r'"(reply_[a-z0-9_]*(?:{[^"]+})?[a-z0-9_]*)"', sources())
    said = re.compile("|".join(f"{re.sub('{.*}', '[a-z0-9_]*', name)}{STATUS_ADDED}" for name in named))
    assert [name for name in responses() if name not in fixed and not said.fullmatch(name)] == []


def said_plainly(cls: type) -> bool:
    return issubclass(cls, FixedQuestion)


def test_every_slot_a_form_asks_for_has_its_question() -> None:
    for form, content in domain()["forms"].items():
        assert set(action_classes()) & {f"action_ask_{form}_{slot}" for slot in content["required_slots"]}, form


def test_every_fixed_question_has_its_words() -> None:
    for name, cls in action_classes().items():
        assert not said_plainly(cls) or name.replace("action_", "reply_", 1) in responses()


def test_the_domain_names_just_the_actions_there_are() -> None:
    listed = [
        name
        for path in DOMAIN_FOLDER.glob("*.yml")
        for name in yaml.safe_load(path.read_text("utf-8")).get("actions") or []
    ]
    assert sorted(listed) == sorted(action_classes())


def test_every_outcome_has_a_label() -> None:
    outcomes = set(re.findall(r'done\(\s*"([a-z0-9_]+)"', sources()))
    assert len(outcomes) > 30
    for outcome in sorted(outcomes):
        for language in Language:
            assert label("interaction_outcome", outcome, language)


def test_a_folder_that_could_not_be_read_lets_no_app_start_without_its_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.endpoint.pkgutil.walk_packages", lambda *_: iter(()))
    with pytest.raises(ActionsMissing) as refused:
        build_executor()
    assert "action_faq" in refused.value.names


def test_every_action_of_the_domain_is_served() -> None:
    assert {"action_faq", "validate_return_form"} <= build_executor().actions.keys()


def test_every_intent_has_a_title_in_every_language() -> None:
    base = yaml.safe_load((DOMAIN_FOLDER / "base.yml").read_text(encoding="utf-8"))
    for intent in base["intents"]:
        for language in Language:
            assert label("intent_title", intent, language)
