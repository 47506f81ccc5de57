"""Which language and script a customer writes: zh-Hans, zh-Hant or en.

Most messages carry a script of their own. "ok", "1220", "好的", a brand, keys hit by accident and an emoji fit several:
they keep the language of the conversation so far, which the channel passes as a hint.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.text.english import ENGLISH_WORDS
from bot.nlu.text.script import HANS_CHARACTERS, HANT_CHARACTERS, is_han, is_latin

LANGUAGE = "language"
ZH_HANS, ZH_HANT, EN = "zh-Hans", "zh-Hant", "en"
LANGUAGES = (ZH_HANS, ZH_HANT, EN)

#: also one with a slip of the finger: "lily@@example"
_URL_OR_EMAIL = re.compile(r"https?://\S+|[\w.+-]+@+[\w.@-]+")
_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{0,3}-?[0-9][A-Za-z0-9-]*")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
_BOPOMOFO = re.compile(r"[\u3105-\u312f]")
#: written Cantonese, which nearly always comes with Traditional characters
_CANTONESE = re.compile(r"[嘅咗唔喺哋啲冇嚟佢咁嗰睇攞畀]")

#: the language shows long before; the pattern of an address costs the square of a word without an end
_LONGEST = 1000

#: English words that Chinese customers use as well: alone they say nothing about the language
_LOAN_WORDS = frozenset(
    [
        "ok",
        "okay",
        "okok",
        "k",
        "hi",
        "hello",
        "hey",
        "bye",
        "vip",
        "app",
        "sku",
        "pos",
        "id",
        "qq",
        "wechat",
        "line",
        "email",
        "mail",
        "sorry",
        "thx",
        "thanks",
        "yes",
        "no",
        "yep",
        "nope",
        "yeah",
        "lol",
        "wow",
        "omg",
        "cool",
        "nice",
        "help",
        "stop",
        "faq",
        "pdf",
        "cm",
        "kg",
        "ml",
        "xl",
        "xxl",
        "s",
        "m",
        "l",
        "usb",
        "type",
        "c",
        "pro",
        "plus",
        "max",
        "mini",
        "hk",
        "huike",
        "sf",
        "td",
        "t",
        "sos",
    ]
)
_FEW_WORDS = 3
"""So many Latin words without a word of English among them are a language of their own, not a name or a brand."""


def detect(text: str, hint: str | None = None) -> str:
    """The language of `text`. `hint`: the language so far, used when the text fits several; zh-Hans without one."""
    text = _CODE.sub(" ", _URL_OR_EMAIL.sub(" ", text[:_LONGEST]))
    hint = hint if hint in LANGUAGES else None
    han = sum(1 for character in text if is_han(character))
    words = [word.lower().replace("’", "'") for word in _LATIN_WORD.findall(text)]
    telling = [word for word in words if word not in _LOAN_WORDS]
    if han == 0:
        return _without_han(text, words, telling, hint)
    if len(telling) >= 3 and len(telling) > han:
        return EN
    return _chinese_script(text, hint)


def _without_han(text: str, words: list[str], telling: list[str], hint: str | None) -> str:
    if _BOPOMOFO.search(text):
        return ZH_HANT
    if hint is None:
        # Words in a script of none of the three, Korean or Thai: English is the best guess.
        return EN if words or foreign_letters(text) else ZH_HANS
    english = sum(1 for word in telling if word in ENGLISH_WORDS)
    if english and 2 * english >= len(telling):
        return EN
    return EN if len(words) > _FEW_WORDS and (english or not telling) else hint


def foreign_letters(text: str) -> int:
    """How many letters are of a script that none of the three languages is written in: 안녕, Привет, かな."""
    return sum(
        1
        for character in text
        if character.isalpha() and not is_han(character) and not is_latin(character) and not _BOPOMOFO.match(character)
    )


def _chinese_script(text: str, hint: str | None) -> str:
    traditional = sum(1 for character in text if character in HANT_CHARACTERS)
    simplified = sum(1 for character in text if character in HANS_CHARACTERS)
    traditional += len(_BOPOMOFO.findall(text)) + len(_CANTONESE.findall(text))
    if hint is None and foreign_letters(text) > 1:
        return EN
    if traditional > simplified:
        return ZH_HANT
    if simplified > traditional:
        return ZH_HANS
    # Characters common to both scripts only, or a tie: stay with the conversation, also when it was English so far
    # and the customer drops in a word such as "好" — but a longer Chinese text is Chinese.
    if hint == EN and sum(1 for character in text if is_han(character)) > 2:
        return ZH_HANS
    return hint or ZH_HANS


def language_hint(message: Message) -> str | None:
    """What the channel said about the language: the conversation's own first, then the browser's or app's locale."""
    metadata = message.get(METADATA) or {}
    if metadata.get("language") in LANGUAGES:
        return str(metadata["language"])
    return from_locale(metadata.get("locale"))


def from_locale(locale: Any) -> str | None:
    """`zh-TW` and `zh-Hant-HK` give zh-Hant, other `zh` zh-Hans, `en…` en, anything else None."""
    if not isinstance(locale, str):
        return None
    parts = locale.lower().replace("_", "-").split("-")
    if parts[0] == "zh":
        return ZH_HANT if {"hant", "tw", "hk", "mo"} & set(parts) and "hans" not in parts else ZH_HANS
    return EN if parts[0] == "en" else None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(GraphComponent):
    """Adds `language` to the parse result."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            language = detect(message.get(TEXT) or "", language_hint(message))
            message.set(LANGUAGE, language, add_to_output=True)
        return messages
