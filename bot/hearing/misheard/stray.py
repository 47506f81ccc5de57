"""A single word that could mean several things (换, "sms", "change it", 白天) starts nothing. It is read against the
act done last, where nothing else was spoken of since; else it is asked back, its meanings as buttons (stray.yml)."""

from functools import cache
from importlib.resources import files
from typing import Any

from actions.kit.asked import stray_asked
from actions.kit.words import lexicon
from bot.hearing.message import agreed, expectation, reference
from bot.hearing.message.said import CHOICE, INFORM, Said
from bot.hearing.steps import Heard, Step, entities_of, with_intent
from crm_store.conversations import Context, Focus
from crm_store.text import closed_up
from crm_store.yaml_files import read_yaml

UNDO, ACT = "undo", "act"
CANCEL = "cancel"
OF_AN_ORDER = frozenset({"order", "parcel", "product"})
"""What a word may mean that was told of after the act."""


def heard(said: Said, context: Context) -> Heard | None:
    """The question back, or the step that the word means of the act done last; None where it is no such word, or
    something is open that may take it."""
    expects = context.expects
    if expects.form is not None or agreed.asks_yes_or_no(expects) or entities_of(said.whole):
        return None
    word = word_said(said.text)
    if word is None or expectation.option_said(said.text, expects) is not None:
        return None
    act = _act(context.focus)
    if word == CANCEL:
        return Heard.of(_step(said, UNDO, **{ACT: act})) if act in _words()["undone"] else None
    about = act if act in stray_asked.ACTS else stray_asked.NOTHING
    if about == stray_asked.NOTHING and word in _words()["known_without_an_act"]:
        return None
    return Heard.of(_step(said, INFORM, **{CHOICE: stray_asked.written(word, about)}))


def word_said(text: str) -> str | None:
    """Which of the words the whole text is, courtesies and fillers left out."""
    bare = closed_up(lexicon.without("courtesy", text)).strip()
    for word, forms in _forms().items():
        if bare in forms or closed_up(text).strip() in forms:
            return word
    return None


def _act(focus: Focus) -> str:
    """The act done last, while it is what was spoken of last."""
    done = str(focus.get("done") or "")
    places: dict[str, int] = focus.get("at") or {}
    since = {kind for kind, place in places.items() if place > places.get("done", 0)}
    other = since & OF_AN_ORDER and not since & set(_words()["own"].get(done, ()))
    lately = reference.was_done_lately(focus) or bool(since & set(_words()["own"].get(done, ())))
    return done if done and lately and not other else ""


def _step(said: Said, intent: str, **entities: str) -> Step:
    return Step(text=said.text, heard=with_intent({**said.whole, "entities": []}, intent, entities))


@cache
def _forms() -> dict[str, frozenset[str]]:
    return {
        word: frozenset(closed_up(str(form)).strip() for form in forms) for word, forms in _words()["words"].items()
    }


@cache
def _words() -> dict[str, Any]:
    return dict(read_yaml(files("bot.hearing.misheard").joinpath("stray.yml")))
