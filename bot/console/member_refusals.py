"""Why an act on a member was refused, as the agent should read it."""

from typing import Protocol

from crm_store.corrections import CorrectionAboveLimit, CorrectionEmpty
from crm_store.errors import CrmError
from crm_store.goodwill import GoodwillAboveLimit, GoodwillNotPositive
from crm_store.language import Language, format_date, format_money, format_number
from crm_store.members import ContactTaken, MemberErased
from crm_store.named_contacts import ContactNotAvailable, SupervisorNeeded
from crm_store.points import BalanceAboveLimit, InsufficientPoints, PointsAboveLimit
from crm_store.profile import ProfileInvalid
from crm_store.referrals import ReferralRefused
from crm_store.refund_notes import RefundNotPositive, RefundTooHigh
from crm_store.returns import ReturnRefused
from crm_store.rewards import RedemptionNotCancellable, RewardUnavailable


class FormIncomplete(CrmError):
    """Something is missing in a form, or cannot be meant. `reason`: a key under `missing_` of the members' messages."""

    code = "form_incomplete"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


class Says(Protocol):
    """The part of `Words` that is needed here."""

    language: Language

    def __call__(self, key: str, **facts: object) -> str: ...
    def label(self, kind: str, value: str | None) -> str: ...


def said(words: Says, error: CrmError) -> str | None:
    """The sentence, or None for an error that is of another noun."""
    match error:
        case FormIncomplete(reason=reason):
            return words(f"members.missing_{reason}")
        case ProfileInvalid(field=field, reason=reason):
            name = words.label("member_field", field)
            return words("members.field_wrong", field=name, why=words.label("profile_problem", reason))
        case MemberErased():
            return words("members.member_erased")
        case ContactTaken(field=field):
            return words("members.contact_taken", field=words.label("member_field", field))
        case SupervisorNeeded():
            return words("members.supervisor_needed")
        case ContactNotAvailable():
            return words("members.contact_gone")
    return _about_goods(words, error) or _about_gifts(words, error)


def _about_gifts(words: Says, error: CrmError) -> str | None:
    match error:
        case GoodwillAboveLimit(left=0, limit=limit):
            return words("members.gift_none_left", limit=format_number(limit))
        case GoodwillAboveLimit(wanted=wanted, left=left):
            return words("members.gift_above", wanted=format_number(wanted), left=format_number(left))
        case GoodwillNotPositive() | CorrectionEmpty():
            return words("members.missing_whole")
        case CorrectionAboveLimit(wanted=wanted, left=left):
            return words("members.gift_above", wanted=format_number(wanted), left=format_number(left))
        case InsufficientPoints(balance=balance):
            return words("members.too_few_points", points=format_number(balance))
        case PointsAboveLimit(limit=limit) | BalanceAboveLimit(limit=limit):
            return words("members.points_above", limit=format_number(limit))
        case ReferralRefused():
            return words("members.referral_refused")
        case RewardUnavailable():
            return words("members.reward_gone")
        case RedemptionNotCancellable():
            return words("members.code_used_already")
    return None


def _about_goods(words: Says, error: CrmError) -> str | None:
    match error:
        case RefundTooHigh(most_minor=most, currency=currency):
            return words("members.refund_too_high", most=format_money(most, currency))
        case RefundNotPositive():
            return words("members.missing_money")
        case ReturnRefused(problem=problem, until=until, number=number):
            why = words.label("return_problem", problem)
            about = number or (format_date(until, words.language) if until else "")
            return words("members.return_refused_about", why=why, about=about) if about else why
    return None
