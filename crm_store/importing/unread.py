"""Cells whose content a file does not give away: they keep their place, with the reason, to be refused one by one."""

_REASONS = ("formula_not_computed", "shown_otherwise")
_MARK = chr(0xD801)
_SIGNS = {reason: chr(0xDC00 + place) for place, reason in enumerate(_REASONS)}
"""Two halves that no encoding and no JSON can bring as two: a cell with a mark was marked here."""


def unread(reason_code: str, shown: str) -> str:
    """A cell that is to be refused for `reason_code`, a value of the labels `import_refusal`."""
    return f"{_MARK}{_SIGNS[reason_code]}{shown}"


def why_unread(cell: str) -> str | None:
    """The reason for which a cell is to be refused, also when it stands within a longer one."""
    if cell.isascii() or _MARK not in cell:
        return None
    place = cell.index(_MARK)
    sign = cell[place + 1 : place + 2]
    return next((reason for reason, own in _SIGNS.items() if own == sign), None)


def without_marks(cell: str) -> str:
    """The cell as a person may see it."""
    if cell.isascii() or _MARK not in cell:
        return cell
    for sign in _SIGNS.values():
        cell = cell.replace(_MARK + sign, "")
    return cell
