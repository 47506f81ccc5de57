"""Words that leave out what they are about, filled from what was spoken of: 那第二个呢, "and platinum?", "it"."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from actions.kit import slot_text
from actions.kit.words import alternatives, lexicon
from bot.hearing.message import expectation
from bot.hearing.steps import (
    FALLBACK,
    FROM_FOCUS,
    Step,
    confidence_of,
    entities_of,
    intent_of,
    with_intent,
)
from crm_store.conversations import Focus, Parsed
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

ELLIPTIC_CHARACTERS, ELLIPTIC_WORDS = 10, 6
"""A message that goes on with a subject is short; Chinese by characters, English by words."""
LATELY = 6
"""Places of a conversation, both sides' messages, within which an act was just done."""
SUPPOSING = 2
"""A supposed case ("and if I only pay in the evening?") may be so many times as long."""
ORDER_STATUS, FAQ, CANCEL, INVOICE = "ask_order_status", "ask_faq", "cancel", "ask_invoice"
TIER, OF_LEVELS = "tier", frozenset({"ask_tier", "ask_tier_benefits"})
UNSURE = 0.75
"""Above this confidence a message has a subject of its own, however short it is."""
VAGUE = 0.7
"""Below this confidence a short question right after an article goes on with it, whatever it sounds like."""
FIGURE_DIGITS = 6
"""More digits are the number of something: of an order, a telephone."""
_FIGURE = re.compile(
    r"\d[\d ]*|[零一二两三四五六七八九十百千万半]+"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|half)\b"
)
_ARTICLE = re.compile(r"^(?:the|a|an|that|those) ")
_OPEN = frozenset({FALLBACK, "out_of_scope", "inform", "affirm", "deny"})


def resolved(step: Step, focus: Focus, *, form: str | None = None) -> Step:
    """The step with what it leaves out; the same step when it leaves nothing out or nothing was spoken of.

    `form`: the one that is open, for which its words are to read.
    """
    in_form = form is not None
    if step.heard is not None and (asked := _asked_amid(form, step.text)) is not None:
        return replace(step, heard=with_intent(step.heard, asked))
    if step.heard is not None and not in_form:
        step = replace(step, heard=meant_by_words(step.text, step.heard, focus))
    if step.heard is None or not focus:
        return step
    if not in_form and (meant := _about_the_last_thing(step.text, step.heard, focus)) is not None:
        return Step(text=step.text, heard=meant, follows=True)
    listed = [option for option in focus.get("listed") or [] if option.get("payload")]
    if listed and (option := expectation.by_place(_without_follow_up(step.text), listed)) is not None:
        return Step(text=step.text, payload=str(option["payload"]))
    if (meant := about_what_was_done(step.text, step.heard, focus)) is not None:
        return Step(text=step.text, heard=meant, follows=True)
    if _asks_price_of_order(step.text, step.heard, focus):
        order = {_rules()["entity"]["order"]: str(focus["order"])}
        return Step(text=step.text, heard=with_intent(step.heard, ORDER_STATUS, order), follows=True)
    if act := _belongs_to(step.text, step.heard, focus):
        return Step(text=step.text, heard=with_intent(step.heard, act), follows=True)
    heard = _pointed(step.text, step.heard, focus)
    if _goes_on_with_article(step.text, heard, focus):
        return Step(text=step.text, heard=with_intent(heard, FAQ), follows=True)
    if _goes_on(step.text, heard, focus):
        topic = str(focus["topic"])
        return Step(text=step.text, heard=with_intent(heard, topic), follows=True)
    return Step(text=step.text, heard=_filled(step.text, heard, focus), follows=_points(step.text))


def as_bought(step: Step) -> Step:
    """An invoice is of what was bought, though a reward is called so as well: "an invoice for the coffee set"."""
    heard = step.heard
    if heard is None or intent_of(heard) != INVOICE or _has_entity(heard, "product"):
        return step
    said = [
        {**each, "entity": "product"}
        for each in entities_of(heard)
        if each.get("entity") == "reward" and each.get("extractor") != FROM_FOCUS
    ]
    return replace(step, heard={**heard, "entities": [*entities_of(heard), *said]}) if said else step


def _asked_amid(form: str | None, text: str) -> str | None:
    """What is asked beside the matter of the form, by its words."""
    asked = [str(rule["intent"]) for rule in _rules()["amid"].get(form, ()) if _says(rule["words"], text)]
    return asked[0] if asked else None


def names_itself(heard: Parsed) -> bool:
    """Whether the words name what they are about."""
    return any(entity.get("entity") in _rules()["names"] for entity in entities_of(heard))


