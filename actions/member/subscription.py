"""The customer's say over what comes unasked: each topic stopped and taken up by itself, all marketing, everything."""

import re
from collections.abc import Collection, Iterable
from typing import ClassVar

from actions.kit import slot_text
from actions.kit.asked import shapes, stop_supposed
from actions.kit.base import Button, CrmAction, Event, Turn, button, consent_buttons, kept_for_later
from actions.kit.goods import Fit, as_written, canonical, fit, things_said
from actions.kit.quick_replies import STOCK
from actions.kit.words import consent, lexicon
from actions.member import news_wish
from actions.member.news_wish import NewsWish, Reach
from crm_store import members, points, proactive, products
from crm_store.errors import NotFound
from crm_store.labels import catalogue, label
from crm_store.language import Language, format_number
from crm_store.members import Member
from crm_store.proactive import MARKETING, Topic
from crm_store.products import Product

INTENT = "opt_out"
YES, NO, STAY_SUBSCRIBED = "yes", "no", "stay_subscribed"
"""The `choice` of the buttons: to stop, not to stop, to have them again after all. A topic's name stands for itself."""
INTEREST = "interest:"
"""A `choice` that begins so names a category of goods."""
ASKED = "asked_to_stop"
"""In the focus: the question was asked, so that the wish said once more is a yes."""
_SENTENCE = re.compile(r"[。！!？?；;.\n]+")
STOPPED = "topics_stopped"
"""In the focus: the topics stopped last, which "send them again" is about."""


