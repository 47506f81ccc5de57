"""Custom actions for the speed comparison: one for each action the domain names, none of which does anything.

Served as the app serves its own, by rasa-sdk's executor behind FastAPI, and the same for both sides: the figures are
those of Rasa and not of a shop. `python -m benchmarks.bench_actions PORT`
"""

import sys
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionMissingDomainException, ActionNotFoundException

DOMAIN_FOLDER = Path(__file__).parent.parent / "nlu_data" / "domain"
VALIDATION = "validate_"
SUBMIT = "_submit"


def _merged(key: str) -> dict[str, Any]:
    """The parts of the domain under `key` from all its files, by name."""
    found: dict[str, Any] = {}
    for path in sorted(DOMAIN_FOLDER.glob("*.yml")):
        part = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get(key) or {}
        found.update(part if isinstance(part, dict) else {_name(entry): {} for entry in part})
    return found


def _name(entry: str | dict[str, Any]) -> str:
    return entry if isinstance(entry, str) else next(iter(entry))


FORMS: dict[str, list[str]] = {name: form.get("required_slots") or [] for name, form in _merged("forms").items()}


class _Answers(Action):  # type: ignore[misc]
    """Says its own name, as an action says what it found."""

    action_name = ""

    def name(self) -> str:
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text=f"{self.action_name}: 1,220")
        return []


class _Validates(_Answers):
    """Takes what the customer says for what the form asked."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        asked = tracker.slots.get("requested_slot")
        if asked is None:
            return []
        return [SlotSet(asked, (tracker.latest_message or {}).get("text"))]


class _Submits(_Answers):
    """Confirms, and empties the form for the next time."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="C-2026-0001")
        return [
            SlotSet(slot, None) for slot in FORMS.get(self.action_name.removesuffix(SUBMIT).removeprefix("action_"), [])
        ]


def _action(name: str) -> type[Action]:
    kind = _Validates if name.startswith(VALIDATION) else _Submits if name.endswith(SUBMIT) else _Answers
    return type(
        "".join(part.title() for part in name.split("_")), (kind,), {"action_name": name, "__module__": __name__}
    )


def build_app() -> FastAPI:
    """The action server."""
    executor = ActionExecutor()
    for name in _merged("actions"):
        executor.register_action(_action(name))
    app = FastAPI()

    @app.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        try:
            result = await executor.run(await request.json())
        except ActionMissingDomainException:
            return JSONResponse({"error": "domain wanted"}, status_code=449)
        except ActionNotFoundException as missing:
            return JSONResponse({"error": str(missing), "action_name": missing.action_name}, status_code=404)
        return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})

    return app


if __name__ == "__main__":
    uvicorn.run(build_app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
