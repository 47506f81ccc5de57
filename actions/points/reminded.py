"""Whether notices about points reach the member: they are service, which those who stopped our marketing still get."""

from actions.kit.base import Turn, button
from crm_store import proactive
from crm_store.labels import label
from crm_store.language import format_limit
from crm_store.members import Member
from crm_store.policy import policy
from crm_store.proactive import Topic


async def tell(turn: Turn, member: Member, *, rule: bool) -> None:
    """How it stands for this member, with a button where it is off. `rule`: when they are sent is told as well."""
    if rule:
        before = format_limit(policy().proactive.points_before, turn.language)
        turn.say("reply_points_reminded", before=before)
    topic = label("news_topic", Topic.POINTS, turn.language)
    if await proactive.may_tell(turn.session, member, Topic.POINTS):
        turn.say("reply_topics_on_already", topics=topic)
        return
    title = label("dialogue_button", "topic_again", turn.language, topic=topic)
    turn.say("reply_topics_are_off", topics=topic, buttons=[button(title, "opt_in", choice=Topic.POINTS)])
