"""What cannot be done with an order."""

from crm_store.errors import CrmError


class OrderNotCancellable(CrmError):
    """The order has left the house, or is already over."""

    code = "order_not_cancellable"

    def __init__(self, number: str, status: str) -> None:
        self.number, self.status = number, status
        super().__init__(f"order {number} is {status} and cannot be cancelled", number=number, status=status)


class OrderNotChangeable(CrmError):
    """The order is packed or further; `status` is the reason."""

    code = "order_not_changeable"

    def __init__(self, number: str, status: str) -> None:
        self.number, self.status = number, status
        super().__init__(f"order {number} is {status} and cannot be changed", number=number, status=status)


class NothingToChange(CrmError):
    """The wished change names nothing new."""

    code = "nothing_to_change"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"no change for order {number}", number=number)


class OrderStepRefused(CrmError):
    """An order cannot go from one status to the other."""

    code = "order_step_refused"

    def __init__(self, number: str, status: str, wanted: str) -> None:
        self.number, self.status, self.wanted = number, status, wanted
        super().__init__(f"order {number} cannot go from {status} to {wanted}", number=number, status=status)
