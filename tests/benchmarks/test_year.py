"""A year of a small shop, all its jobs each night, and books that agree at its end."""

import pytest

from benchmarks.year import run


@pytest.mark.timeout(900)
async def test_after_a_year_the_books_agree() -> None:
    year, wrong = await run(150)
    assert wrong == []
    assert year.done["orders"] > 300
    assert all(year.done[name] for name in ("returns", "reviews", "redemptions", "friends"))
