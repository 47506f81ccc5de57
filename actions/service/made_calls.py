"""Calls that were made: whoever asks about one hears when, by whom, and whether it came through."""

from datetime import datetime, timedelta

from actions.kit.base import Turn
from actions.kit.form_input import words
from actions.kit.replies import Facts, service_button
from actions.kit.words import lexicon
from crm_store import agents, callbacks
from crm_store.callbacks import Callback, CallbackStatus
from crm_store.clock import now
from crm_store.labels import label
from crm_store.language import format_moment, mask_phone

LATELY = timedelta(days=7)
"""A call that was made longer ago is not what somebody asks about who has none arranged."""
_TRIED = (CallbackStatus.DONE, CallbackStatus.NOT_REACHED)


def asks_whether_called(turn: Turn) -> bool:
    """Whether the words ask if somebody has called already: "did you call me?"."""
    return not turn.pressed and lexicon.mentions("was_i_called", words(turn))


async def tell_whether_called(turn: Turn) -> None:
    """Tell a member of the last call made to them, or that none is on record, and offer one."""
    if await told_of_made_call(turn):
        return
    turn.focus(accepts={"time": "request_callback"})
    turn.say(
        "reply_callback_none_made", days=LATELY.days, buttons=[service_button(turn, "call_back", "request_callback")]
    )
    turn.done("not_found", "no call was made")


async def told_of_made_call(turn: Turn) -> bool:
    """Tell of the customer's last call, where it was made and is not long ago; whether there was one to tell of."""
    call = await _made_lately(turn)
    if call is None:
        return False
    facts: Facts = {
        "when": format_moment(_made_at(call), turn.language),
        "who": await _who_called(turn, call),
    }
    turn.focus(accepts={"time": "request_callback"})
    if call.status == CallbackStatus.NOT_REACHED:
        again = [service_button(turn, "another_time", "request_callback")]
        turn.say("reply_callback_not_reached", phone=mask_phone(call.phone), buttons=again, **facts)
        turn.done("answered", "the call was made and not picked up", callback=call.id)
        return True
    again = [service_button(turn, "call_back", "request_callback")]
    if call.topic:
        turn.say("reply_callback_made_about", topic=call.topic, buttons=again, **facts)
    else:
        turn.say("reply_callback_made", buttons=again, **facts)
    turn.done("answered", "the call was made", callback=call.id)
    return True


async def _who_called(turn: Turn, call: Callback) -> str:
    if call.agent_id is None:
        return label("caller", "colleague", turn.language)
    return label("caller", "named", turn.language, name=(await agents.get(turn.session, call.agent_id)).name)


async def _made_lately(turn: Turn) -> Callback | None:
    member_id = turn.member.id if turn.member is not None else None
    calls = await callbacks.of_customer(turn.session, member_id=member_id, identity_id=turn.identity.id)
    tried = [call for call in calls if call.status in _TRIED and _made_at(call) >= now() - LATELY]
    return max(tried, key=_made_at, default=None)


def _made_at(call: Callback) -> datetime:
    return call.done_at or call.window_end
