"""Why an act of administration was refused, as the administrator should read it."""

from bot.console.member_refusals import Says
from crm_store.agents import AgentInvalid, EmailTaken
from crm_store.api_keys import ApiKeyInvalid
from crm_store.complaints import TermChangedMeanwhile, TermInvalid, TermNotInUse
from crm_store.complaints.terms import NAME_CHARACTERS
from crm_store.errors import CrmError, NotFound
from crm_store.imports import ImportNotReady
from crm_store.policy.editing import PolicyChangedMeanwhile, PolicyNotWritable
from crm_store.schedule import JobBusy
from crm_store.staff import LastAdmin, OwnAccount

_FIELDS = {
    "email": "email", "name": "admin.name", "role": "admin.role", "language": "admin.console_language",
    "languages": "admin.languages", "skills": "admin.skills", "capacity": "admin.capacity",
}  # fmt: skip


def said(words: Says, error: CrmError) -> str | None:
    """The sentence, or None for an error that is of another noun."""
    match error:
        case LastAdmin():
            return words("admin.error_last_admin")
        case OwnAccount():
            return words("admin.error_own_account")
        case PolicyChangedMeanwhile():
            return words("admin.error_policy_changed")
        case PolicyNotWritable():
            return words("admin.error_policy_not_writable")
        case JobBusy():
            return words("jobs.error_busy")
        case EmailTaken(email=email):
            return words("admin.error_email_taken", email=email)
        case ApiKeyInvalid(field=field):
            return words(f"keys.error_{field}")
        case AgentInvalid(field=field, reason=reason):
            why = words.label("agent_problem", reason)
            return words("admin.error_agent_field", field=words(_FIELDS[field]), why=why)
        case TermInvalid(reason=reason, language=language):
            called = words.label("language_name", language)
            return words(f"terms.error_{reason}", language=called, limit=NAME_CHARACTERS)
        case TermChangedMeanwhile():
            return words("terms.error_changed")
        case TermNotInUse():
            return words("terms.error_not_in_use")
    return _of_imports(words, error)


def _of_imports(words: Says, error: CrmError) -> str | None:
    match error:
        case ImportNotReady(state=state):
            return words("imports.error_not_ready", state=words.label("import_state", state))
        case NotFound(kind="import" | "import file"):
            return words("imports.error_gone")
    return None
