"""What cannot be done with a reward or a code."""

from datetime import datetime

from crm_store.errors import CrmError


class RewardUnavailable(CrmError):
    """The reward cannot be redeemed now. `reason`: inactive or out_of_stock."""

    code = "reward_unavailable"

    def __init__(self, reward_code: str, reason: str) -> None:
        self.reward_code, self.reason = reward_code, reason
        super().__init__(reward_code=reward_code, reason=reason)


class RedemptionNotUsable(CrmError):
    """The code cannot be used. `reason`: used, cancelled or expired."""

    code = "redemption_not_usable"

    def __init__(self, coupon_code: str, reason: str) -> None:
        self.coupon_code, self.reason = coupon_code, reason
        super().__init__(coupon_code=coupon_code, reason=reason)


class RedemptionNotCancellable(CrmError):
    """The code was used already, so the points stay spent."""

    code = "redemption_not_cancellable"

    def __init__(self, redemption_id: int, status: str) -> None:
        self.redemption_id, self.status = redemption_id, status
        super().__init__(redemption_id=redemption_id, status=status)


class UndoTooLate(CrmError):
    """The member may not give the code back any more; `until`: the moment up to which that was possible."""

    code = "undo_too_late"

    def __init__(self, redemption_id: int, until: datetime) -> None:
        self.redemption_id, self.until = redemption_id, until
        super().__init__(redemption_id=redemption_id, until=until)
