"""Our news: a bare "stop" right after a message that nobody asked for (停, TD, "cancel"), and what stopping them would
change, which is answered and does nothing."""

import re

from actions.kit import slot_text
from actions.kit.asked import rewards_asked, stop_supposed
from actions.kit.asked.rewards_asked import RewardAsked
from actions.kit.words import consent, lexicon
from bot.hearing.message.said import Said, words
from bot.hearing.steps import Heard, Step, entities_of, intent_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.proactive import NEWS
from crm_store.text import normalise

OPT_OUT, DENY_ACT, LEAVE = "opt_out", "deny_act", "cancel_membership"
LEAVE_FORM, REDEEM = "leave_form", "redeem_points"
_NOT_ADS = re.compile(
    r"不要(?:广告|廣告|促销|促銷)|\bnot? (?:the |any |your )?(?:ads|adverts|marketing|promos?|offers)\b", re.I
)
_REMINDS = re.compile(r"提醒|到期|过期|\b(?:remind|reminders?|tell me when|expir\w+)\b")
NOT_YET = ("no_deleting", "hesitation")


def stops(text: str, context: Context) -> bool:
    """Whether the whole text only stops what was told last without asking."""
    if context.expects.form is not None or NEWS not in context.focus:
        return False
    words = {normalise(word).replace(" ", "") for word in lexicon.words("bare_stop")}
    return consent.says_only(text, words)


def only_supposed(said: Said, context: Context) -> Heard | None:
    """The question what stopping our messages would change, in words of its own. Where leaving is under way and is not
    to be done now ("don't delete anything yet"), that is left first. None where nothing of the kind is asked, or
    another form is open."""
    if context.expects.form not in (None, LEAVE_FORM) or not stop_supposed.is_asked(said.text):
        return None
    if rewards_asked.asked(said.text) is RewardAsked.REMINDED:
        # Whether points are still reminded of then is told of the reminders.
        return None
    rest = [each for each in stop_supposed.sentences(said.text) if not stop_supposed.is_asked(each)]
    asked = next(each for each in stop_supposed.sentences(said.text) if stop_supposed.is_asked(each))
    waits = any(lexicon.mentions(group, each) for group in NOT_YET for each in rest)
    if context.expects.form is None or not waits:
        return Heard.of(words(said, OPT_OUT))
    left = Step(text=". ".join(rest), heard=with_intent({**said.whole, "entities": []}, DENY_ACT, {"act": LEAVE}))
    return Heard.of(left, Step(text=asked, heard=with_intent({**said.whole, "entities": []}, OPT_OUT)))


def keeps_reminders(said: Said, context: Context) -> Heard | None:
    """The ads are to stop and a notice of one's own matters to stay: "stop the ads but still tell me when points
    expire", 广告别发了，积分到期还是要提醒. None where only one of the two is said, or amid a form."""
    if context.expects.form is not None or not lexicon.mentions("marketing_word", said.text):
        return None
    text = said.text
    stops_them = lexicon.mentions("news_stop", text) or lexicon.mentions("stops_now", text) or _NOT_ADS.search(text)
    keeps = lexicon.mentions("notice_topic", text) or _REMINDS.search(normalise(text))
    return Heard.of(words(said, OPT_OUT)) if stops_them and keeps else None


def stays_and_redeems(said: Said, context: Context) -> Heard | None:
    """Leaving is dropped and a reward is wished in the same breath: "get me the thermos, and no, I'm not leaving
    anymore"; None where leaving is not under way, or one of the two is not said."""
    if context.expects.form != LEAVE_FORM:
        return None
    stays = [clause.text for clause, _ in said.clauses if lexicon.mentions("stays_on", clause.text)]
    wished = [
        (clause.text, heard)
        for clause, heard in said.clauses
        if clause.text not in stays and not slot_text.is_question(clause.text) and _wishes_reward(clause.text, heard)
    ]
    if not stays or not wished:
        return None
    text, heard = wished[0]
    left = Step(text=stays[0], heard=with_intent({**said.whole, "entities": []}, DENY_ACT, {"act": LEAVE}))
    return Heard.of(left, Step(text=text, heard={**with_intent(heard, REDEEM), "text": text}))


def _wishes_reward(text: str, heard: Parsed) -> bool:
    """Whether a clause names a reward and wishes it."""
    named = any(each.get("entity") in ("reward", "product") for each in entities_of(heard))
    return named and (intent_of(heard) == REDEEM or lexicon.mentions("reward_take", text))
