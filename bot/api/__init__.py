"""The REST interface for the shop's own systems, under /api/v1; described as OpenAPI at /docs."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from bot.api import batches, earning, events, lookups
from bot.api.addresses import REST
from bot.api.errors import ApiRefusal, ApiRoute, Problem
from bot.services import Services

PREFIX = "/api/v1"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
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
    # Lookups come last: a member's number may be anything, and the other routes of members are longer.
    parts = [part.build_router(services) for part in (batches, events, earning, lookups)]
    for part in parts:
        router.include_router(part)
    router.include_router(_for_the_rest([route for part in parts for route in part.routes]))
    return router


def _for_the_rest(routes: Sequence[BaseRoute]) -> APIRouter:
    """Calls that none of the routes is for get an error of the interface's own shape too."""
    router = APIRouter(route_class=ApiRoute)
    calls = [(route.path_regex, route.methods or set()) for route in routes if isinstance(route, APIRoute)]

    @router.api_route(f"/{{{REST}}}", methods=METHODS, include_in_schema=False)
    async def no_such_call(path: str) -> None:
        allowed = sorted({each for address, methods in calls if address.match(f"/{path}") for each in methods})
        if allowed:
            raise ApiRefusal("method_not_allowed", allowed=allowed)
        raise ApiRefusal("no_such_call")

    return router