def names_goods(heard: Parsed) -> bool:
    """Whether the words name goods or an order."""
    return any(_has_entity(heard, name) for name in ("product", "order_number"))


def _belongs_to(text: str, heard: Parsed, focus: Focus) -> str | None:
    """The act that was done or spoken of last, when the text asks what comes of it."""
    done = focus.get("done")
    act = done or (focus.get("topic") if int(focus.get("age") or 0) <= 1 else None)
    asked = _rules()["belongs"].get(act, ())
    if names_itself(heard) or (act in _rules()["only_done"] and act != done):
        return None
    return str(act) if any(all(_says(name, text) for name in names) for names in asked) else None


def _says(name: str, text: str) -> bool:
    """Whether words of a group stand in the text; of `group.value`, whether that is what they mean."""
    group, _, value = name.partition(".")
    return lexicon.meant(group, text) == value if value else lexicon.mentions(group, text)


def instead(text: str, denied: AbstractSet[str]) -> str | None:
    """The act of which one wish is denied only for the sake of another, if that is all that is denied."""
    act = next(iter(denied)) if len(denied) == 1 else ""
    return act if alternatives.switches(_rules()["instead"].get(act, ()), text) else None


def _filled(text: str, heard: Parsed, focus: Focus) -> Parsed:
    rules = _rules()
    if (level := _level_said(text, heard)) is not None:
        return with_intent(heard, intent_of(heard), {TIER: level}, confidence=confidence_of(heard))
    # "What does it cost now": a time names an order, a call, but no product.
    naming = rules["things"] if intent_of(heard) == "ask_product" else rules["names"]
    if any(entity.get("entity") in naming for entity in entities_of(heard)):
        return heard
    for kind in rules["needs"].get(intent_of(heard), ()):
        if kind in focus:
            entity = {rules["entity"][kind]: str(focus[kind])}
            return with_intent(heard, intent_of(heard), entity, confidence=confidence_of(heard))
    return heard


def _level_said(text: str, heard: Parsed) -> str | None:
    """The level that short words about levels name, where only the words tell it: "and platinum?"."""
    if intent_of(heard) not in OF_LEVELS or _has_entity(heard, TIER) or not _is_short(text):
        return None
    named = {each.value for each in lexicon.heard("level_name", text)}
    return named.pop() if len(named) == 1 else None


def about_what_was_done(text: str, heard: Parsed, focus: Focus) -> Parsed | None:
    """Words that go on with the act just done, of which nothing else was spoken since: 改成周五 after a call was
    arranged. Other things named by the words are another matter."""
    if not done_last(focus):
        return None
    for rule in _rules()["after"].get(str(focus.get("done")), ()):
        named = {str(entity.get("entity")) for entity in entities_of(heard)}
        fits = not rule.get("with") or bool(named & set(rule["with"]))
        fits = fits and (not rule.get("noted") or _has_note(heard, str(rule["noted"])))
        fits = fits and (not rule.get("means") or lexicon.meant(rule["words"], text) in rule["means"])
        other = any(lexicon.mentions(group, text) for group in rule.get("but", ()))
        is_of_it = rule.get("of_another") or not named & set(_rules()["things"])
        if fits and not other and is_of_it and lexicon.mentions(rule["words"], text):
            meant = with_intent(heard, str(rule["intent"]))
            return _filled(text, meant, focus) if rule.get("fill") else meant
    return None


def _has_note(heard: Parsed, note: str) -> bool:
    """Whether a time of the message bears that note."""
    values = (entity.get("value") for entity in entities_of(heard) if entity.get("entity") == "time")
    return any(isinstance(value, dict) and value.get("note") == note for value in values)


def taken_back(focus: Focus) -> str | None:
    """The intent that takes back what was done last, if nothing else was spoken of since."""
    meant: str | None = _rules()["taken_back"].get(str(focus.get("done"))) if done_last(focus) else None
    return meant


def takes_back_lately(focus: Focus) -> str | None:
    """The intent that takes back the last act, if it was done within the last few messages."""
    meant: str | None = _rules()["taken_back"].get(str(focus.get("done"))) if was_done_lately(focus) else None
    return meant


def was_done_lately(focus: Focus) -> bool:
    """Whether the last act was done within the last few messages, whatever was spoken of since."""
    places = focus.get("at") or {}
    return bool(focus.get("done")) and max(places.values(), default=0) - int(places.get("done", 0)) <= LATELY


def done_last(focus: Focus) -> bool:
    """Whether nothing else was spoken of since the last act."""
    places = focus.get("at") or {}
    return int(places.get("done", 0)) >= max(places.values(), default=0)


