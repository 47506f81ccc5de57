"""The action endpoint: Rasa calls it over HTTP to run custom actions. Callers without the shared secret are refused."""

import hmac
import importlib
import inspect
import pkgutil
import time
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

import actions
from crm_store.yaml_files import read_yaml

SECRET_HEADER = "X-Huike-Secret"  # noqa: S105 - the header's name, not the secret
TRACE_HEADER = "X-Huike-Trace"
DOMAIN_FOLDER = Path(__file__).parent.parent / "nlu_data" / "domain"

log = structlog.get_logger(__name__)


class ActionNameTaken(Exception):
    """Two action classes share a name; the SDK would replace the first in silence."""

    def __init__(self, name: str, first: type, second: type) -> None:
        self.name = name
        super().__init__(
            f"{second.__module__}.{second.__qualname__} and {first.__module__}.{first.__qualname__}: {name}"
        )


class ActionsMissing(Exception):
    """The model knows actions that no class stands for: every message that needs one would fail."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = sorted(names)
        super().__init__(
            f"{len(self.names)} actions of the domain were not found in {actions.__path__}: {self.names[:3]}"
        )


@cache
def domain() -> dict[str, Any]:
    """The parts of Rasa's domain that actions read (forms and slots), merged from nlu_data/domain."""
    merged: dict[str, Any] = {"forms": {}, "slots": {}}
    for content in _domain_files():
        for part, known in merged.items():
            known.update(content.get(part) or {})
    return merged


def _domain_files() -> list[dict[str, Any]]:
    return [read_yaml(path) or {} for path in sorted(DOMAIN_FOLDER.glob("*.yml"))]


def action_classes() -> dict[str, type[Action]]:
    """Every concrete action of the `actions` package by its name. Raises ActionNameTaken on a double name."""
    found: dict[str, type[Action]] = {}
    for module_info in pkgutil.walk_packages(actions.__path__, "actions."):
        module = importlib.import_module(module_info.name)
        for cls in vars(module).values():
            own = inspect.isclass(cls) and cls.__module__ == module.__name__
            if not own or not issubclass(cls, Action) or inspect.isabstract(cls):
                continue
            name = cls().name()
            if name in found:
                raise ActionNameTaken(name, found[name], cls)
            if not inspect.iscoroutinefunction(cls.run):
                raise TypeError(f"{cls.__qualname__}.run must be a coroutine: a plain one stalls every conversation")
            found[name] = cls
    return found


def build_executor() -> ActionExecutor:
    """All actions of the domain. Raises ActionsMissing, for a folder that could not be read when the modules were
    looked for is passed over in silence."""
    executor, classes = ActionExecutor(), action_classes()
    if missing := {name for part in _domain_files() for name in part.get("actions") or []} - classes.keys():
        raise ActionsMissing(missing)
    for cls in classes.values():
        executor.register_action(cls())
    return executor


def build_router(secret: str, *, measured: Callable[[float, int], None] | None = None) -> APIRouter:
    """Routes for Rasa: `POST /actions/webhook`. `secret` is what callers must send in X-Huike-Secret.

    `measured` is told of each call how many seconds it took, and the status of its answer.
    """
    router = APIRouter(include_in_schema=False)
    executor = build_executor()

    async def webhook(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), secret.encode()):
            return _answer(401, {"error": "the shared secret is missing or wrong"})
        began = time.perf_counter()
        trace = request.headers.get(TRACE_HEADER)
        with structlog.contextvars.bound_contextvars(**({"trace": trace} if trace else {})):
            answer = await run(orjson.loads(await request.body()))
        if measured is not None:
            measured(time.perf_counter() - began, answer.status_code)
        return answer

    async def run(call: dict[str, Any]) -> Response:
        call["domain"] = domain()
        name = call.get("next_action")
        try:
            result = await executor.run(call)
        except ActionExecutionRejection as rejection:
            return _answer(400, {"error": rejection.message, "action_name": name})
        except ActionNotFoundException:
            return _answer(404, {"error": f"no action {name!r}", "action_name": name})
        except Exception:
            # Rasa needs an answer whatever happened; the details stay in our log, never in the reply.
            log.exception("action_failed", action=name, conversation=call.get("sender_id"))
            return _answer(500, {"error": "the action failed", "action_name": name})
        return _answer(200, result.model_dump() if result else {"events": [], "responses": []})

    # A plain route: FastAPI's own would look for parameters and a model in every call.
    router.add_route("/actions/webhook", webhook, methods=["POST"])
    return router


def _answer(status: int, content: dict[str, Any]) -> Response:
    return Response(orjson.dumps(content), status_code=status, media_type="application/json")
