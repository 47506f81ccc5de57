"""What each table holds of a person, and what stands there instead once they are erased.

Numbers, sums and times stay for the books, as the law on accounts wants; so do codes of ours. Whether a column is
missing here, `tests/crm_store/test_erasure.py` asks of the tables themselves.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import null

from crm_store.callbacks import Callback
from crm_store.compensation import Compensation
from crm_store.complaints import Complaint, ComplaintEvent
from crm_store.conversations import Conversation, ConversationLabel
from crm_store.db import Base
from crm_store.departures import ExitInterview
from crm_store.feedback import Feedback
from crm_store.followups import FollowUp
from crm_store.imports.models import ImportEntry
from crm_store.interactions import Interaction
from crm_store.messages import Message
from crm_store.orders import Order, OrderLine
from crm_store.parcels import ParcelEvent
from crm_store.points.models import Entry
from crm_store.proactive import StockWatch
from crm_store.promises import Promise
from crm_store.returns import ReturnRequest
from crm_store.rewards import Redemption
from crm_store.risk.models import RiskAssessment
from crm_store.search.models import MessageWords
from crm_store.surveys import SurveyAnswer
from crm_store.thanks import ThankYouEntry
from crm_store.verification import OneTimeCode
from crm_store.winback import WinBackAct, WinBackCase

NOTHING_SAID: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(("attachments", "custom", "entities", "buttons"), null()),
        **dict.fromkeys(("text", "original_text", "payload", "error"), None),
        **dict.fromkeys(("channel_message_id", "client_key", "provider_message_id"), None),
    }
)
"""Channels' own ids go too: Telegram's are made of the chat's number, the website's of what a browser chose."""

BLANKED: Mapping[type[Base], Mapping[str, Any]] = MappingProxyType(
    {
        Callback: {"phone": "", "topic": "", "note": None},
        Compensation: {"reason": "", "refusal": None},
        Complaint: {"description": "", "resolution": None},
        ComplaintEvent: {"text": ""},
        Conversation: {"context": null()},
        Entry: {"reason": ""},
        ExitInterview: {"words": "", "wish": "", "may_contact": False},
        Feedback: {"text": ""},
        FollowUp: {"reasons": [], "outcome_note": None},
        Interaction: {"summary": "", "references": {}},
        Message: NOTHING_SAID,
        # A name may be engraved, and stand in each of these; the article's number stays for the books.
        OrderLine: {"names": {}, "size": None, "colour": None},
        Order: {"recipient": None, "recipient_phone": None, "address": None, "cancel_reason": None},
        ParcelEvent: {"place": {}},
        Promise: {"text": "", "note": None},
        Redemption: {"cancel_reason": ""},
        ReturnRequest: {"note": None, "rejection": None, "return_parcel_number": None},
        RiskAssessment: {"reasons": []},
        SurveyAnswer: {"comment": None},
        WinBackAct: {"note": ""},
        WinBackCase: {"outcome_note": None},
    }
)
"""Values of all rows of the person, by column."""

REMOVED: tuple[type[Base], ...] = (ConversationLabel, ImportEntry, MessageWords, OneTimeCode, StockWatch, ThankYouEntry)
"""Rows that are nothing but the person's."""
