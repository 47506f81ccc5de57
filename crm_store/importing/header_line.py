"""Where the header of a table stands: in its first line, or below a title and the like. Not clear is refused."""

from collections.abc import Sequence

from crm_store.importing.columns import Layout
from crm_store.importing.errors import FileUnreadable

LINES_LOOKED_AT = 12
WORDS_IN_A_TITLE_LINE = 2
"""Cells that a line above the header may fill: 导出时间 and its day. More are a row of another table."""


def header_place(first: Sequence[tuple[int, Sequence[str]]], layout: Layout) -> int:
    """Which of the `first` lines with content, given with their numbers, is the header; the place of it, from 0 on.

    Raises FileUnreadable header_unclear, with the number of a line that could be it.
    """
    lines = [cells for _, cells in first]
    if not lines or not _lacks(lines[0], layout):
        return 0
    found = [place for place, cells in enumerate(lines) if place and not _lacks(cells, layout)]
    if not found:
        return _below_titles(lines)
    place = found[0]
    width = _filled(lines[place])
    room = min(width - 1, max(WORDS_IN_A_TITLE_LINE, width // 2))
    is_second = any(_plain(lines[other]) != _plain(lines[place]) for other in found)
    if is_second or any(_filled(cells) > room for cells in lines[:place]):
        raise FileUnreadable("header_unclear", line=first[place][0])
    return place


def _below_titles(lines: Sequence[Sequence[str]]) -> int:
    """Where no line has all that is required: the first that is wider than a title, so that the rest can be said."""
    place = next((place for place, cells in enumerate(lines) if _filled(cells) > 1), 0)
    return place if place and _filled(lines[place]) > WORDS_IN_A_TITLE_LINE else 0


def _lacks(cells: Sequence[str], layout: Layout) -> bool:
    return bool(layout.lacking([cell.strip() for cell in cells]))


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _plain(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells]
