"""What is refused about imports as a whole."""

from crm_store.errors import CrmError


class ImportBusy(CrmError):
    """Another import is being worked on: `run_id`. One at a time."""

    code = "import_busy"

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        super().__init__(run_id=run_id)


class ImportNotReady(CrmError):
    """The import is not in a state in which this can be done; `state`: the one it is in."""

    code = "import_not_ready"

    def __init__(self, run_id: int, state: str) -> None:
        self.run_id, self.state = run_id, state
        super().__init__(run_id=run_id, state=state)


class LeaseLost(CrmError):
    """Somebody else works on the import by now."""

    code = "import_lease_lost"

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id
        super().__init__(run_id=run_id)