def _asks_price_of_order(text: str, heard: Parsed, focus: Focus) -> bool:
    """Whether the words ask no more than a price, and an order is what was spoken of last: 那个多少钱来着."""
    if names_itself(heard) or not _spoken_of_last("order", focus) or not lexicon.mentions("price_question", text):
        return False
    left = text
    for group in ("price_question", "pointing", "courtesy", "product_talk"):
        left = lexicon.without(group, left)
    return not left


def _spoken_of_last(kind: str, focus: Focus) -> bool:
    places: dict[str, int] = focus.get("at") or {}
    return bool(focus.get(kind)) and kind in places and places[kind] == max(places.values())


def _goes_on_with_article(text: str, heard: Parsed, focus: Focus) -> bool:
    """Whether words without a clear intent of their own go on with what an article has just told: a supposed case
    (要是晚上才付款呢), how long it takes, another short question."""
    # A message that was heard as nothing may have been answered by the article all the same: it ages by one.
    if focus.get("age", 0) > 1 or not _spoken_of_last("article", focus):
        return False
    if only_a_figure(text) or (focus.get("case") and lexicon.mentions("instalment_total", text)):
        return True
    if lexicon.mentions("size_advice", text):
        # How a thing fits is a matter of its own.
        return False
    is_question = slot_text.is_question(text) or _has_follow_up(text) or lexicon.mentions("asks_back", text)
    is_vague = confidence_of(heard) < VAGUE and is_question and not lexicon.mentions("own_thing", text)
    is_open = intent_of(heard) in _OPEN or (is_question and _cancels_nothing(text, heard))
    if not is_open and not is_vague and not (intent_of(heard) == FAQ and _is_unsure(heard)):
        return False
    if names_itself(heard) and not _has_entity(heard, "time"):
        return False
    supposes = any(_begins_with(normalise(text), word) for word in lexicon.words("supposing", "begins"))
    if supposes or any(heard.value == "within" for heard in lexicon.heard("supposing", text)):
        return _is_short(text, SUPPOSING)
    return _is_short(text, SUPPOSING if is_open and is_question else 1) and (
        lexicon.mentions("how_long", text) or is_question
    )


def _cancels_nothing(text: str, heard: Parsed) -> bool:
    """Whether words that call nothing off sound like it: the 算 of 从哪天开始算 is no 算了."""
    said = any(lexicon.mentions(group, text) for group in ("call_off", "take_back", "drop"))
    return intent_of(heard) == CANCEL and not said


def only_a_figure(text: str) -> bool:
    """Whether words put another figure into the case spoken of, and say nothing else: 那六期呢, "and 2 kg?"."""
    if sum(sign.isdigit() for sign in text) > FIGURE_DIGITS:
        return False
    left, figures = _FIGURE.subn(" ", lexicon.without("courtesy", _without_follow_up(text)))
    return figures > 0 and not lexicon.without("of_figures", left).strip()


def _about_the_last_thing(text: str, heard: Parsed, focus: Focus) -> Parsed | None:
    """Words that mean the kind of thing spoken of last, whatever they sound like by themselves: "or the thermos?" and
    "how many am I short" after a reward."""
    rules = _rules()
    places = focus.get("at") or {}
    last = max((places.get(kind, 0) for kind in rules["entity"]), default=0)
    for kind, meanings in rules["just"].items():
        if kind not in focus or not last or places.get(kind, 0) < last:
            continue
        for rule in meanings:
            if focus.get("topic") not in rule.get("topics", [focus.get("topic")]) or not _fits(rule, text, heard):
                continue
            # A time names no thing: the "one" of "how many was that one" reads as an hour.
            named = rule.get("unnamed") is None and names_itself(heard)
            alone = places.get("listed", 0) < places[kind] and not named
            entity = {rules["entity"][kind]: str(focus[kind])} if rule.get("fill") and alone else None
            meant = with_intent(heard, str(rule["intent"]), entity)
            level = _level_said(text, meant)
            return with_intent(meant, intent_of(meant), {TIER: level}) if level else meant
    return None


def _fits(rule: dict[str, Any], text: str, heard: Parsed) -> bool:
    if not (intent_of(heard) in rule["heard_as"] or _is_unsure(heard)):
        return False
    if any(lexicon.mentions(group, text) for group in rule.get("but", ())):
        return False
    if rule.get("unnamed") and any(_has_entity(heard, name) for name in _rules()["things"]):
        return False
    if rule.get("names") and not any(_has_entity(heard, name) for name in rule["names"]):
        return False
    return not rule.get("words") or lexicon.mentions(rule["words"], text)


