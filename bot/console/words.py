"""The console's words in the agent's language, and its errors as sentences."""

from collections.abc import Callable

from bot.console.access import SignedOut
from bot.console.editing import LeadsOnly
from bot.wording import wording
from crm_store.agents import SupervisorsOnly
from crm_store.conversations import (
    ConversationClosed,
    ConversationReplaced,
    ConversationTaken,
    LabelInvalid,
    NotHeld,
    SnoozeInPast,
)
from crm_store.errors import CrmError, NotFound
from crm_store.followups import FollowUpDone, FollowUpTaken
from crm_store.identities import NotReachable
from crm_store.knowledge import ArticleChangedMeanwhile, ArticleInvalid
from crm_store.labels import LabelMissing, label
from crm_store.language import Language, format_time
from crm_store.messages import MessageEmpty, TextTooLong
from crm_store.phrases import PhraseChangedMeanwhile, PhraseInvalid
from crm_store.verification import CodeExpired, CodeWrong, TooManyCodes, TooManyTries

NameOf = Callable[[int | None], str]


class Words:
    """Texts of `messages/console.yml` and labels of the store in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **facts: object) -> str:
        return wording(f"console.{key}", self.language, **facts)

    def label(self, kind: str, value: str | None) -> str:
        """What a code is called; a code that no catalogue knows stays as it is."""
        if not value:
            return ""
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
        return known or self._article_error(error)

    def _desk_error(self, error: CrmError) -> str | None:
        match error:
            case SupervisorsOnly():
                return self("error_supervisors_only")
            case ConversationReplaced():
                return self("error_replaced")
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
