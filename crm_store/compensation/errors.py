"""What cannot be done with a compensation."""

from crm_store.errors import CrmError


class CompensationInvalid(CrmError):
    """It cannot be given like that. `reason`: amount, no_member, no_reward, no_reason."""

    code = "compensation_invalid"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


class CompensationDecided(CrmError):
    """Somebody has decided already."""

    code = "compensation_decided"

    def __init__(self, compensation_id: int, status: str, by_id: int | None) -> None:
        self.compensation_id, self.status, self.by_id = compensation_id, status, by_id
        super().__init__(compensation_id=compensation_id, status=status)


class LimitExceeded(CrmError):
    """More than the agent's role may approve for one complaint, or the agent's own request. `limit`: points, or minor
    units; None when it is the agent's own."""

    code = "compensation_limit"

    def __init__(self, kind: str, limit: int | None) -> None:
        self.kind, self.limit = kind, limit
        super().__init__(kind=kind, limit=limit)
