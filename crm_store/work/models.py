"""One row for all kinds of work, and what the lists can be narrowed to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm_store.members import Member


class Kind(StrEnum):
    COMPLAINTS = "complaints"
    POINTS = "points"
    """Complaints about points once more, by themselves."""
    PROMISES = "promises"
    CALLBACKS = "callbacks"
    RETURNS = "returns"
    ORDER_CHANGES = "order_changes"
    FOLLOW_UPS = "follow_ups"
    PRIVACY = "privacy"
    FEEDBACK = "feedback"
    DELIVERIES = "deliveries"
    APPROVALS = "approvals"
    WIN_BACK = "win_back"


class Whose(StrEnum):
    """Whose work: the agent's own, everybody's, or nobody's."""

    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"


class Stage(StrEnum):
    OPEN = "open"
    DONE = "done"


class Due(StrEnum):
    """By when: whenever, by the end of `work.due_soon`, or already late."""

    ANY = "any"
    SOON = "soon"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """`state`: one state of the kind's own; without it the whole `stage`. `what`: one code of what the cases are."""

    whose: Whose = Whose.TEAM
    agent_id: int | None = None
    stage: Stage = Stage.OPEN
    state: str | None = None
    what: str | None = None
    due: Due = Due.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case. `number` names it within its kind; `what` is a code of the kind (a complaint's category), `about` the
    words; `due_at`: when a person must have acted, None while nobody must; `urgency` from 1 (usual) to 5;
    `value_minor`: what the member is worth (`value.worth_by_member`)."""

    kind: Kind
    number: str
    what: str
    about: str
    state: str
    member: Member | None
    conversation_id: str | None
    owner_id: int | None
    due_at: datetime | None
    began_at: datetime
    urgency: int
    value_minor: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """Of one kind, what is open: for everybody, for the agent (as "my day" lists it: what stands for another case does
    not count), for nobody, and what of the agent's and of nobody's is due soon or late."""

    open: int = 0
    mine: int = 0
    unassigned: int = 0
    pressing: int = 0
