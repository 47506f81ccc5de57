"""The root of every refusal the store can give.

Each noun declares its own small errors that carry their facts; the edge that meets one chooses the status and the
words.
"""


class CrmError(Exception):
    """A rule of the business said no. `code` names the rule in snake_case and is part of the API.

    `keeps_work`: what was written before the refusal is committed, not undone, when the refusal leaves
    `Database.transaction()`; a counted wrong guess must stay counted.
    """

    code = "crm_error"
    keeps_work = False

    def __init__(self, message: str = "", **facts: object) -> None:
        self.facts = facts
        super().__init__(message or f"{self.code}: {facts}")


class KeyReused(CrmError):
    """An idempotency key came again with a different request."""

    code = "key_reused"

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"idempotency key {key!r} was used for another request", key=key)


class NotFound(CrmError):
    """Nothing of that kind has that name."""

    code = "not_found"

    def __init__(self, kind: str, name: object) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"no {kind} {name!r}", kind=kind, name=name)
