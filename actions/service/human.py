"""A person, whenever asked."""

from datetime import date, datetime, time, timedelta
from typing import ClassVar

from actions.kit.base import CrmAction, Event, Turn
from actions.kit.form_input import choice
from actions.kit.order_marks import window_of
from actions.kit.replies import person_button, service_button
from crm_store import availability, conversations, service_hours
from crm_store.clock import business_zone, now
from crm_store.conversations import ConversationState, QueueReason, Urgency
from crm_store.language import format_moment
from crm_store.policy import policy

THERE, HOURS = "there", "hours"
"""Choices of a customer who only asks: whether a person is there, now or on a day; at what hours."""


DAYS = 7
"""Of so many days at most the hours are looked at one by one."""


class ActionRequestHuman(CrmAction):
    """Puts the conversation into the queue. The desk tells the place in it; only who waits already is answered here,
    and who asks whether somebody is there at all: they are told so and may press a button."""

    action_name: ClassVar[str] = "action_request_human"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if choice(turn) in (THERE, HOURS):
            await _tell_who_is_there(turn)
            return []
        if turn.conversation.state == ConversationState.QUEUE and turn.conversation.queue_announced_at is not None:
            _tell_waiting(turn)
        urgency = Urgency.RAISED if turn.anger >= policy().anger.upset else Urgency.NORMAL
        await conversations.request_human(
            turn.session, turn.conversation.id, reason=QueueReason.REQUESTED, urgency=urgency
        )
        turn.done("handed_over", turn.text)
        return []


def _tell_waiting(turn: Turn) -> None:
    """The place is kept; while nobody is on duty, when somebody is, and that they can be called instead."""
    at = now()
    if service_hours.is_open(at):
        turn.say("reply_human_waiting")
        return
    opens = format_moment(service_hours.next_open(at), turn.language)
    turn.say("reply_human_waiting_closed", opens=opens, buttons=[service_button(turn, "call_back", "request_callback")])


async def _tell_who_is_there(turn: Turn) -> None:
    today = now().astimezone(business_zone()).date()
    days = _days_asked(turn)
    if days and days != [today]:
        there = availability.somebody_on(days, turn.language)
    elif choice(turn) == HOURS:
        there = availability.somebody_on([], turn.language)
    else:
        there = await availability.somebody_there(turn.session, turn.language)
    # Who wishes for a person in the same breath is put in line next: there is nothing to choose.
    buttons = [] if turn.is_part else [person_button(turn), service_button(turn, "call_back", "request_callback")]
    turn.say("reply_who_is_there", there=there, buttons=buttons)
    turn.done("answered", turn.text)


def _days_asked(turn: Turn) -> list[date]:
    """The days of the times that are named, at the shop."""
    windows = [window for value in turn.entities("time") if (window := window_of(value)) is not None]
    days: list[date] = []
    for begins, ends in windows:
        day = begins.astimezone(business_zone()).date()
        while datetime.combine(day, time(), business_zone()) < ends and len(days) < DAYS:
            days.append(day)
            day += timedelta(days=1)
    return sorted(set(days))
