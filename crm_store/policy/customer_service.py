"""How customers are served: when a person comes in, how soon the shop replies and calls."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from crm_store.policy.section import ByCode, Place, Section, entry, group
from crm_store.policy.units import Clock, Count, Days, DaysOrNever, Grace, Money, Service, Share, Span, Switch, Whole

SeverityName = Literal["low", "normal", "high", "critical"]

_DESK = "bot.desk.rules"
_COMPLAINTS = "crm_store.complaints.rules"
_CALLBACKS = "crm_store.callbacks"
_CODES = "crm_store.verification"
SOONEST_ARCHIVED = timedelta(days=60)
"""What came of news (`crm_store.proactive.effects`) is told from messages of the last eight weeks."""


class Anger(Section):
    """From which anger on (0 calm, 1 furious) something happens. Every threshold of anger stands here."""

    counts_for_risk: Share = entry("less says nothing about a member's risk", read_by="crm_store.risk.queries")
    upset: Share = entry(
        "the customer is upset: risk is assessed, the wish for a person is more urgent, a late parcel gets an apology, "
        "the console marks the message",
        read_by=("bot.desk.records", "actions.service.human", "actions.orders.parcels", "bot.console.markup"),
    )
    complaint_raised: Share = entry("a complaint is one step more severe", read_by=_COMPLAINTS)
    hand_over: Share = entry(
        "a person is called, for messages and complaints alike",
        read_by=(_DESK, "actions.service.complaints", "crm_store.risk.following"),
    )
    complaint_raised_twice: Share = entry("a complaint is two steps more severe", read_by=_COMPLAINTS)

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.hand_over < self.upset:
            yield ("hand_over",), f"a person is called at {self.hand_over}, before the customer is upset ({self.upset})"
        if self.complaint_raised_twice <= self.complaint_raised:
            yield (
                ("complaint_raised_twice",),
                f"two steps need more anger than one ({self.complaint_raised})",
            )


class Dialogue(Section):
    """How the bot listens."""

    act_confidence: Share = entry(
        "an act (leave, cancel, redeem, file, opt out …) understood with less is asked about first",
        read_by="bot.hearing.message.said",
    )
    fragments_within: Span = entry(
        "short pieces of a message that come within so much time of each other are read as one", read_by=_DESK
    )


class HandOver(Section):
    """When the bot calls a person, and what those who wait are told."""

    misunderstandings: Count = entry("so many in a row call a person", read_by=(_DESK, "actions.talk.misunderstanding"))
    burst: Span = entry(
        "what a customer in line writes within so much time after an answer is answered together", read_by=_DESK
    )
    waiting_long: Span = entry("from here on the console marks a waiting customer", read_by="bot.console.markup")
    outage_told_after_tries: Count = entry(
        "after so many failed tries the customer is told that the bot is away", read_by=_DESK
    )
    outage: Span = entry("after so long without an answer of the dialogue server a person takes over", read_by=_DESK)


class StaffDesk(Section):
    """Who of the staff is there, and who gets what."""

    away_after: Span = entry(
        "an agent who has done nothing at an open console for so long counts as away", read_by="crm_store.availability"
    )
    return_after: Span = entry(
        "what an agent who has been absent for so long holds goes back into the queue as soon as the customer waits",
        read_by="crm_store.availability",
    )
    assign: Switch = entry(
        "whoever waits is given to an agent who is online and has room, instead of being taken by hand",
        read_by="bot.jobs.queue",
    )
    capacity: Count = entry(
        "conversations assigned to one agent at once, where nothing else is set for them",
        read_by="crm_store.assignment",
    )
    one_time_password_valid: Span = entry(
        "a password that an administrator gave must have been changed within so long", read_by="crm_store.agents"
    )
    call_back_after: Span = entry(
        "whoever has waited in line for so long is offered a call instead, once", read_by="bot.jobs.queue"
    )

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.return_after < self.away_after:
            yield ("return_after",), f"is shorter than the time until an agent counts as away ({self.away_after})"


class Conversations(Section):
    """The life of a conversation."""

    close_after: Span = entry("silence after which a conversation is closed", read_by="bot.jobs.conversations")


class ReplyWithin(ByCode):
    """Service time until a person has replied to a complaint of each severity."""

    low: Service = entry("complaints of low severity", read_by=_COMPLAINTS)
    normal: Service = entry("complaints of normal severity", read_by=_COMPLAINTS)
    high: Service = entry("complaints of high severity", read_by=_COMPLAINTS)
    critical: Service = entry("critical complaints", read_by=_COMPLAINTS)


class CategorySeverity(ByCode):
    """How severe a calm complaint of each category is: low, normal, high or critical."""

    late_delivery: SeverityName = entry("late or missing parcels", read_by=_COMPLAINTS)
    damaged: SeverityName = entry("goods that arrived damaged", read_by=_COMPLAINTS)
    wrong_item: SeverityName = entry("the wrong goods", read_by=_COMPLAINTS)
    missing: SeverityName = entry("goods that were not in the parcel", read_by=_COMPLAINTS)
    quality: SeverityName = entry("faulty goods", read_by=_COMPLAINTS)
    staff: SeverityName = entry("how somebody was treated", read_by=_COMPLAINTS)
    refund: SeverityName = entry("refunds", read_by=_COMPLAINTS)
    points: SeverityName = entry("points", read_by=_COMPLAINTS)
    price: SeverityName = entry("prices", read_by=_COMPLAINTS)
    other: SeverityName = entry("everything else", read_by=_COMPLAINTS)


class Complaints(Section):
    """How severe a complaint is and how soon a person replies."""

    reply_within: ReplyWithin = group("by severity")
    reply_share: dict[str, Share] = entry(
        "the part of that time members of a level wait; levels not named wait the whole", read_by=_COMPLAINTS
    )
    severity: CategorySeverity = group("by category")
    severity_raised: dict[str, Whole] = entry("steps more severe for members of a level", read_by=_COMPLAINTS)
    reopen_within: Days = entry(
        "a settled complaint may be opened again",
        read_by=("crm_store.complaints.filing", "crm_store.complaints.confirmation"),
    )
    confirm_within: Days = entry(
        "a solution that the member says nothing to counts as accepted after",
        read_by="crm_store.complaints.confirmation",
    )


class CompensationLimits(Section):
    """What an agent of one role may give for one complaint without asking."""

    points: Whole = entry("points", read_by="crm_store.compensation.rules")
    coupon: Money = entry("coupons, by their value", read_by="crm_store.compensation.rules")
    refund: Money = entry("money, which finance pays", read_by="crm_store.compensation.rules")


class Compensation(ByCode):
    """What may be given for a complaint, by role; above it the next role decides."""

    agent: CompensationLimits = group("agents")
    supervisor: CompensationLimits = group("supervisors")
    admin: CompensationLimits = group("administrators")

    def problems(self) -> Iterator[tuple[Place, str]]:
        for lower, upper in pairwise(("agent", "supervisor", "admin")):
            for kind in CompensationLimits.model_fields:
                if getattr(self[upper], kind) < getattr(self[lower], kind):
                    yield (upper, kind), f"may be no less than the limit of {lower}"


class Work(Section):
    """The lists of what people have to do."""

    due_soon: Span = entry("so long before its time a case is marked as due soon", read_by="crm_store.work.urgency")
    remind_before: Span = entry(
        "so long before its time the owner of a promise is reminded", read_by="bot.jobs.promises"
    )
    kept_rate_over: Days = entry("the kept rate of promises looks so far back", read_by="bot.console.work.promises")


class Jobs(Section):
    """Work that the program does by the clock."""

    keep_runs: Count = entry("so many of the last runs of each job are kept", read_by="crm_store.schedule.service")
    retry_after: Span = entry(
        "the first pause of a job that has failed, if it runs less often than this; each further failure doubles it",
        read_by="crm_store.schedule.rules",
    )
    longest_pause: Span = entry("no job that fails rests longer than this", read_by="crm_store.schedule.rules")

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.longest_pause < self.retry_after:
            yield ("longest_pause",), f"is shorter than the first pause ({self.retry_after})"


class Promises(Section):
    """Promises made to customers."""

    grace: Grace = entry("so long past its time a promise may still be kept", read_by="crm_store.promises")


class Callbacks(Section):
    """Calls back at a time the customer chooses."""

    lead: Span = entry("nobody is called sooner after the wish", read_by=_CALLBACKS)
    furthest: Days = entry("how far ahead a call can be agreed on", read_by=_CALLBACKS)
    shortest_window: Span = entry("the shortest window to be called in", read_by=_CALLBACKS)
    usual_window: Span = entry("the window when only a time was said", read_by=_CALLBACKS)
    longest_window: Span = entry("a longer wish names a day, whose hour is asked", read_by="actions.service.call_times")
    offered_at: list[Clock] = entry("times offered when only a day was said", read_by="actions.service.call_times")

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.usual_window < self.shortest_window:
            yield ("usual_window",), "is shorter than the shortest window"
        if self.longest_window < self.usual_window:
            yield ("longest_window",), "is shorter than the usual window"


class Privacy(Section):
    """Requests about personal data."""

    answer_within: Days = entry("until a request is answered", read_by="crm_store.privacy")
    copy_valid: Span = entry("life of the link to the copy of a member's data", read_by="crm_store.data_copies")
    keep_words: Days = entry("what was said in a closed conversation is kept", read_by="crm_store.retention")
    archive_after: DaysOrNever = entry(
        "after that a closed conversation is archived: kept small, found and shown as before",
        read_by="crm_store.conversations.archiving",
    )
    keep_proofs: Days = entry("codes and links that have ended are kept", read_by="crm_store.retention")
    keep_imports: Days = entry(
        "the journal of an import, by which it can be undone, and its refused rows are kept",
        read_by="crm_store.imports.keeping",
    )

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.archive_after is None:
            return
        if self.archive_after >= self.keep_words:
            yield ("archive_after",), "is not shorter than privacy.keep_words; write never to archive nothing"
        if self.archive_after < SOONEST_ARCHIVED:
            yield (
                ("archive_after",),
                f"is shorter than {SOONEST_ARCHIVED.days} days, in which what came of news is still told",
            )


class Verification(Section):
    """Codes and links by which a visitor shows which member they are."""

    code_valid: Span = entry("life of a code sent by e-mail", read_by=(_CODES, "actions.kit.codes"))
    code_tries: Count = entry("wrong tries before a code is void", read_by=_CODES)
    code_pause: Span = entry("between two codes", read_by=_CODES)
    codes_per_visitor: Count = entry("codes for one visitor in 24 h", read_by=_CODES)
    codes_per_address: Count = entry("codes to one address in 24 h", read_by=_CODES)
    link_valid: Span = entry("life of a sign-in link of the shop", read_by=_CODES)

    def problems(self) -> Iterator[tuple[Place, str]]:
        # A code has six digits: this keeps the chance to guess one below one in a hundred thousand.
        if self.code_tries > 10:
            yield ("code_tries",), "more than 10 tries make a code of six digits too easy to guess"
