"""Where things are in the console: the one place that knows the form of an address."""

from urllib.parse import quote

from bot.console.access import ROOT

SEARCH = f"{ROOT}/search"


def member(number: str, part: str = "") -> str:
    """The page of a member; `part`: a section of it, by its key."""
    return f"{ROOT}/members/{quote(number, safe='')}" + (f"#hk-part-{part}" if part else "")


def members(asked: str = "") -> str:
    """The list of members, or those found for a question."""
    return f"{ROOT}/members" + (f"?q={quote(asked, safe='')}" if asked else "")


def audit(query: str = "") -> str:
    """The audit trail; `query`: what it is narrowed down to."""
    return f"{ROOT}/audit" + (f"?{query}" if query else "")


def audit_export(query: str = "") -> str:
    """The same as a table."""
    return f"{ROOT}/audit.csv" + (f"?{query}" if query else "")


def imports(run_id: int | None = None) -> str:
    """Importing the shop's own files; with one of them open."""
    return f"{ROOT}/import" + (f"?run={run_id}" if run_id is not None else "")


def refused_rows(run_id: int) -> str:
    """The rows that an import refused, as a table."""
    return f"{ROOT}/import/{run_id}/refused.csv"


def measures() -> str:
    """Loyalty in figures."""
    return f"{ROOT}/measures"


def measures_export(span: str, by: str) -> str:
    """The same as a table."""
    return f"{ROOT}/measures.csv?span={span}&by={by}"


def risk() -> str:
    """Members about to leave, and what following up does."""
    return f"{ROOT}/risk"


def conversation(conversation_id: str) -> str:
    """The desk with that conversation open."""
    return f"{ROOT}/c/{quote(conversation_id, safe='')}"


def write_to(number: str) -> str:
    """The desk, where a first message to a member is written. Without the root, which NiceGUI's links put before it."""
    return f"/?write={quote(number, safe='')}"
