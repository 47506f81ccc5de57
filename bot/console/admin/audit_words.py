"""One entry of the trail in words: who, what, to whom, and where that is found in the console. Codes nobody reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.console import links, markup
from bot.console.access import ROOT
from bot.console.admin import job_words
from bot.console.words import Words
from bot.console.work import rows
from crm_store import audit
from crm_store.agents import Agent
from crm_store.audit import AuditEntry
from crm_store.audit_reading import SUBJECTS
from crm_store.compensation import CompensationKind
from crm_store.followups import Proof
from crm_store.labels import catalogue
from crm_store.language import format_money, format_number
from crm_store.members import Member

_ACTIONS = "audit_action"
_ACTORS = {
    "desk": "admin.by_program",
    audit.MEMBER: "admin.by_member",
    audit.COMMAND: "admin.by_command",
    audit.DOOR: "admin.by_door",
}
Said = Callable[[object, AuditEntry], str]


@dataclass(frozen=True, slots=True)
class Whom:
    """What an entry is about; `href`: where the console shows it, empty when nowhere."""

    name: str
    number: str = ""
    href: str = ""


def actions(words: Words) -> dict[str, str]:
    """Every act the trail knows, by what it is called, in that order."""
    known = [key.removeprefix(f"{_ACTIONS}.") for key in catalogue() if key.startswith(f"{_ACTIONS}.")]
    return dict(sorted(((key, words.label(_ACTIONS, key)) for key in known), key=lambda each: each[1]))


class AuditWords:
    """`agents`: all there ever were."""

    def __init__(self, words: Words, agents: Mapping[int, Agent]) -> None:
        self.words = words
        self._agents = agents
        self._details = self._sayings()

    def who(self, entry: AuditEntry) -> str:
        if entry.agent_id is not None:
            return self._name(entry.agent_id)
        if entry.actor in _ACTORS:
            return self.words(_ACTORS[entry.actor])
        return self.words("admin.by_system", mark=entry.actor.partition(":")[2] or entry.actor)

    def what(self, entry: AuditEntry) -> str:
        return self.words.label(_ACTIONS, entry.action)

    def more(self, entry: AuditEntry) -> list[str]:
        """What is known beyond that, as far as it says something to people."""
        said = [
            self._details[key](value, entry)
            for key, value in entry.details.items()
            if key in self._details and value not in (None, "", [])
        ]
        return [each for each in said if each]

    def whom(self, entry: AuditEntry, members: Mapping[str, Member]) -> Whom:
        """`members`: by subject."""
        words = self.words
        kind, _, name = entry.subject.partition(":")
        if kind == "member":
            member = members.get(entry.subject)
            if member is None:
                return Whom(words("admin.about_member"))
            return Whom(markup.member_name(member, words), member.number, links.member(member.number))
        if kind == "conversation":
            return Whom(words("admin.about_conversation"), name[:6], links.conversation(name))
        if kind == "agent" and name.isdigit():
            by_themselves = entry.agent_id == int(name)  # signing in, for example: nobody else is meant
            return Whom("" if by_themselves else self._name(int(name)))
        if kind in SUBJECTS:
            return Whom(words(f"admin.about_{kind}"), name, rows.address(SUBJECTS[kind], name))
        if kind == "article":
            return Whom(words("admin.about_article"), name, f"{ROOT}/knowledge/{name}")
        if kind == "policy":
            return Whom(words("nav_policy"), href=f"{ROOT}/policy")
        if kind == "api_key":
            return Whom(words("admin.about_api_key"), name, f"{ROOT}/api-keys")
        if kind == "job":
            return Whom(job_words.name(name, words), href=f"{ROOT}/jobs")
        if kind in ("complaint_category", "complaint_cause"):
            return Whom(words.label(kind, name), href=f"{ROOT}/terms")
        if kind == "follow_up":
            return Whom(words("admin.about_follow_up"), name, f"{ROOT}/follow-ups")
        return Whom(words(f"admin.about_{kind}"), name) if kind in ("phrase", "knowledge_gap") else Whom("")

    def _name(self, agent_id: int) -> str:
        agent = self._agents.get(agent_id)
        return agent.name if agent is not None else self.words("somebody")

    def _sayings(self) -> dict[str, Said]:
        """How each detail is said, by its key."""
        words = self.words

        def labelled(kind: str) -> Said:
            return lambda value, _: words.label(kind, str(value))

        def each_labelled(kind: str) -> Said:
            return lambda value, _: words.listed([words.label(kind, str(each)) for each in _list(value)])

        def number(key: str) -> Said:
            return lambda value, _: words(key, count=format_number(int(str(value)))) if str(value) != "0" else ""

        return {
            "to_agent_id": lambda value, _: words("admin.to", name=self._name(int(str(value)))),
            "from_agent_id": lambda value, _: words("admin.from", name=self._name(int(str(value)))),
            "owner": lambda value, _: words("admin.to", name=self._name(int(str(value)))),
            "outcome": self._outcome,
            "presence": labelled("agent_presence"),
            "role": labelled("agent_role"),
            "factor": labelled("second_factor"),
            "scopes": each_labelled("api_scope"),
            "urgency": labelled("urgency"),
            "severity": labelled("complaint_severity"),
            "cause": labelled("complaint_cause"),
            "occasion": labelled("gift_occasion"),
            "field": labelled("member_field"),
            "fields": each_labelled("member_field"),
            "languages": each_labelled("language_name"),
            "skills": each_labelled("queue_reason"),
            "capacity": number("admin.at_once"),
            "points": number("admin.points_given"),
            "conversations": number("admin.conversations_back"),
            "cases": number("admin.cases_free"),
            "consent": lambda value, _: words("admin.consent_yes" if value else "admin.consent_no"),
            "reached": lambda value, _: words("admin.reached_yes" if value else "admin.reached_no"),
            "entries": lambda value, _: words("admin.entries_changed", count=len(_list(value))),
            "amount": self._amount,
        }

    def _outcome(self, value: object, entry: AuditEntry) -> str:
        kind = "follow_up_outcome" if entry.subject.startswith("follow_up:") else "conversation_outcome"
        if kind == "follow_up_outcome" and value in set(Proof):
            kind = "follow_up_proof"  # entries from when agents said themselves who was saved
        return self.words.label(kind, str(value))

    def _amount(self, value: object, entry: AuditEntry) -> str:
        amount, kind = int(str(value)), str(entry.details.get("kind", ""))
        if kind == CompensationKind.POINTS:
            return self.words("admin.points_given", count=format_number(amount))
        return f"{self.words.label('compensation_kind', kind)} {format_money(amount)}"


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]
