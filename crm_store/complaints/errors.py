"""What cannot be done with a complaint."""

from crm_store.errors import CrmError


class ComplaintClosed(CrmError):
    """The complaint is settled; it must be reopened before anything else can be done."""

    code = "complaint_closed"

    def __init__(self, number: str, status: str) -> None:
        self.number, self.status = number, status
        super().__init__(f"complaint {number} is {status}", number=number, status=status)


class ComplaintUnsettled(CrmError):
    """The complaint was not resolved yet."""

    code = "complaint_unsettled"

    def __init__(self, number: str, status: str) -> None:
        self.number, self.status = number, status
        super().__init__(f"complaint {number} is {status}, not resolved", number=number, status=status)


class ComplaintNotReopenable(CrmError):
    """The complaint is still open, or was settled too long ago (the policy's `complaints.reopen_within`)."""

    code = "complaint_not_reopenable"

    def __init__(self, number: str, status: str) -> None:
        self.number, self.status = number, status
        super().__init__(f"complaint {number} is {status} and cannot be reopened", number=number, status=status)
