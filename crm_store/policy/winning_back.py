"""Members who are gone, and how they are asked back; the most valuable ones, and how they are thanked."""

from collections.abc import Iterator
from typing import Annotated, Literal

from crm_store.policy.membership import MOST_HELD_BACK
from crm_store.policy.section import Place, Section, entry
from crm_store.policy.units import Clock, Count, Days, Money, Service, Share, Unit, Whole

_LOST = "crm_store.departures.queries"
_FILLING = "crm_store.winback.filling"
_RULES = "crm_store.winback.rules"
_THANKS = "crm_store.thanks.service"

Stages = Annotated[
    list[Literal["first_buyer", "repeat_buyer", "advocate"]],
    Unit("list of `first_buyer`, `repeat_buyer`, `advocate`"),
]


class WinBack(Section):
    """Who is lost, and which of them a person asks back."""

    filled_at: Clock = entry("when both lists are filled, each night", read_by="bot.jobs")
    silent_from: Share = entry(
        "the chance of having stopped buying, by their own rhythm, from which a silent member is lost", read_by=_LOST
    )
    stages: Stages = entry("silent members are lost when they had come so far with the shop", read_by=_LOST)
    value_from: Money = entry("a member is worth a case from this lifetime value on", read_by=_RULES)
    cases_a_day: Whole = entry("cases opened a day, the most valuable members first", read_by=_FILLING)
    rest_after_leaving: Days = entry("who has said that they leave is left in peace for so long", read_by=_RULES)
    due_within: Service = entry("a case wants an act within", read_by=_FILLING)
    held_back: Share = entry(
        "silent members nobody asks back, to learn what asking does; nobody who told us why they left",
        read_by=_FILLING,
    )
    proof_within: Days = entry("a member is won back when they buy within", read_by="crm_store.winback.proof")
    causes_over: Days = entry("the time over which reasons for leaving are counted", read_by="bot.console.winback.page")

    def problems(self) -> Iterator[tuple[Place, str]]:
        if not self.silent_from:
            yield ("silent_from",), "must be above 0"
        if not self.stages:
            yield ("stages",), "needs at least one stage"
        if self.held_back > MOST_HELD_BACK:
            yield ("held_back",), f"more than {MOST_HELD_BACK} leaves too many members alone"


class Thanks(Section):
    """Thanking the members who bring most."""

    top_share: Share = entry("the share of a year's buyers who are thanked, the most valuable ones", read_by=_THANKS)
    most: Count = entry("and never more than so many", read_by=_THANKS)
    every: Days = entry("each of them is thanked again after", read_by=_THANKS)
