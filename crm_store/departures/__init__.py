"""Members who are gone, by their own word or in silence, and what they said about it."""

from crm_store.departures.models import Departure, ExitCause, ExitInterview, InterviewBy, NotDeparted, Way
from crm_store.departures.queries import interviews, lost, of_member
from crm_store.departures.service import Causes, causes_told, interview

__all__ = [
    "Causes",
    "Departure",
    "ExitCause",
    "ExitInterview",
    "InterviewBy",
    "NotDeparted",
    "Way",
    "causes_told",
    "interview",
    "interviews",
    "lost",
    "of_member",
]
