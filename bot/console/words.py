"""The console's words in the agent's language, and its errors as sentences."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bot.console import account_refusals, member_refusals
from bot.console.access import SignedOut
from bot.console.editing import LeadsOnly
from bot.desk.casework.acting import NotAllowed
from bot.desk.casework.privacy import NoWayToMember
from bot.desk.casework.promises import DuePassed
from bot.desk.casework.winback import NotSent
from bot.wording import wording
from crm_store.agents import SupervisorsOnly
from crm_store.callbacks import CallbackOver, WindowRefused, problem_text
from crm_store.compensation import CompensationDecided, CompensationInvalid, CompensationKind, LimitExceeded
from crm_store.complaints import ComplaintClosed, ComplaintNotReopenable, ComplaintUnsettled
from crm_store.conversations import (
    ConversationClosed,
    ConversationMerged,
    ConversationReplaced,
    ConversationTaken,
    LabelInvalid,
    NotHeld,
    NotOneMember,
    SnoozeInPast,
)
from crm_store.departures import NotDeparted
from crm_store.errors import CrmError, NotFound
from crm_store.followups import FollowUpDone, FollowUpTaken
from crm_store.identities import NotReachable
from crm_store.knowledge import ArticleChangedMeanwhile, ArticleInvalid
from crm_store.labels import LabelMissing, label
from crm_store.language import Language, format_money, format_number, format_time
from crm_store.messages import MessageEmpty, TextTooLong
from crm_store.outbox import NotFailed
from crm_store.phrases import PhraseChangedMeanwhile, PhraseInvalid
from crm_store.privacy import PrivacyRequestClosed
from crm_store.promises import PromiseOver
from crm_store.returns import ReturnStepRefused
from crm_store.rewards import RewardUnavailable
from crm_store.thanks import NotOnTheList
from crm_store.verification import CodeExpired, CodeWrong, TooManyCodes, TooManyTries
from crm_store.winback import ContactRefused, OutcomeIsProved, WinBackOver

NOTHING_RENAMED: Mapping[str, str] = MappingProxyType({})
NameOf = Callable[[int | None], str]


_STATE_ERRORS: tuple[tuple[type[CrmError] | tuple[type[CrmError], ...], str, str], ...] = (
    ((ComplaintClosed, ComplaintNotReopenable), "error_complaint_is", "complaint_status"),
    (PromiseOver, "error_promise_over", "promise_status"),
    (CallbackOver, "error_callback_over", "callback_status"),
    (ReturnStepRefused, "error_return_step", "return_status"),
    (PrivacyRequestClosed, "error_privacy_closed", "privacy_status"),
    (CompensationDecided, "error_decided", "compensation_status"),
    (WinBackOver, "error_win_back_over", "win_back_state"),
)
"""What a case must not be for what was tried: the sentence, and what its states are called."""


class Words:
    """Texts of `messages/console.yml` and labels of the store in one language; `members.…` is of another file.
    `renamed`: labels that the shop has changed, by `kind.value`."""

    def __init__(self, language: Language, renamed: Mapping[str, str] = NOTHING_RENAMED) -> None:
        self.language, self._renamed = language, renamed

    def __call__(self, key: str, **facts: object) -> str:
        return wording(key if "." in key else f"console.{key}", self.language, **facts)

    def work(self, key: str, **facts: object) -> str:
        """A text of `messages/work.yml`."""
        return wording(f"work.{key}", self.language, **facts)

    def listed(self, parts: Sequence[str]) -> str:
        """Several things in a row."""
        return (", " if self.language is Language.EN else "、").join(parts)

    def label(self, kind: str, value: str | None) -> str:
        """What a code is called; a code that no catalogue knows stays as it is."""
        if not value:
            return ""
        if (own := self._renamed.get(f"{kind}.{value}")) is not None:
            return own
        try:
            return label(kind, value, self.language)
        except LabelMissing:
            return value.replace("_", " ")

    def error(self, error: CrmError, name_of: NameOf) -> str:
        """An error as the agent should read it. `name_of`: the name of an agent by id."""
        match error:
            case ConversationTaken(agent_id=holder):
                return self("error_taken", name=name_of(holder))
            case NotHeld(holder_id=None):
                return self("error_not_held")
            case NotHeld(holder_id=holder):
                return self("error_taken", name=name_of(holder))
            case FollowUpTaken(owner_id=owner):
                return self("error_follow_up_taken", name=name_of(owner))
            case FollowUpDone(by_id=by, outcome=outcome):
                return self("error_follow_up_done", name=name_of(by), outcome=self.label("follow_up_outcome", outcome))
            case TextTooLong(limit=limit):
                return self("error_text_too_long", limit=limit)
            case ConversationClosed():
                return self("error_closed")
            case MessageEmpty():
                return self("error_empty")
            case SignedOut():
                return self("error_signed_out")
        known = self._desk_error(error) or self._code_error(error) or self._phrase_error(error)
        known = known or member_refusals.said(self, error) or account_refusals.said(self, error)
        return known or self._win_back_error(error) or self._case_error(error) or self._article_error(error)

    def _desk_error(self, error: CrmError) -> str | None:
        match error:
            case SupervisorsOnly():
                return self("error_supervisors_only")
            case ConversationReplaced():
                return self("error_replaced")
            case ConversationMerged():
                return self("error_merged")
            case NotOneMember():
                return self("error_not_one_member")
            case NotReachable():
                return self("error_not_reachable")
            case SnoozeInPast():
                return self("error_snooze_in_past")
            case LabelInvalid(reason=reason, limit=limit):
                return self(f"error_label_{reason}", limit=limit)
        return None

    def _code_error(self, error: CrmError) -> str | None:
        match error:
            case CodeWrong():
                return self("error_code_wrong")
            case CodeExpired():
                return self("error_code_expired")
            case TooManyTries():
                return self("error_too_many_tries")
            case TooManyCodes(retry_at=retry_at):
                return self("error_too_many_codes", when=format_time(retry_at))
            case NotFound(kind="member"):
                return self("error_no_member")
        return None

    def _phrase_error(self, error: CrmError) -> str | None:
        match error:
            case PhraseInvalid(reason=reason, name=name):
                return self(f"error_phrase_{reason}", name=name)
            case PhraseChangedMeanwhile():
                return self("error_phrase_changed")
        return None

    def _win_back_error(self, error: CrmError) -> str | None:
        match error:
            case NotSent(reason=reason):
                return self("winback.error_not_sent", reason=self.label("held_back", reason))
            case ContactRefused():
                return self("winback.error_contact_refused")
            case OutcomeIsProved():
                return self("winback.error_proved")
            case NotDeparted():
                return self("winback.error_not_departed")
            case NotOnTheList():
                return self("winback.error_not_on_list")
        return None

    def _case_error(self, error: CrmError) -> str | None:
        """What cannot be done with a case, in words; None for other errors."""
        for kinds, key, label_kind in _STATE_ERRORS:
            if isinstance(error, kinds):
                return self.work(key, status=self.label(label_kind, str(error.facts.get("status"))))
        match error:
            case ComplaintUnsettled():
                return self.work("error_complaint_unsettled")
            case WindowRefused(problem=problem):
                return problem_text(problem, self.language)
            case NotFailed():
                return self.work("error_not_failed")
            case RewardUnavailable():
                return self.work("error_reward_unavailable")
            case NotAllowed(needed=needed):
                return self.work("error_role", role=self.label("agent_role", needed))
            case DuePassed():
                return self.work("due_passed")
            case NoWayToMember():
                return self.work("error_no_way_to_member")
            case NotFound(name=name):
                return self.work("no_such_case", number=name)
        return self._compensation_error(error)

    def _compensation_error(self, error: CrmError) -> str | None:
        match error:
            case CompensationInvalid(reason=reason):
                return self.work(f"error_compensation_{reason}")
            case LimitExceeded(limit=None):
                return self.work("error_own_request")
            case LimitExceeded(kind=kind, limit=int(limit)):
                told = format_number(limit) if kind == CompensationKind.POINTS else format_money(limit)
                return self.work("error_above_limit", limit=told)
        return None

    def _article_error(self, error: CrmError) -> str:
        match error:
            case ArticleChangedMeanwhile(based_on=0):
                return self("error_article_exists")
            case ArticleChangedMeanwhile():
                return self("error_article_changed")
            case ArticleInvalid(reason=reason, language=language):
                return self(f"error_article_{reason}", language=self.label("language_name", language))
            case LeadsOnly():
                return self("error_leads_only")
        return self("error_other")