class ActionOptOut(CrmAction):
    """A topic that is named, or the one just told of, stops at once; of everything else one question, then all
    marketing stops. What goes on is said."""

    action_name: ClassVar[str] = "action_opt_out"

    async def answer(self, turn: Turn) -> list[Event] | None:
        if turn.entity("choice") == STAY_SUBSCRIBED:
            return await ActionOptIn().answer(turn)
        if turn.follows and asks_of_account(turn):
            turn.say("reply_opt_out_account_stays")
            turn.done("answered")
            return []
        if turn.member is not None and _narrows_to_ads(turn):
            await self._stop_marketing(turn, turn.member)
            return []
        if asks_what_goes_on(turn):
            await self._tell_what_goes_on(turn)
            turn.done("answered")
            if turn.follows:
                return []
        elif not turn.pressed and stop_supposed.is_asked(turn.text):
            await tell_what_stays(turn)
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
        if not turn.pressed and news_wish.asks_state(turn.text):
            await tell_state(turn, turn.member)
            return []
        if not turn.pressed and news_wish.asks_way_back(turn.text):
            turn.say("reply_opt_out_way_back", buttons=_stop_or_not(turn) if turn.spoken_of.get(ASKED) else [])
            turn.done("answered", turn.text)
            return []
        if not turn.pressed and turn.member.opted_out_at is None and news_wish.of_one_channel(turn.text):
            self._ask_of_all_channels(turn)
            return []
        if turn.outcome or not await self._narrower(turn, turn.member):
            await self._all_marketing(turn, turn.member)
        return []

    @staticmethod
    def _ask_of_all_channels(turn: Turn) -> None:
        """Only texts, or only e-mails, cannot be stopped: said before anything is, and asked."""
        turn.say("reply_channels_together", buttons=_stop_or_not(turn))
        turn.done("answered")

    @staticmethod
    async def _tell_what_goes_on(turn: Turn) -> None:
        if turn.member is None or await proactive.may_tell(turn.session, turn.member, Topic.PARCELS):
            turn.say("reply_notices_go_on")
        else:
            off = _names([Topic.PARCELS], turn.language)
            turn.say("reply_topics_are_off", topics=off, buttons=[_again(turn.language, Topic.PARCELS)])

    @classmethod
    async def _narrower(cls, turn: Turn, member: Member) -> bool:
        """Whether the words were about something else than all marketing, and that was done."""
        if _pressed_topic(turn) is None and (turn.pressed or _agrees(turn)):
            return False
        wish = await _stop_wished(turn)
        if not set(wish.topics) & MARKETING and lexicon.mentions("marketing_word", turn.text):
            # "Stop the ads but still tell me when points expire": the ads are what is to stop.
            return False
        if wish.reach is Reach.MARKETING:
            return await cls._just_told_of(turn, member)
        if not turn.pressed and not news_wish.is_plain(turn.text):
            await cls._ask_about(turn, member, wish)
            return True
        if wish.reach is Reach.EVERYTHING:
            await proactive.stop(turn.session, member, list(Topic))
            await proactive.stop_marketing(turn.session, member)
            turn.say("reply_everything_stopped", buttons=[_again(turn.language, Topic.PARCELS)])
            _stopped(turn, Topic)
        elif wish.reach is Reach.ONLY:
            await _only(turn, member, wish)
        else:
            await cls._stop(turn, member, wish.topics)
        return True

    @classmethod
    async def _just_told_of(cls, turn: Turn, member: Member) -> bool:
        """退订, TD or "stop" right after a message of ours: after marketing all of it stops, as that message has
        promised; after a notice, notices of that topic."""
        told = await proactive.answered_now(turn.session, turn.conversation.id)
        if told is None or not consent.is_short(turn.text) or not news_wish.is_plain(turn.text):
            return False
        if told.topic in MARKETING:
            await cls._stop_marketing(turn, member)
        else:
            await cls._stop(turn, member, [Topic(told.topic)])
        return True

    @staticmethod
    async def _stop(turn: Turn, member: Member, topics: Collection[Topic]) -> None:
        stopped = await proactive.stop(turn.session, member, topics)
        stays = _names(await proactive.wanted(turn.session, member), turn.language)
        named = _names(topics, turn.language)
        if stays:
            turn.say("reply_topics_stopped", topics=named, stays=stays, buttons=[_again(turn.language, *topics)])
        else:
            turn.say("reply_everything_stopped", buttons=[_again(turn.language, *topics)])
        _stopped(turn, stopped or topics)

    @staticmethod
    async def _ask_about(turn: Turn, member: Member, wish: NewsWish) -> None:
        """Asked whether it can be stopped, the customer may press it; nothing is done by itself. Who asks whether it
        still comes is told how it stands."""
        if wish.topics and not lexicon.mentions("news_stop", turn.text):
            off = [topic for topic in wish.topics if topic not in await proactive.wanted(turn.session, member)]
            if off:
                turn.say(
                    "reply_topics_are_off", topics=_names(off, turn.language), buttons=[_again(turn.language, *off)]
                )
            else:
                turn.say("reply_topics_on_already", topics=_names(wish.topics, turn.language))
        elif wish.reach is not Reach.NAMED:
            turn.say("reply_topics_how")
        else:
            yes = button(label("dialogue_button", "unsubscribe", turn.language), INTENT, choice=wish.topics[0])
            no = button(label("dialogue_button", "no_unsubscribe", turn.language), INTENT, choice=NO)
            turn.say(
                "reply_topics_sure", topics=_names(wish.topics[:1], turn.language), buttons=consent_buttons(yes, no)
            )
        turn.done("answered")

    @classmethod
    async def _all_marketing(cls, turn: Turn, member: Member) -> None:
        hears_of_parcels = await proactive.may_tell(turn.session, member, Topic.PARCELS)
        if member.opted_out_at is not None:
            told = "reply_opted_out_already" if hears_of_parcels else "reply_topics_are_off"
            turn.say(told, topics=_names(MARKETING, turn.language), buttons=[all_again(turn)])
            _stopped(turn, MARKETING)
            return
        if turn.entity("choice") != YES and not _agrees(turn):
            goes_on = hears_of_parcels and await proactive.may_tell(turn.session, member, Topic.POINTS)
            asks = "reply_opt_out_sure" if goes_on else "reply_topics_sure"
            turn.say(asks, topics=_names(MARKETING, turn.language), buttons=_stop_or_not(turn))
            turn.focus(**{ASKED: True})
            return
        await cls._stop_marketing(turn, member)

    @classmethod
    async def _stop_marketing(cls, turn: Turn, member: Member) -> None:
        """What is said to stay must be true: notices of parcels may have been stopped before."""
        if not await proactive.may_tell(turn.session, member, Topic.PARCELS):
            await cls._stop(turn, member, MARKETING)
            return
        await proactive.stop_marketing(turn.session, member)
        turn.say("reply_opted_out", buttons=[all_again(turn)])
        _stopped(turn, MARKETING)


