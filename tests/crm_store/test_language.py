"""Which of our languages a reader's language tag means."""

import pytest

from crm_store.language import Language


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
