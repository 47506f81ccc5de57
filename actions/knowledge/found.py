"""What the knowledge base has for a message: a case worked out, an answer, a few that may be meant, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rasa_sdk import Tracker

from actions.kit import rule_first
from actions.kit.asked import sent_abroad
from actions.kit.base import ALONGSIDE, ASKED_AGAIN, FOCUS_SLOT, RULED_OUT, Button, Turn, button, database
from actions.kit.policy_facts import filled
from actions.kit.rule_first import Rule
from actions.kit.said_before import typed_before
from actions.kit.words import lexicon, places, plainly
from actions.knowledge.for_members import told_to_member
from actions.knowledge.index import ANSWER_FITS, OFFERED, THRESHOLD, KnowledgeIndex, index_of
from actions.knowledge.narrowed import names_a_part, names_only, narrowed
from actions.knowledge.ranking import Hit
from actions.knowledge.reckoning import ABROAD, PRICE_LATER, Reckoned, names_figure, reckon
from actions.knowledge.shops import SHOPS, area_asked, case_of
from crm_store import clock
from crm_store.labels import label
from crm_store.language import Language

NEAR_THE_BEST = 0.25
"""An article that scores so little below the best may have been meant as well; it is offered as a button."""
WELL_NEAR = 0.55
SURELY_ABOUT = 0.9
"""From this score on, what the body of an article says is told a visitor though no answer of its fits."""
FAIRLY_ABOUT = 0.5
"""From this score on an article is told a visitor whose question names nothing of their own; below, it is offered."""
OFFERED_AT_ONCE = 3
NEAR_SHOWN = 2
AN_ARTICLE_OF_ITS_OWN = 0.8
"""So near an answer has to be to tell it in place of what the desk itself holds to."""
UNWRITTEN = "reply_rule_unwritten"
FRAGMENT_CHARACTERS, FRAGMENT_WORDS = 16, 10
"""Words so few may go on with what was just told, though nobody heard that they do."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for `question`: `hits`, best first, and a case that was worked out, with its article's title."""

    question: str = ""
    hits: list[Hit] = field(default_factory=list)
    reckoned: Reckoned | None = None
    title: str = ""
    goes_on: bool = False
    """Whether it answers words that go on with what was told."""
    unsaid: str = ""
    """What is asked beside it, in standard words, and stands in no text of the shop: no yes may seem to cover it."""
    by_words: bool = False
    """Whether the words of the question surely are the one that was found."""
    behind: tuple[str, ...] = ()
    """Responses of the desk's own to what else is asked, told behind it."""

    @property
    def unwritten(self) -> bool:
        """Whether it is a question whose answer no text of the shop holds, which is said, and kept for the editors."""
        return self.reckoned is not None and self.reckoned.response == UNWRITTEN

    @property
    def is_gap(self) -> bool:
        """Whether what is told says that no text of the shop tells it."""
        return self.reckoned is not None and self.reckoned.gap

    @property
    def of_later(self) -> bool:
        """Whether it is about a price that may fall yet."""
        return self.reckoned is not None and self.reckoned.response.startswith(PRICE_LATER)

    @property
    def best(self) -> Hit | None:
        return self.hits[0] if self.hits else None

    @property
    def answers(self) -> bool:
        return self.reckoned is not None or (self.best is not None and self.best.score >= THRESHOLD)

    @property
    def surely(self) -> bool:
        """Whether it answers though the message was heard as something else."""
        return self.by_words or self.reckoned is not None or (self.best is not None and self.best.surely)

    @property
    def answers_well(self) -> bool:
        """Whether it answers though nobody heard a question of the shop in the message."""
        least = ANSWER_FITS if self.goes_on else WELL_NEAR
        near = self.best is not None and self.best.answer is not None and self.best.nearness >= least
        return self.reckoned is not None or (self.answers and near)

    def answers_visitor(self, *, goes_on: bool) -> bool:
        """Whether it is better than nothing, where one's own case cannot be told. `goes_on`: with what was told."""
        best = self.best
        if self.answers_well or best is None:
            return self.answers_well
        fits = goes_on and best.answer is not None and best.nearness >= ANSWER_FITS
        return best.score >= SURELY_ABOUT or (self.answers and fits)

    @property
    def slug(self) -> str:
        """The article that answers, or came nearest."""
        return self.reckoned.slug if self.reckoned else self.best.slug if self.best else ""

    @property
    def score(self) -> float:
        return 1.0 if self.reckoned else self.best.score if self.best else 0.0

    def tell(self, turn: Turn) -> None:
        """Say the answer, with the whole article behind a button; only for one that `answers`."""
        if self.unsaid:
            turn.say("reply_rule_unwritten_beside", asked=self.unsaid)
        if self.reckoned is not None:
            buttons = [more(turn, self.slug)] if self.slug else None
            turn.say(self.reckoned.response, buttons=buttons, **self.reckoned.values)
        elif self.best is not None:
            beside = [button(each.asked, "ask_faq", choice=f"{self.slug}#{each.answer}") for each in self.best.beside]
            near = [hit for hit in self.hits[1:] if hit.score >= max(THRESHOLD, self.best.score - NEAR_THE_BEST)]
            told, buttons = filled(self.best.told, turn.language), [*beside, *(asks(hit) for hit in near)][:NEAR_SHOWN]
            told = told_to_member(told) if turn.member is not None else told
            if self.says_again(turn.spoken_of):
                told = narrowed(told, turn.text, turn.language)
            turn.say("reply_faq_answer", answer=told, title=self.title, buttons=[more(turn, self.slug), *buttons])
        for response in self.behind:
            turn.say(response)
        told_of = self.best.answer if self.best is not None and self.reckoned is None else None
        case = self.reckoned.told if self.reckoned is not None else None
        turn.focus(article=self.slug or None, question=self.question, answer=told_of, case=case)
        if self.slug == ABROAD and (place := places.place(self.question)) is not None:
            # Sums that follow are of goods that go there.
            turn.focus(**{sent_abroad.FOCUS: place})

    def says_again(self, focus: Mapping[str, Any]) -> bool:
        """Whether it is the very answer, or the very case, that was told last."""
        best = self.best
        if self.reckoned is not None:
            return self.reckoned.told == focus.get("case") and _just_told(focus)
        same = best is not None and best.answer is not None and best.answer == focus.get("answer")
        return self.reckoned is None and same and self.slug == focus.get("article")

    def offered(self) -> list[Button]:
        """Buttons for the answers that may be meant."""
        return [asks(hit) for hit in self.hits if hit.score >= OFFERED][:OFFERED_AT_ONCE]