def _pointed(text: str, heard: Parsed, focus: Focus) -> Parsed:
    # "How many was that one": what only looks like a time names no thing; with an open intent it may be the answer.
    naming = _rules()["names"] if intent_of(heard) in _OPEN else _rules()["things"]
    if not _points(text) or any(_has_entity(heard, name) for name in naming):
        return heard
    for kind, meanings in _rules()["pointing"].items():
        for intent, heard_as in meanings.items():
            if intent_of(heard) == FAQ and (lexicon.heard("rule", text) or confidence_of(heard) >= UNSURE):
                # "The warranty on those" is answered by an article, whatever those are; and so is a sure question of
                # the shop, whose "it" is the shop or the way there.
                continue
            other = any(lexicon.mentions(group, text) for group in _rules()["not_pointed"].get(kind, ()))
            if kind in focus and intent_of(heard) in heard_as and not other:
                return with_intent(heard, intent, {_rules()["entity"][kind]: str(focus[kind])})
    return heard


def meant_by_words(text: str, heard: Parsed, focus: Focus) -> Parsed:
    """Words that surely ask for something, where the intent is open (or, if the rule says so, doubtful)."""
    for meaning in _meanings(intent_of(heard), is_unsure=_is_unsure(heard)):
        needed, named = meaning.get("spoken_of"), meaning.get("names")
        if (needed and not any(kind in focus for kind in needed)) or (named and not _has_entity(heard, named)):
            continue
        topics, without = meaning.get("topics"), meaning.get("without", ())
        if (topics and focus.get("topic") not in topics) or any(lexicon.mentions(group, text) for group in without):
            continue
        if all(_says(group, text) for group in meaning["words"]):
            return with_intent(heard, meaning["intent"])
    return heard


@cache
def _meanings(intent: str, *, is_unsure: bool) -> list[dict[str, Any]]:
    """The rules of what words surely ask for that hold for what was heard as this intent."""
    return [
        meaning
        for meaning in _rules()["meaning"]
        if intent in {*_OPEN, *meaning.get("heard_as", ())} or (bool(meaning.get("doubtful")) and is_unsure)
    ]


def _has_entity(heard: Parsed, name: str) -> bool:
    return any(entity.get("entity") == name for entity in entities_of(heard))


def _is_unsure(heard: Parsed) -> bool:
    return intent_of(heard) in _OPEN or confidence_of(heard) < UNSURE


def _points(text: str) -> bool:
    return lexicon.mentions("pointing", text)


def _goes_on(text: str, heard: Parsed, focus: Focus) -> bool:
    """Whether the message is a fragment that goes on with the topic of the last answer."""
    if not focus.get("topic") or focus.get("age", 0) > 0 or not _is_short(text):
        return False
    return _is_unsure(heard) and (
        _has_follow_up(text) or _words_go_on(text, focus) or (intent_of(heard) in _OPEN and names_itself(heard))
    )


def _words_go_on(text: str, focus: Focus) -> bool:
    """Whether words stand in the text that go on with this very topic: "other than bags" after suggestions."""
    groups = _rules()["going_on"]
    return any(focus["topic"] in topics and lexicon.mentions(group, text) for group, topics in groups.items())


def _has_follow_up(text: str) -> bool:
    flat = normalise(text)
    # "Hmm. What about the tote": what is only breath or courtesy stands before the words that go on.
    heads = (flat, lexicon.without("courtesy", text))
    begins = any(_begins_with(head, word) for head in heads for word in lexicon.words("follow_up", "begins"))
    return begins or any(flat.endswith(normalise(word)) for word in lexicon.words("follow_up", "ends"))


def _begins_with(flat: str, word: str) -> bool:
    word = normalise(word)
    return flat.startswith(f"{word} ") or (not word.isascii() and flat.startswith(word))


def _without_follow_up(text: str) -> str:
    flat = normalise(text)
    for word in sorted(lexicon.words("follow_up", "begins"), key=len, reverse=True):
        if _begins_with(flat, word):
            flat = flat[len(normalise(word)) :].strip()
            break
    for word in lexicon.words("follow_up", "ends"):
        flat = flat.removesuffix(normalise(word)).strip()
    return flat


def gone_on_to(text: str) -> str | None:
    """What words go on to, and nothing else: the tea of "what about the tea"; None where they do not go on."""
    if not _has_follow_up(text) or not _is_short(text):
        return None
    return _ARTICLE.sub("", _without_follow_up(lexicon.without("courtesy", text))).strip() or None


def _is_short(text: str, times: int = 1) -> bool:
    flat = normalise(text)
    if flat.isascii():
        return len(flat.split()) <= ELLIPTIC_WORDS * times
    return len(flat.replace(" ", "")) <= ELLIPTIC_CHARACTERS * times


@cache
def _rules() -> dict[str, Any]:
    return dict(read_yaml(files("bot.hearing.message").joinpath("reference.yml")))
