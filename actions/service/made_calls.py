"""A call that was made: whoever asks about it hears when, and about what."""

from datetime import timedelta

from actions.kit.base import Turn
from actions.kit.replies import service_button
from crm_store import callbacks
from crm_store.callbacks import Callback, CallbackStatus
from crm_store.clock import now
from crm_store.language import format_moment

LATELY = timedelta(days=7)
"""A call that was made longer ago is not what somebody asks about who has none arranged."""


async def told_of_made_call(turn: Turn) -> bool:
    """Tell of the customer's last call, where it was made and is not long ago; whether there was one to tell of."""
    call = await _made_lately(turn)
    if call is None:
        return False
    again = [service_button(turn, "call_back", "request_callback")]
    when = format_moment(call.done_at or call.window_end, turn.language)
    turn.focus(accepts={"time": "request_callback"})
    if call.topic:
        turn.say("reply_callback_made_about", when=when, topic=call.topic, buttons=again)
    else:
        turn.say("reply_callback_made", when=when, buttons=again)
    turn.done("answered", "the call was made", callback=call.id)
    return True


async def _made_lately(turn: Turn) -> Callback | None:
    member_id = turn.member.id if turn.member is not None else None
    calls = await callbacks.of_customer(turn.session, member_id=member_id, identity_id=turn.identity.id)
    since = now() - LATELY
    made = [call for call in calls if call.status == CallbackStatus.DONE and call.done_at and call.done_at >= since]
    return max(made, key=lambda call: call.done_at or call.window_end, default=None)
