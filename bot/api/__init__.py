"""The REST interface for the shop's own systems, under /api/v1; described as OpenAPI at /docs."""

from fastapi import APIRouter

from bot.api import batches, earning, events, lookups
from bot.api.errors import Problem
from bot.services import Services

PREFIX = "/api/v1"
_PROBLEMS = {
    401: "The key is missing or wrong.",
    403: "No keys are configured, or the key is not for this.",
    404: "There is nothing of that name.",
    409: "A rule of the shop says no.",
    413: "The body is too large.",
    422: "The request is not as described.",
    429: "Too many wrong keys came from this address; wait as long as Retry-After says.",
    503: "The database cannot be used right now; try again.",
}


def build_router(services: Services) -> APIRouter:
    """Every route under PREFIX."""
    router = APIRouter(
        prefix=PREFIX, responses={status: {"model": Problem, "description": text} for status, text in _PROBLEMS.items()}
    )
    for part in (batches, events, earning, lookups):
        router.include_router(part.build_router(services))
    return router