@dataclass(frozen=True, slots=True)
class Offered:
    """The answers that may be meant, where none is sure: a visitor is asked which one before being asked who they are.
    It stands in no article."""

    buttons: list[Button]
    slug: str = ""

    def tell(self, turn: Turn) -> None:
        turn.say("reply_faq_offer", buttons=self.buttons)
        turn.focus(listed=self.buttons)


async def look_up(tracker: Tracker) -> Found:
    """What the knowledge base has for what was typed; nothing for a pressed button. For `prepare`."""
    message = tracker.latest_message
    text = str(message.get("text") or "")
    if text.startswith("/") or not text.strip():
        return Found()
    language, index = Language.of(message.get("language")), index_of(database())
    if beside := rest_beside(message):
        before = rule_first.spoken_before(tracker.get_slot(FOCUS_SLOT) or {})
        return await _alongside(index, message, beside, language, before)
    if any(each.get("value") == ASKED_AGAIN for each in message.get("entities") or []):
        return await _not_told(index, text, tracker, language)
    # Whoever says that something else is meant does not go on with what was told; a figure is put into the same case.
    denied = [str(each["value"]) for each in message.get("entities") or [] if each.get("entity") == RULED_OUT]
    another = any(not sign.isdigit() for each in denied for sign in each)
    focus = {} if another else tracker.get_slot(FOCUS_SLOT) or {}
    told = str(focus.get("article") or "")
    heard_so = bool(told) and bool((message.get("metadata") or {}).get("follows"))
    before = str(focus.get("question") or "") if told else ""
    surely = await _shop(index, text, before, told if _just_told(focus) else "", language)
    surely = surely or await _case(index, message, before if heard_so else "", language)
    surely = surely or await _plainly(
        index, text, before if told and _just_told(focus) else rule_first.spoken_before(focus), language
    )
    is_put_right = plainly.corrects(text)
    if surely is not None and not (is_put_right and surely.says_again(focus)):
        return surely
    if is_put_right:
        return await _corrected(index, text, before, focus, language)
    fits = lexicon.mentions("size_advice", text)  # how a thing fits is a matter of its own
    may_go_on = heard_so or (bool(told) and _just_told(focus) and _is_fragment(text) and not fits)
    if may_go_on and (part := await _part_of_told(index, text, focus, language)) is not None:
        return part
    asked = plainly.with_place(text, before) if may_go_on else text
    hits = await index.nearest(asked, language)
    by_itself = Found(asked, hits, None, hits[0].title if hits else "")
    unsure = not by_itself.answers
    # "But 12 December is only 14 days" disputes the case that was worked out just now, however long it is.
    disputes = bool(told) and _just_told(focus) and bool(focus.get("case")) and unsure and names_figure(text)
    if not (may_go_on or disputes):
        return by_itself
    going_on = await _case(index, message, before, language) if unsure else None
    going_on = going_on or await _gone_on(index, asked, before, told, language)
    if going_on is None or not (heard_so or unsure or _is_nearer(going_on, hits[0])):
        return by_itself
    return by_itself if going_on.says_again(focus) and _says_more(by_itself, focus) else going_on


