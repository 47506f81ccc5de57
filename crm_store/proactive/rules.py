"""When news may go out: the hour where the member is, and how much is enough. Pure, from the policy."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crm_store.policy import Proactive
from crm_store.proactive.models import MARKETING, Topic

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
"""What `marketing_in_30_days` counts over."""

Sent = tuple[str, datetime]
"""Topic and moment of what was sent."""


def is_quiet(at: datetime, zone: ZoneInfo, rules: Proactive) -> bool:
    """Whether it is the time of rest in `zone` at `at`; the same hour for beginning and end: there is none."""
    local = at.astimezone(zone)
    minutes = local.hour * 60 + local.minute
    begins, ends = rules.quiet_from, rules.quiet_until
    if begins <= ends:
        return begins <= minutes < ends
    return minutes >= begins or minutes < ends


def is_enough(topic: Topic, sent: Sequence[Sent], at: datetime, rules: Proactive) -> bool:
    """Whether one more of this topic would be too much after what was `sent` in the last 30 days."""
    if sum(at - moment < DAY for _, moment in sent) >= rules.most_in_a_day:
        return True
    if topic not in MARKETING:
        return False
    marketing = [moment for of, moment in sent if of in MARKETING]
    rests = any(at - moment < rules.marketing_rest for moment in marketing)
    return rests or sum(at - moment < MONTH for moment in marketing) >= rules.marketing_in_30_days


def week_of(at: datetime, zone: ZoneInfo) -> date:
    """The Monday of the week at the shop."""
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())
