"""Thanking the most valuable members in person: who they are, when it is due, and that it was done."""

from crm_store.thanks.models import NotOnTheList, ThankedBy, ThankYou, ThankYouEntry
from crm_store.thanks.service import Thankable, listing, refill, thank

__all__ = ["NotOnTheList", "ThankYou", "ThankYouEntry", "Thankable", "ThankedBy", "listing", "refill", "thank"]
