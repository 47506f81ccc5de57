"""Members who have fallen silent: nothing tells of it but the calendar, so all are looked at every night."""

from crm_store import risk
from crm_store.db import Database


async def assess_everybody(database: Database) -> int:
    """Assess all members, put silent ones on the list and prove what came of earlier follow-ups; how many assessments
    were written."""
    return (await risk.sweep(database)).written
