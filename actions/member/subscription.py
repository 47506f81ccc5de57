"""The customer's say over marketing: stopping it after one question, and having it again."""

from typing import ClassVar

from actions.kit import consent, lexicon
from actions.kit.base import CrmAction, Event, Turn, button, consent_buttons, kept_for_later
from crm_store import members
from crm_store.labels import label
from crm_store.members import Member

INTENT = "opt_out"
YES, NO, STAY_SUBSCRIBED = "yes", "no", "stay_subscribed"
"""The `choice` of the buttons: to stop, not to stop, to have them again after all."""
ASKED = "asked_to_stop"
"""In the focus: the question was asked, so that the wish said once more is a yes."""


class ActionOptOut(CrmAction):
    """One question, then all marketing stops; what is no marketing goes on."""

    action_name: ClassVar[str] = "action_opt_out"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.entity("choice") == STAY_SUBSCRIBED:
            return await ActionOptIn().answer(turn)
        if asks_what_goes_on(turn):
            turn.say("reply_notices_go_on")
            turn.done("answered")
            if turn.follows:
                return []
        if turn.member is None:
            turn.say("reply_opt_out_stranger")
            turn.done("verification_needed")
            return [kept_for_later(turn)]
        if turn.entity("choice") == NO:
            turn.say("reply_opt_out_not_done")
            turn.done("declined")
            turn.focus(**{ASKED: None})
            return []
        return await self._stopped(turn, turn.member)

    @staticmethod
    async def _stopped(turn: Turn, member: Member) -> list[Event]:
        back = button(label("dialogue_button", STAY_SUBSCRIBED, turn.language), "opt_in")
        if member.opted_out_at is not None:
            turn.say("reply_opted_out_already", buttons=[back])
            turn.done("opted_out")
            turn.focus(done=INTENT)
            return []
        # The wish is a denial by itself (别发了): said once more, short and without a doubt, it is the yes.
        again = consent.is_short(turn.text) and not consent.doubts(turn.text)
        agrees = turn.spoken_of.get(ASKED) and (turn.pressed or again)
        if turn.entity("choice") != YES and not agrees:
            yes = button(label("dialogue_button", "unsubscribe", turn.language), INTENT, choice=YES)
            no = button(label("dialogue_button", "no_unsubscribe", turn.language), INTENT, choice=NO)
            turn.say("reply_opt_out_sure", buttons=consent_buttons(yes, no))
            turn.focus(**{ASKED: True})
            return []
        await members.set_marketing_consent(turn.session, member, False)
        turn.say("reply_opted_out", buttons=[back])
        turn.done("opted_out")
        turn.focus(done=INTENT, **{ASKED: None})
        return []


class ActionOptIn(CrmAction):
    """News are wished again, or for the first time. One kind of message brings them all, and the answer says so."""

    action_name: ClassVar[str] = "action_opt_in"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.member is None:
            turn.say("reply_opt_in_stranger")
            turn.done("verification_needed")
            return [kept_for_later(turn)]
        if not turn.pressed and lexicon.mentions("news_on_or_off", turn.text):
            # Asked how it stands, nothing is switched.
            turn.say("reply_opted_in_already" if turn.member.marketing_consent else "reply_opted_out_already")
            turn.done("answered")
            return []
        topic = None if turn.pressed else lexicon.meant("news", turn.text)
        changed = await members.set_marketing_consent(turn.session, turn.member, True)
        if not changed:
            turn.say("reply_opted_in_already")
        elif topic:
            turn.say("reply_opted_in_to", topic=label("news_topic", topic, turn.language))
        else:
            turn.say("reply_opted_in")
        turn.done("opted_in", topic or "")
        turn.focus(done=None, **{ASKED: None})
        return []


def asks_what_goes_on(turn: Turn) -> bool:
    """Whether the words ask if notices of parcels and orders still come: they do."""
    return not turn.pressed and all(lexicon.mentions(group, turn.text) for group in ("notices", "still_told"))
