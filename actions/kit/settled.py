"""The two buttons below a solution: solved, or not. The desk answers them, also while the dialogue server is away."""

from actions.kit.base import Button
from crm_store.labels import label
from crm_store.language import Language

SOLVED, UNSOLVED = "solved", "unsolved"
PREFIX = "desk:complaint_"


def settled_buttons(number: str, language: Language) -> list[Button]:
    """`number`: of the complaint."""
    return [
        {"title": label("complaint_confirmation", answer, language), "payload": f"{PREFIX}{answer}:{number}"}
        for answer in (SOLVED, UNSOLVED)
    ]


def read_settled(payload: str) -> tuple[str, str] | None:
    """SOLVED or UNSOLVED and the complaint's number; None for any other payload."""
    answer, _, number = payload.removeprefix(PREFIX).partition(":")
    known = payload.startswith(PREFIX) and answer in (SOLVED, UNSOLVED) and bool(number)
    return (answer, number) if known else None
