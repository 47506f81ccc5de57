"""Which of our languages a reader's language tag means, and how long ago is told."""

from datetime import timedelta

import pytest

from crm_store.language import Language, format_ago


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        (None, Language.ZH_HANS),
        ("", Language.ZH_HANS),
        ("zh", Language.ZH_HANS),
        ("zh-SG", Language.ZH_HANS),
        ("zh_TW", Language.ZH_HANT),
        ("zh-Hant-HK", Language.ZH_HANT),
        ("yue", Language.ZH_HANT),
        ("yue-Hans", Language.ZH_HANS),
        ("en-GB", Language.EN),
        ("fr", Language.EN),
        ("pt-BR", Language.EN),
        ("ja-JP", Language.EN),
    ],
)
def test_whoever_reads_none_of_ours_reads_english(tag: str | None, language: Language) -> None:
    assert Language.of(tag) is language


@pytest.mark.parametrize(
    ("days", "hans", "hant", "english"),
    [
        (0.2, "1 天", "1 天", "1 day"),
        (13, "13 天", "13 天", "13 days"),
        (46.9, "7 周", "7 週", "7 weeks"),
        (60, "2 个月", "2 個月", "2 months"),
        (556.25, "18 个月", "18 個月", "18 months"),
        (731, "2 年", "2 年", "2 years"),
    ],
)
def test_long_ago_is_told_in_one_round_unit(days: float, hans: str, hant: str, english: str) -> None:
    told = [
        format_ago(timedelta(days=days), language) for language in (Language.ZH_HANS, Language.ZH_HANT, Language.EN)
    ]
    assert told == [hans, hant, english]