async def _not_told(index: KnowledgeIndex, text: str, tracker: Tracker, language: Language) -> Found:
    """What the articles have for a question that the last answer missed, without that answer: for its own words, and
    for them together with the question that they put right ("no, I mean outside")."""
    focus = tracker.get_slot(FOCUS_SLOT) or {}
    found = await _but_for_told(index, text, focus, language)
    before = typed_before(tracker)
    if found.surely or not before:
        return found
    together = await _but_for_told(index, f"{before}, {text}", focus, language)
    is_nearer = together.best is not None and (found.best is None or together.best.score > found.best.score)
    return replace(together, question=text) if is_nearer else found


async def _but_for_told(index: KnowledgeIndex, text: str, focus: Mapping[str, Any], language: Language) -> Found:
    """What the articles have for a text, without what they just told."""
    surely = await _plainly(index, text, "", language)
    if surely is not None and not (surely.says_again(focus) and _just_told(focus)):
        return surely
    hits = await index.nearest(text, language)
    missed = [hit for hit in hits if Found(hits=[hit]).says_again(focus) and _just_told(focus)]
    left = [hit for hit in hits if hit not in missed]
    return Found(text, left, None, left[0].title if left else "")


async def found_in(tracker: Tracker, slug: str) -> Found:
    """What one article says to words that surely ask for what it tells; nothing where the shop has no such answer."""
    text = str(tracker.latest_message.get("text") or "")
    language = Language.of(tracker.latest_message.get("language"))
    focus = tracker.get_slot(FOCUS_SLOT) or {}
    index = index_of(database())
    # Words that leave out what they are about ("can it be extended?") are read beside the title of the article.
    before = str(focus.get("question") or "") if focus.get("article") == slug else await index.title(slug, language)
    return await _followed(index, text, before or "", slug, language) or Found()


async def answer_to(question: str, language: Language) -> Found:
    """What the articles say to a question in standard words; nothing where none surely does."""
    hits = await index_of(database()).nearest(question, language)
    found = Found(question, hits[:1], None, hits[0].title if hits else "")
    return found if found.surely else Found(question)


async def on_what_was_told(tracker: Tracker) -> Found:
    """What the article told last says to a message that was heard as something else; nothing after anything else."""
    focus = tracker.get_slot(FOCUS_SLOT) or {}
    typed = not str(tracker.latest_message.get("text") or "").startswith("/")
    # What the desk itself holds to stands in no article.
    told = focus.get("article") if typed and _just_told(focus) else None
    return await found_in(tracker, str(told)) if told else Found()


