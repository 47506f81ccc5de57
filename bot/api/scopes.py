"""Which scope a call needs, from its address alone: what is not told here only a key for everything may call."""

from collections.abc import Sequence

from crm_store.api_keys import SCOPES

_READS = ("GET", "HEAD")
_CALLED = {"identity-links": "members", "referral": "points"}


def needed(method: str, parts: Sequence[str]) -> str | None:
    """`parts`: of the path below the interface's prefix, such as members, HK100001, orders. A part of a member belongs
    to its own subject. None: no scope is enough."""
    subject = parts[2] if parts[0] == "members" and len(parts) > 2 else parts[0]
    reads = method in _READS or list(parts) == ["knowledge", "search"]
    scope = f"{_CALLED.get(subject, subject)}:{'read' if reads else 'write'}"
    return scope if scope in SCOPES else None
