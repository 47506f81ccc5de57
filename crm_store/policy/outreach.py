"""What the shop says unasked: news, and questions for a score; how often, and when not."""

from collections.abc import Iterator
from typing import Literal

from crm_store.policy.section import ByCode, Place, Section, entry, group
from crm_store.policy.units import Clock, Count, Days, Grace, Share, Span, Switch, Whole

_SURVEYS = "crm_store.surveys"
_SENDING = "crm_store.proactive.service"
_RULES = "crm_store.proactive.rules"
_DUE = "crm_store.proactive.due"

ParcelStep = Literal[
    "picked_up", "arrived_hub", "left_hub", "customs", "arrived_station", "out_for_delivery", "delivery_failed",
    "ready_for_pickup", "delivered", "delayed", "returned", "lost",
]  # fmt: skip


class AskAgainAfter(ByCode):
    """The pause before the same question is put to a member again."""

    csat: Days = entry("satisfaction, 1 to 5", read_by=_SURVEYS)
    ces: Days = entry("effort, 1 to 7", read_by=_SURVEYS)
    nps: Days = entry("recommendation, 0 to 10", read_by=_SURVEYS)


class Sample(ByCode):
    """The part of those who could be asked that is asked."""

    csat: Share = entry("of conversations", read_by=_SURVEYS)
    ces: Share = entry("of complaints solved and returns finished", read_by=_SURVEYS)
    nps: Share = entry("of active members, spread over the quarter", read_by=_SURVEYS)


class FollowUpScores(ByCode):
    """The highest score after which a person follows up with the member; once for one event."""

    csat: Whole = entry("satisfaction, 1 to 5", read_by="crm_store.low_scores")
    ces: Whole = entry("effort, 1 to 7", read_by="crm_store.low_scores")
    nps: Whole = entry("recommendation, 0 to 10", read_by="crm_store.low_scores")


class Surveys(Section):
    """How often members are asked for a score."""

    rest: Days = entry("the pause after any question", read_by=_SURVEYS)
    ask_after: Span = entry(
        "silence after which a conversation that ended well is asked for a score", read_by="bot.jobs.ratings"
    )
    ask_again_after: AskAgainAfter = group("by kind")
    sample: Sample = group("by kind")
    effort_within: Span = entry(
        "a complaint that was solved, or a return that was finished, is asked about within so long",
        read_by="bot.jobs.surveys",
    )
    bought_within: Days = entry(
        "who has bought nothing for so long is not asked whether they recommend us", read_by="bot.jobs.surveys"
    )
    follow_up_at_most: FollowUpScores = group("by kind")


class TopicSwitches(ByCode):
    """What is sent at all. Marketing goes only to members who have agreed to it."""

    parcels: Switch = entry("steps of parcels, and parcels that are late", read_by=_SENDING)
    refunds: Switch = entry("refunds that were paid", read_by=_SENDING)
    points: Switch = entry("points about to expire, a level that was reached", read_by=_SENDING)
    back_in_stock: Switch = entry("goods a member has asked to be told of", read_by=_SENDING)
    surveys: Switch = entry("questions for a score", read_by=_SURVEYS)
    new_goods: Switch = entry("marketing: new goods in a chosen interest", read_by=_SENDING)
    offers: Switch = entry("marketing: offers", read_by=_SENDING)
    member_events: Switch = entry("marketing: birthday wishes and thanks", read_by=_SENDING)


class Proactive(Section):
    """News that members get without asking."""

    topics: TopicSwitches = group("by topic")
    quiet_from: Clock = entry("from then on nothing is sent, on the clock where the member is", read_by=_RULES)
    quiet_until: Clock = entry("until then; the same as the beginning: no time of rest", read_by=_RULES)
    most_in_a_day: Count = entry("messages to one member in 24 h, over all topics", read_by=_RULES)
    marketing_rest: Days = entry("between two marketing messages to one member", read_by=_RULES)
    marketing_in_30_days: Count = entry("marketing messages to one member in 30 days", read_by=_RULES)
    after_talk: Grace = entry("after a customer's last words nothing is sent for so long", read_by=_SENDING)
    fresh_for: Span = entry("news of own matters that is older is not told any more", read_by=_DUE)
    goods_fresh_for: Days = entry("new goods are told of for so long", read_by=_DUE)
    parcel_steps: list[ParcelStep] = entry("the steps of a parcel that are told", read_by=_DUE)
    late_after: Grace = entry("a parcel is told as late so long after its promised time", read_by=_DUE)
    points_before: Days = entry("members hear of points that expire within", read_by=(_DUE, "actions.kit.policy_facts"))
    thanks_at_orders: list[Count] = entry("thanks are sent for the order of this number", read_by=_DUE)
    effect_within: Days = entry("what a member does within so long counts as a message's effect", read_by=_SENDING)

    def problems(self) -> Iterator[tuple[Place, str]]:
        if self.quiet_from == 0 and self.quiet_until == 24 * 60:
            yield ("quiet_until",), "nothing would ever be sent"