async def find_rule(tracker: Tracker, *, of_visitor: bool = False) -> Rule | None:
    """The rule that surely answers, for actions about personal matters (`actions.kit.rule_first`); none for words that
    ask nothing ("check my points") or a figure of one's own ("how many have I left?"), which want one's own case done.

    A visitor, whose case cannot be told, hears one that answers well, unless they ask for what is theirs, and one that
    goes on with what was just told; of several that may be meant they choose."""
    text = str(tracker.latest_message.get("text") or "")
    focus = tracker.get_slot(FOCUS_SLOT) or {}
    goes_on = of_visitor and bool(focus.get("article")) and _just_told(focus) and lexicon.mentions("supposing", text)
    if lexicon.mentions("asks_own", text) or (not goes_on and not lexicon.mentions("asks_rule", text)):
        return None
    found = await look_up(tracker)
    if not of_visitor and found.says_again(focus):
        # What was just told is no answer to what is asked of one's own now.
        return None
    if found.surely:
        return found
    if not of_visitor or lexicon.mentions("own_thing", text):
        return None
    if found.answers_visitor(goes_on=goes_on) or (found.answers and found.score >= FAIRLY_ABOUT):
        return found
    buttons = found.offered()
    return Offered(buttons) if buttons else None


def more(turn: Turn, slug: str) -> Button:
    """A button that opens the whole article."""
    return button(label("dialogue_button", "whole_article", turn.language), "ask_faq", choice=slug)


def opens(hit: Hit) -> Button:
    """A button that opens the article."""
    return button(hit.title, "ask_faq", choice=hit.slug)


def asks(hit: Hit) -> Button:
    """A button that asks what the answer found answers; the article where it has none that fits."""
    return opens(hit) if hit.answer is None else button(hit.asked, "ask_faq", choice=f"{hit.slug}#{hit.answer}")


async def _case(index: KnowledgeIndex, message: dict[str, Any], before: str, language: Language) -> Found | None:
    """A case worked out, as long as the shop has an article with its rule."""
    text = str(message["text"])
    entities = message.get("entities") or []
    time = next((each["value"] for each in entities if each.get("entity") == "time"), None)
    case = reckon(text, language, before=before, time=time, today=clock.today(), entities=entities)
    title = await index.title(case.slug, language) if case is not None else None
    return Found(f"{before} {text}".strip(), [], case, title) if title is not None else None


async def _shop(index: KnowledgeIndex, text: str, before: str, told: str, language: Language) -> Found | None:
    """Whether there is a shop in a district that is named: the articles' own answer for the city near it."""
    area = area_asked(text, before, told)
    hits = await index.nearest(area.asked[language], language) if area is not None else []
    if area is None or not hits or hits[0].slug != SHOPS or not hits[0].surely:
        return None
    if not area.city:
        return Found(text, hits[:1], None, hits[0].title, by_words=True)
    case = case_of(area, text, hits[0], language)
    return Found(text, [], case, hits[0].title) if case is not None else None


async def _plainly(index: KnowledgeIndex, text: str, before: str, language: Language) -> Found | None:
    """What is told to a question that its words surely are: what the articles answer to it in standard words, else what
    the desk holds to, or that nothing is written on it."""
    asked = plainly.asked(text, language, before=before)
    unsaid = next((each.question for each in asked if each.unwritten and not each.response), "")
    # What stands written is told first, with what does not beside it.
    for plain in sorted(asked, key=lambda each: (each.unwritten, each.beside)):
        others = (each for each in asked if each.name != plain.name and (each.unwritten or each.beside))
        behind = tuple(
            dict.fromkeys(each.response for each in others if each.response and each.response != plain.response)
        )
        question = plainly.with_place(plain.question, f"{before} {text}") if plain.place else plain.question
        hits = [
            hit
            for hit in await index.nearest(question, language, beside=text)
            if not plain.is_another(hit.asked, hit.title)
        ]
        best = hits[0] if hits else None
        is_own = bool(plain.response) or plain.unwritten
        if behind and not is_own and (best is None or not best.surely):
            # With another question in the same breath the customer's own words tell more than the standard ones.
            hits = await index.nearest(lexicon.without("no_account", text), language)
            best = hits[0] if hits and hits[0].score >= THRESHOLD else None
        is_sure = best is not None and (best.surely or bool(behind))
        if best is not None and is_sure and (not is_own or best.nearness >= AN_ARTICLE_OF_ITS_OWN):
            # A shop that was named stays in mind for what is asked next.
            known = plainly.with_place(question, f"{before} {text}")
            beside = "" if plain.unwritten else unsaid
            return Found(known, hits[:1], None, best.title, unsaid=beside, by_words=True, behind=behind)
        if is_own:
            told = Reckoned("", plain.response or UNWRITTEN, gap=plain.unwritten)
            return Found(text, [], told, behind=behind)
    return None


