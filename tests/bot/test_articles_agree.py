"""The demo shop's articles say the same in each language, and what the code does about returns."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm_store.returns import PaidBy, ReturnKind, ReturnReason
from crm_store.returns.rules import shipping_paid_by

FOLDER = Path("bot/demo/articles")
ARTICLES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yml"))}
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
_NO = re.compile(r"^(?:不能|不可以|不行|不用|不会|不會|不会的|没有|沒有|不|No\b)")
_YES = re.compile(r"^(?:可以|能|会|會|有|是|要|Yes\b)")
_FACT = re.compile(r"\{(\w+)\}")


def _answers() -> list[Any]:
    return [
        pytest.param(answer["say"], id=f"{slug}-{place}")
        for slug, article in ARTICLES.items()
        for place, answer in enumerate(article["answers"])
    ]


def _polarity(text: str) -> str:
    return "no" if _NO.match(text) else "yes" if _YES.match(text) else ""


@pytest.mark.parametrize("say", _answers())
def test_an_answer_says_yes_or_no_alike_in_each_language(say: dict[str, str]) -> None:
    said = {_polarity(say[language]) for language in LANGUAGES} - {""}
    assert len(said) <= 1, say


@pytest.mark.parametrize("say", _answers())
def test_an_answer_holds_the_same_facts_of_the_policy_in_each_language(say: dict[str, str]) -> None:
    # How many times as many points a birthday brings is told in two ways.
    facts = {
        language: {each for each in _FACT.findall(say[language]) if not each.startswith("birthday_")}
        for language in LANGUAGES
    }
    assert facts["zh-Hans"] == facts["zh-Hant"] == facts["en"], say


FIRST_SIZE = {
    "zh-Hans": "第一次换的来回运费我们出",
    "zh-Hant": "第一次更換的來回運費由我們負擔",
    "en": "the first exchange is on us",
}
ANOTHER_COLOUR = {
    "zh-Hans": "换颜色，运费由您出",
    "zh-Hant": "換顏色，運費由您負擔",
    "en": "a change of colour, is at your cost",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_pays_an_exchange_is_told_as_it_is_done(language: str) -> None:
    told = ARTICLES["exchange_size"]["bodies"][language]
    shop_pays = shipping_paid_by(ReturnKind.EXCHANGE, ReturnReason.WRONG_SIZE) is PaidBy.SHOP
    member_pays = shipping_paid_by(ReturnKind.EXCHANGE, ReturnReason.NOT_WANTED) is PaidBy.MEMBER
    assert (FIRST_SIZE[language] in told) is shop_pays
    assert (ANOTHER_COLOUR[language] in told) is member_pays


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("zh-Hans", "拆开试过不喜欢还能退吗"),
        ("zh-Hant", "拆開試過不喜歡還能退嗎"),
        ("en", "can I return something I opened"),
    ],
)
def test_opened_goods_go_back_as_the_rule_itself_says(language: str, asked: str) -> None:
    article = ARTICLES["return_window"]
    (answer,) = [each for each in article["answers"] if asked in each["ask"][language]]
    assert _polarity(answer["say"][language]) == "yes"
    only_these = {"zh-Hans": "拆封的护肤品、食品", "zh-Hant": "拆封的保養品、食品", "en": "Opened skin care and food"}
    assert only_these[language] in answer["say"][language]
