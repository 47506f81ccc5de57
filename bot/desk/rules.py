"""When the desk acts by itself: what of it the shop's policy says, and how often an absent dialogue server is asked."""

import random
from dataclasses import dataclass
from datetime import timedelta

from crm_store.policy import policy


@dataclass(frozen=True, slots=True)
class DeskRules:
    """When a person comes in, as the shop's policy says, and how often an absent dialogue server is asked again."""

    first_retry: timedelta = timedelta(seconds=1)
    longest_retry: timedelta = timedelta(seconds=30)

    @property
    def anger_handover(self) -> float:
        return policy().anger.hand_over

    @property
    def misunderstandings(self) -> int:
        return policy().handover.misunderstandings

    @property
    def outage_told_after_tries(self) -> int:
        return policy().handover.outage_told_after_tries

    @property
    def outage_handover(self) -> timedelta:
        return policy().handover.outage

    @property
    def fragments_within(self) -> timedelta:
        return policy().dialogue.fragments_within

    @property
    def burst(self) -> timedelta:
        return policy().handover.burst

    def retry_in(self, tries: int) -> timedelta:
        """Time until the next try after `tries` failed ones: doubled each time, with jitter."""
        step: timedelta = min(self.first_retry * 2 ** min(tries - 1, 10), self.longest_retry)
        return step * random.uniform(0.7, 1.0)