class ActionOptIn(CrmAction):
    """News are wished again, or for the first time: the topics that are named, or all marketing."""

    action_name: ClassVar[str] = "action_opt_in"

    async def answer(self, turn: Turn) -> list[Event] | None:
        wish = _start_wished(turn)
        watched = await _to_be_watched(turn, wish)
        if turn.member is None:
            turn.say("reply_opt_in_stranger" if watched is None else "reply_stock_watch_stranger")
            turn.done("verification_needed")
            return [kept_for_later(turn)]
        if not turn.pressed and news_wish.asks_state(turn.text):
            await tell_state(turn, turn.member)
            return []
        if watched is not None:
            await self._watch(turn, turn.member, watched)
        elif wish.reach is Reach.ONLY:
            await _only(turn, turn.member, wish)
        elif wish.topics:
            await self._topics(turn, turn.member, wish)
        else:
            await self._all_marketing(turn, turn.member)
        turn.focus(done=None, **{ASKED: None, STOPPED: None})
        return []

    @staticmethod
    async def _topics(turn: Turn, member: Member, wish: NewsWish) -> None:
        fresh = await proactive.want(turn.session, member, wish.topics)
        chosen = await _keep_interests(turn, member, wish)
        named = _names(wish.topics, turn.language)
        if Topic.NEW_GOODS in wish.topics and not member.interests:
            turn.say("reply_interest_asked", buttons=_interest_buttons(turn.language))
        elif chosen:
            turn.say("reply_interest_kept", category=_categories(chosen, turn.language))
        elif not fresh:
            turn.say("reply_topics_on_already", topics=named)
        else:
            turn.say("reply_opted_in_to", topic=named)
        turn.done("opted_in", ", ".join(wish.topics))

    @staticmethod
    async def _all_marketing(turn: Turn, member: Member) -> None:
        changed = await proactive.want_marketing(turn.session, member)
        turn.say("reply_opted_in" if changed else "reply_opted_in_already")
        turn.done("opted_in")

    @staticmethod
    async def _watch(turn: Turn, member: Member, sku: str) -> None:
        try:
            product = await products.by_sku(turn.session, sku)
        except NotFound:
            turn.say("reply_product_which")
            return
        goods = product.names.get(turn.language) or next(iter(product.names.values()))
        # A size or a colour may be sold out all the same.
        if product.in_stock and not turn.pressed and not shapes.asked(turn.text):
            turn.say("reply_stock_there", goods=goods)
            turn.focus(product=product.sku)
            turn.done("answered", product.sku)
            return
        await proactive.watch(turn.session, member, product)
        turn.say("reply_stock_watched", goods=goods)
        turn.done("opted_in", product.sku)


async def tell_what_stays(turn: Turn, *, amid_form: bool = False) -> None:
    """What stays when only our messages stop; asked so, nothing is stopped. `amid_form`: an open form asks
    what to do."""
    if turn.member is None:
        turn.say("reply_opt_out_changes_little")
    else:
        left = format_number(await points.balance(turn.session, turn.member.id))
        is_on = turn.member.opted_out_at is None and not amid_form
        stop = button(label("dialogue_button", "unsubscribe", turn.language), INTENT, choice=YES)
        turn.say("reply_opt_out_points_stay", points=left, buttons=[stop] if is_on else [])
    turn.focus(**{ASKED: None})
    turn.done("answered", turn.text)


async def tell_state(turn: Turn, member: Member) -> None:
    """How it stands with our news; asked so, nothing is switched."""
    wanted = member.marketing_consent and member.opted_out_at is None
    turn.say("reply_opted_in_already" if wanted else "reply_opted_out_already")
    turn.done("answered")


async def _only(turn: Turn, member: Member, wish: NewsWish) -> None:
    wanted = await proactive.want_only(turn.session, member, wish.topics)
    await _keep_interests(turn, member, wish)
    turn.say("reply_topics_only", stays=_names(wanted, turn.language), buttons=[all_again(turn)])
    turn.done("opted_in", ", ".join(wish.topics))
    turn.focus(done=None, **{ASKED: None, STOPPED: None})


async def _keep_interests(turn: Turn, member: Member, wish: NewsWish) -> list[str]:
    """The categories that were named, added to the member's, or instead of them where only these are wanted."""
    if not wish.interests:
        return []
    before = [] if wish.reach is Reach.ONLY else member.interests
    await members.update_profile(
        turn.session, member, by="member", interests=list(dict.fromkeys([*before, *wish.interests]))
    )
    return list(wish.interests)


async def _stop_wished(turn: Turn) -> NewsWish:
    pressed = _pressed_topic(turn)
    return NewsWish(Reach.NAMED, (pressed,)) if pressed else news_wish.to_stop(turn.text)


def _start_wished(turn: Turn) -> NewsWish:
    choice = str(turn.entity("choice") or "")
    if choice.startswith(INTEREST):
        return NewsWish(Reach.NAMED, (Topic.NEW_GOODS,), (choice.removeprefix(INTEREST),))
    if pressed := _pressed_topic(turn):
        return NewsWish(Reach.NAMED, (pressed,))
    wish = NewsWish(Reach.MARKETING) if turn.pressed else news_wish.to_start(turn.text)
    before = [Topic(each) for each in turn.spoken_of.get(STOPPED) or ()]
    if wish.reach is Reach.MARKETING and before and not turn.pressed and not set(before) >= MARKETING:
        return NewsWish(Reach.NAMED, tuple(before))
    return wish