def rest_beside(message: Mapping[str, Any]) -> str:
    """The rest of the message that a question stands beside; empty for one that is a message by itself."""
    found = (each["value"] for each in message.get("entities") or [] if each.get("entity") == ALONGSIDE)
    return str(next(found, ""))


async def _alongside(
    index: KnowledgeIndex, message: dict[str, Any], rest: str, language: Language, before: str = ""
) -> Found:
    """What answers one question of several: by itself, else read together with the rest of the message, which may hold
    what it leaves out."""
    text = str(message["text"])
    surely = await _shop(index, text, "", "", language) or await _case(index, message, "", language)
    surely = surely or await _plainly(index, text, "", language)
    surely = (
        surely
        or await _case(index, message, rest, language)
        or await _plainly(index, text, f"{rest} {before}".strip(), language)
    )
    if surely is not None:
        return surely
    hits = [] if plainly.names_nothing(text) else await index.nearest(text, language)
    by_itself = Found(text, hits, None, hits[0].title if hits else "")
    if by_itself.answers_well:
        return by_itself
    together = await index.going_on(text, rest, language)
    if together is None or together.score < THRESHOLD or together.nearness < ANSWER_FITS:
        return by_itself
    return Found(text, [together], None, together.title, goes_on=True)


async def _corrected(
    index: KnowledgeIndex, text: str, before: str, focus: Mapping[str, Any], language: Language
) -> Found:
    """What answers a question that was put right, without what was said not to be meant: never what was just told.
    Words that only say what is not meant (不是预售) put the question before once more, to other articles."""
    asked = plainly.bare(text)
    is_left_out = not plainly.says_what(text)
    hits = await index.nearest(before if is_left_out and before else asked, language)
    told = focus.get("article") if _just_told(focus) else None
    others = [
        hit
        for hit in hits
        if hit.slug != told or (not is_left_out and hit.answer is not None and hit.answer != focus.get("answer"))
    ]
    return Found(asked, others, None, others[0].title if others else "")


async def _followed(index: KnowledgeIndex, text: str, before: str, slug: str, language: Language) -> Found | None:
    """What the article that was told says to words that go on with it."""
    hit = await index.following(text, before, slug, language)
    if hit is None or hit.nearness < ANSWER_FITS:
        return None
    hits = [replace(hit, score=max(hit.score, THRESHOLD))]
    return Found(f"{before} {text}".strip(), hits, None, hit.title, goes_on=True)


async def _gone_on(index: KnowledgeIndex, text: str, before: str, slug: str, language: Language) -> Found | None:
    """What the article that was told, or another one, says to words that go on with it; the surer of both."""
    followed = await _followed(index, text, before, slug, language)
    hit = await index.going_on(text, before, language)
    if hit is None or hit.score < THRESHOLD or (followed is not None and followed.score >= hit.score):
        return followed
    return Found(f"{before} {text}".strip(), [hit], None, hit.title, goes_on=True)


def _says_more(other: Found, focus: Mapping[str, Any]) -> bool:
    """Whether something else than what was told last answers as well: nobody asks on to hear the same again."""
    best = other.best
    fits = best is not None and best.answer is not None and best.nearness >= ANSWER_FITS
    return other.answers and fits and not other.says_again(focus)


async def _part_of_told(index: KnowledgeIndex, text: str, focus: Mapping[str, Any], language: Language) -> Found | None:
    """The answer that was told, where a few words name one part of it: 初一呢 after 除夕提早打烊，初一公休."""
    if not names_only(text) or not (hits := await index.nearest(text, language)):
        return None
    found = Found(text, hits[:1], None, hits[0].title)
    return found if found.says_again(focus) and names_a_part(hits[0].told, text) else None


def _is_nearer(going_on: Found, other: Hit) -> bool:
    """Whether the article just told answers a fragment no worse than another one does."""
    best = going_on.best
    return going_on.reckoned is not None or (best is not None and best.nearness >= other.nearness)


def _just_told(focus: Mapping[str, Any]) -> bool:
    """Whether the article is what was spoken of last."""
    places: dict[str, int] = focus.get("at") or {}
    return bool(places) and places.get("article") == max(places.values())


def _is_fragment(text: str) -> bool:
    return len(text.split()) <= FRAGMENT_WORDS if text.isascii() else len(text) <= FRAGMENT_CHARACTERS
