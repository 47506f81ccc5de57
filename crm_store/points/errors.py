"""What the ledger refuses."""

from crm_store.errors import CrmError


class InsufficientPoints(CrmError):
    """More points were asked for than the member has; nothing was taken."""

    code = "insufficient_points"

    def __init__(self, member_id: int, balance: int, requested: int) -> None:
        self.member_id, self.balance, self.requested = member_id, balance, requested
        super().__init__(
            f"member {member_id} has {balance} points, {requested} were asked for",
            member_id=member_id,
            balance=balance,
            requested=requested,
        )

    @property
    def missing(self) -> int:
        """How many points are short."""
        return self.requested - self.balance


class PointsAboveLimit(CrmError):
    """More points than one movement may give or take by the policy's `points.most`; nothing was written."""

    code = "points_above_limit"

    def __init__(self, points: int, limit: int) -> None:
        self.points, self.limit = points, limit
        super().__init__(f"{points} points at once, {limit} are the most", points=points, limit=limit)


class BalanceAboveLimit(CrmError):
    """The member would have, or owe, more points than the policy's `points.most` allows; nothing was written. The
    balance is not told: who gives points need not be allowed to read it."""

    code = "balance_above_limit"

    def __init__(self, points: int, limit: int) -> None:
        self.points, self.limit = points, limit
        super().__init__(f"{points} points more than fit into a balance of {limit}", points=points, limit=limit)


class AlreadyReversed(CrmError):
    """The entry was reversed before, under another key."""

    code = "already_reversed"

    def __init__(self, entry_id: int, reversal_id: int) -> None:
        self.entry_id, self.reversal_id = entry_id, reversal_id
        super().__init__(entry_id=entry_id, reversal_id=reversal_id)


class NotReversible(CrmError):
    """Only points earned, spent or adjusted can be taken back; not an expiry, not a reversal."""

    code = "not_reversible"

    def __init__(self, entry_id: int, kind: str) -> None:
        self.entry_id, self.kind = entry_id, kind
        super().__init__(entry_id=entry_id, kind=kind)
