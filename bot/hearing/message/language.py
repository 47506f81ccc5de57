"""The language of a message in its conversation: what was wished overrules what the words look like."""

import unicodedata

import orjson

from actions.kit.words import lexicon
from bot.hearing.steps import FROM_FOCUS, Step, entities_of
from crm_store.conversations import Context, Conversation, Parsed
from crm_store.language import Language

WISHED = "speaks"
"""In the focus: the language the customer wished to be answered in; it stays until another one is wished."""
CHANGE_LANGUAGE, CHOICE, FOREIGN = "change_language", "choice", "foreign"
"""The intent, its entity, and the entity's value for a message in a language that the shop does not speak."""
_NAMES = frozenset(
    {"product", "reward", "email", "phone", "code", "order_number", "parcel_number", "member_number", "preferred_name"}
)
"""Entities whose words belong to no language."""
_OURS = ("CJK", "LATIN", "BOPOMOFO", "FULLWIDTH")
_FOREIGN_SHARE = 0.3
"""Japanese is half written in Chinese characters; a single の in a brand is no Japanese."""
_FOREIGN_LETTERS = 2


def wished(conversation: Conversation) -> Language | None:
    """The language that the customer asked to be answered in, if any."""
    tag = Context.read(conversation.context).focus.get(WISHED)
    return Language.of(str(tag)) if tag else None


def spoken(heard: Parsed, conversation: Conversation) -> str | None:
    """The language to answer a message in."""
    if wish := wished(conversation):
        return wish.value
    told = heard.get("language")
    if conversation.language and not _words_of_its_own(heard):
        return conversation.language
    return str(told) if told else None


def asked_for(step: Step, conversation: Conversation) -> Language | None:
    """The language that this very step asks for: it is answered in it already."""
    if step.payload is not None:
        name, _, said = step.payload.removeprefix("/").partition("{")
        tag = orjson.loads("{" + said).get(CHOICE) if name == CHANGE_LANGUAGE and said else None
    elif step.intent == CHANGE_LANGUAGE:
        tag = lexicon.meant("language", step.text)
    else:
        return None
    if tag == "zh":
        return Language.ZH_HANT if conversation.speaks is Language.ZH_HANT else Language.ZH_HANS
    return Language(tag) if tag in set(Language) else None


def is_foreign(text: str) -> bool:
    """Whether a text is written in a script of none of the shop's languages: 한국어, かな, ไทย."""
    letters = [character for character in text if character.isalpha()]
    foreign = [each for each in letters if not unicodedata.name(each, "").startswith(_OURS)]
    return len(foreign) >= _FOREIGN_LETTERS and len(foreign) > _FOREIGN_SHARE * len(letters)


def _words_of_its_own(heard: Parsed) -> bool:
    """Whether anything but names and numbers was said."""
    text = str(heard.get("text") or "")
    for entity in entities_of(heard):
        if entity.get("entity") in _NAMES and entity.get("extractor") != FROM_FOCUS:
            start, end = int(entity.get("start") or 0), int(entity.get("end") or 0)
            text = text[:start] + " " * (end - start) + text[end:]
    return any(character.isalpha() for character in text)
