"""Names as they are kept, split and put together, in whatever script."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store import members, names
from crm_store.language import Language


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("李 雷", ("李", "雷")),
        ("韩　梅梅", ("韩", "梅梅")),
        ("歐陽修", ("歐陽", "修")),
        ("司马\u00a0懿", ("司马", "懿")),
        ("夏侯", ("夏", "侯")),
        ("Anna Maria Rossi", ("Rossi", "Anna Maria")),
        ("فاطمة الزهراء", ("الزهراء", "فاطمة")),
        ("Kim 🌷", ("Kim 🌷", "")),
        ("Guest 12", ("Guest 12", "")),
        ("李四 3", ("李", "四 3")),
        ("李四 (老客户)", ("李", "四 (老客户)")),
        ("王芳 Fiona", ("王", "芳 Fiona")),
        ("林 Mei", ("林", "Mei")),
        ("Chan, Tai Man", ("Chan", "Tai Man")),
        ("D'Arcy, Jane", ("D'Arcy", "Jane")),
        ("Sammy Davis Jr.", ("Davis Jr.", "Sammy")),
        ("Ben & Liz", ("Liz", "Ben &")),
        ("Jo Park (an old friend)", ("Park (an old friend)", "Jo")),
        ("Prince", ("Prince", "")),
    ],
)
def test_a_full_name_has_two_parts(full: str, parts: tuple[str, str]) -> None:
    assert names.split(full) == parts


@pytest.mark.parametrize(
    ("family", "given", "full"),
    [
        ("韩", "梅梅", "韩梅梅"),
        ("Rossi", "Anna", "Anna Rossi"),
        ("الزهراء", "فاطمة", "فاطمة الزهراء"),
        ("林", "Mei", "林 Mei"),
        ("", "雷", "雷"),
    ],
)
def test_put_together_it_keeps_its_parts(family: str, given: str, full: str) -> None:
    assert names.joined(family, given) == full


@pytest.mark.parametrize(
    "full",
    [
        "李四 (VIP)",
        "王芳 Fiona",
        "Guest 12",
        "🌷 Kim",
        "Ben & Liz",
        "Chan Tai Man (old)",
        "Davis, Jr.",
        "诸葛亮",
        "a, b, c",
    ],
)
def test_nothing_of_a_name_is_lost(full: str) -> None:
    family, given = names.split(full)
    assert sorted(names.joined(family, given).replace(" ", "")) == sorted(full.replace(" ", ""))


@pytest.mark.parametrize(
    ("written", "kept"),
    [("張 偉", "張偉"), (" Anna   Rossi ", "Anna Rossi"), ("a\u200eb", "ab"), ("🏳️\u200d🌈 Max", "🏳️\u200d🌈 Max")],
)
def test_what_only_aligns_or_is_invisible_goes(written: str, kept: str) -> None:
    assert names.tidy(written) == kept
    assert names.is_writable(kept)


async def test_a_member_is_addressed_by_a_tidy_family_name(session: AsyncSession) -> None:
    member = await members.create(session, family_name="歐陽　", given_name="　修", gender="male")
    assert members.addressed_as(member, Language.ZH_HANT) == "歐陽先生"
    await members.update_profile(session, member, preferred_name="阿 修")
    assert members.addressed_as(member, Language.ZH_HANT) == "阿修"


async def test_without_a_gender_there_is_no_title(session: AsyncSession) -> None:
    member = await members.create(session, family_name="علي", given_name="محمد")
    assert members.addressed_as(member, Language.ZH_HANS) == "محمد علي"
