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