async def _to_be_watched(turn: Turn, wish: NewsWish) -> str | None:
    """The SKU of the one thing whose coming back is to be told, empty where none was spoken of; None where other news
    are meant. "Tell me when it is in" wants word of one thing, never all our news."""
    choice = str(turn.entity("choice") or "")
    if choice.startswith(STOCK):
        return choice.removeprefix(STOCK)
    spoken_of = await _thing_named(turn) or str(turn.spoken_of.get("product") or "")
    if wish.topics == (Topic.BACK_IN_STOCK,) and not turn.pressed and wish.reach is Reach.NAMED and spoken_of:
        return spoken_of
    asks = not wish.topics and not turn.pressed and lexicon.mentions("tell_when_in", turn.text)
    return spoken_of if asks else None


async def _thing_named(turn: Turn) -> str | None:
    """The SKU of the thing that is named in the clause of the wish, which comes before the one spoken of: 围巾要灰的。
    那电饭煲到货了告诉我一声."""
    clauses = [each for each in _SENTENCE.split(turn.text) if lexicon.mentions("tell_when_in", each)]
    if turn.pressed or not clauses:
        return None
    named = await products.named(turn.session, clauses[0])
    for thing in () if named else things_said(turn):
        if as_written(turn, thing) in clauses[0]:
            named = [each for each in await products.search(turn.session, canonical(thing)) if _is_called(thing, each)]
    return named[0].sku if len(named) == 1 else None


def _is_called(thing: str, product: Product) -> bool:
    return fit(thing, [*product.names.values(), *product.keywords]) is Fit.CALLED


def _pressed_topic(turn: Turn) -> Topic | None:
    choice = str(turn.entity("choice") or "")
    return Topic(choice) if choice in set(Topic) else None


def _agrees(turn: Turn) -> bool:
    """The wish is a denial by itself (别发了): said once more, short and without a doubt, it is the yes."""
    again = consent.is_short(turn.text) and not consent.doubts(turn.text) and stop_supposed.says_stop(turn.text)
    return bool(turn.spoken_of.get(ASKED)) and (turn.pressed or again)


def _narrows_to_ads(turn: Turn) -> bool:
    """Whether the answer is that the ads alone are meant, which is what was asked."""
    says_so = not turn.pressed and not slot_text.is_question(turn.text) and news_wish.only_the_ads(turn.text)
    return bool(turn.spoken_of.get(ASKED)) and says_so


def _stop_or_not(turn: Turn) -> list[Button]:
    yes = button(label("dialogue_button", "unsubscribe", turn.language), INTENT, choice=YES)
    no = button(label("dialogue_button", "no_unsubscribe", turn.language), INTENT, choice=NO)
    return consent_buttons(yes, no)


def _stopped(turn: Turn, topics: Iterable[Topic]) -> None:
    turn.done("opted_out", ", ".join(sorted(topics)))
    turn.focus(done=INTENT, **{ASKED: None, STOPPED: sorted(topics)})


def _names(topics: Collection[Topic], language: Language) -> str:
    """The topics in the middle of a sentence, in their usual order."""
    apart = ", " if language is Language.EN else "、"
    return apart.join(label("news_topic", topic, language) for topic in Topic if topic in set(topics))


def _categories(categories: Iterable[str], language: Language) -> str:
    apart = ", " if language is Language.EN else "、"
    return apart.join(products.category_name(each, language) for each in categories)


def _again(language: Language, *topics: Topic) -> Button:
    """Takes up the (first) topic again."""
    title = label("dialogue_button", "topic_again", language, topic=label("news_topic", topics[0], language))
    return button(title, "opt_in", choice=topics[0])


def all_again(turn: Turn) -> Button:
    """Takes up all marketing again."""
    return button(label("dialogue_button", STAY_SUBSCRIBED, turn.language), "opt_in")


def _interest_buttons(language: Language) -> list[Button]:
    prefix = "product_category."
    codes = [key.removeprefix(prefix) for key in catalogue() if key.startswith(prefix)]
    return [button(products.category_name(code, language), "opt_in", choice=INTEREST + code) for code in codes]


def asks_of_account(turn: Turn) -> bool:
    """Whether the words ask if the membership itself stays: it does."""
    return not turn.pressed and all(lexicon.mentions(group, turn.text) for group in ("account_word", "stays_as_it_is"))


def asks_what_goes_on(turn: Turn) -> bool:
    """Whether the words ask if notices of parcels and orders still come: they do."""
    return not turn.pressed and all(lexicon.mentions(group, turn.text) for group in ("notices", "still_told"))
