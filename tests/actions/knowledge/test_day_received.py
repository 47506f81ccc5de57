"""Of several days in a message the one of delivery counts, and the yes or no fits what was asked."""

from datetime import date

import pytest

from actions.kit.policy_facts import facts
from actions.kit.words import arithmetic, plainly
from actions.knowledge.day_received import told
from actions.knowledge.reckoning import reckon
from crm_store.language import Language
from tests.actions.conftest import responses

TODAY = date(2026, 11, 29)
HANS, HANT, EN = Language.ZH_HANS, Language.ZH_HANT, Language.EN


def said(text: str, language: Language) -> str:
    found = reckon(text, language, today=TODAY)
    return responses()[found.response].filled(language, {**facts(language), **found.values}) if found else ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("delivered on 21 nov, today is 29 nov", date(2026, 11, 21)),
        ("今天29號，我21號到貨的", date(2026, 11, 21)),
        ("i mean sat the 21st", date(2026, 11, 21)),
        ("got it last saturday so today is sunday", date(2026, 11, 21)),
        ("我10号签收的", date(2026, 11, 10)),
        ("delivered dec 3, opened dec 25", date(2026, 12, 3)),
    ],
)
def test_the_day_of_delivery(text: str, day: date) -> None:
    days = told(text, TODAY)
    assert days is not None
    assert days.came == day


def test_a_length_and_today_are_no_day_of_delivery() -> None:
    assert told("收到7天内可以退吗", TODAY) is None
    assert told("today is 29 nov", TODAY) is None


@pytest.mark.parametrize(
    ("text", "language", "begins"),
    [
        ("delivered on 21 nov, today is 29 nov. am i too late to return it?", EN, "Yes, too late"),
        ("delivered on 25 nov, today is 29 nov. am i too late to return it?", EN, "No, not yet"),
        ("got it last saturday so today is sunday, is that still inside the 7 days", EN, "No, for a change"),
        ("got it on 25 nov, is that still inside the 7 days", EN, "Yes, you have 7 days"),
        ("delivered dec 3, opened dec 25 - too late or not?", EN, "Yes, too late"),
        ("我10号签收的 那最晚哪天能退", HANS, "最晚是 11 月 17 日"),
        ("11月25号收到的，今天29号，还来得及退吗", HANS, "可以"),
        ("11月21号收到的，今天29号，还来得及退吗", HANS, "无理由退货"),
        ("21號簽收的，今天29號，是不是過了退貨期", HANT, "是的，過了"),
        ("25號簽收的，今天29號，是不是過了退貨期", HANT, "還沒過"),
    ],
)
def test_the_answer_fits_the_question(text: str, language: Language, begins: str) -> None:
    assert said(text, language).startswith(begins), said(text, language)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("保溫杯拆封用過就不能退囉?", "used_goods"),
        ("我說的是裝過水用了幾天的 這樣也可以退??", "used_goods"),
        ("拆开用过还能退吗", "used_goods"),
        ("opened it and used it, can i return it", "used_goods"),
        ("耳塞拆封试用过还能退吗", "opened_goods"),
        ("用了两天就不亮了还能退吗", None),
        ("the seam was coming apart when i opened it, can i return it", None),
        ("delivered dec 3, opened dec 25 - too late or not?", "return_in_time"),
    ],
)
def test_used_weighs_more_than_opened(text: str, kind: str | None) -> None:
    assert plainly.heard_as(text) == kind


def test_a_sum_that_is_an_example_is_not_worked_out() -> None:
    assert arithmetic.read("一張單可以用兩張券嗎 例如100+20") is None
    assert arithmetic.read("100+20等于多少") is not None
