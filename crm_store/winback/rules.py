"""Which lost members are asked back, and whether they may be."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from crm_store.departures import Departure, ExitInterview, Way
from crm_store.members import Member, MemberStatus
from crm_store.policy import policy
from crm_store.proactive import Topic


class NotNow(StrEnum):
    """Why no case is opened for a lost member."""

    BACK = "back"
    """They are not lost any more."""
    WORTH_TOO_LITTLE = "worth_too_little"
    JUST_LEFT = "just_left"
    REFUSED = "refused"
    """They said no, or never agreed."""
    COMPLAINT_OPEN = "complaint_open"
    FOLLOWED_UP = "followed_up"
    """A person has a follow-up with them, or they are left alone for one."""


def not_now(departure: Departure, *, wanted: Collection[Topic], followed_up: bool, at: datetime) -> NotNow | None:
    """Why the member is not asked back at `at`; None: they are. `wanted`: the topics they want to hear of."""
    rules = policy().win_back
    if departure.value_minor < rules.value_from:
        return NotNow.WORTH_TOO_LITTLE
    if departure.way is Way.LEFT and at - departure.since < rules.rest_after_leaving:
        return NotNow.JUST_LEFT
    if not may_ask(departure.member, departure.interview, wanted=wanted):
        return NotNow.REFUSED
    if departure.open.get("complaints"):
        return NotNow.COMPLAINT_OPEN
    return NotNow.FOLLOWED_UP if followed_up else None


def may_ask(member: Member, interview: ExitInterview | None, *, wanted: Collection[Topic]) -> bool:
    """Whether the member may be asked back at all: by what they said when they went; without a word of theirs, by the
    consent to offers of who is still a member. Whoever stopped all marketing after they had agreed has said no."""
    if interview is None or interview.may_contact is None:
        return member.status == MemberStatus.ACTIVE and Topic.OFFERS in wanted
    stopped = member.opted_out_at is not None and member.opted_out_at > (interview.amended_at or interview.at)
    return interview.may_contact and not stopped and member.status != MemberStatus.ERASED
