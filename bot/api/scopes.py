"""Which scope a call needs, from its address alone: what is not told here only a key for everything may call."""

from collections.abc import Sequence
from urllib.parse import unquote

from crm_store.api_keys import SCOPES

_READS = ("GET", "HEAD")
_CALLED = {"identity-links": "members", "referral": "points"}
_OF_A_MEMBER = ("points", "orders", "parcels", "referral")


def needed(method: str, parts: Sequence[str]) -> str | None:
    """`parts`: of the path below the interface's prefix as it was sent, such as members, HK100001, orders. A list of a
    member belongs to its own subject, which the last part tells, as it does in the routes: a number may have a slash in
    it, sent as %2F. None: no scope is enough."""
    subject = parts[0]
    if subject == "members" and len(parts) > 1:
        read = "/".join(unquote(part) for part in parts[1:]).split("/")
        if len(read) > 1 and read[-1] in _OF_A_MEMBER:
            subject = read[-1]
        elif len(parts) > 2:
            return None
    reads = method in _READS or list(parts) == ["knowledge", "search"]
    scope = f"{_CALLED.get(subject, subject)}:{'read' if reads else 'write'}"
    return scope if scope in SCOPES else None
