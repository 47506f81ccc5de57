"""Cells whose content a file holds and does not give away: they keep their place and say why, to be refused one by one."""

_MARK = "\ud801"
_REASONS = {"\udc01": "formula_not_computed", "\udc02": "shown_otherwise"}
"""Two halves that no encoding and no JSON can bring as two: a cell with a mark was marked here."""
_SIGNS = {reason: sign for sign, reason in _REASONS.items()}


def unread(reason_code: str, shown: str) -> str:
    """A cell that is to be refused for `reason_code`, a value of the labels `import_refusal`."""
    return f"{_MARK}{_SIGNS[reason_code]}{shown}"


def why_unread(cell: str) -> str | None:
    """The reason for which a cell is to be refused, also when it stands within a longer one."""
    if cell.isascii() or _MARK not in cell:
        return None
    place = cell.index(_MARK)
    return _REASONS.get(cell[place + 1 : place + 2])


def without_marks(cell: str) -> str:
    """The cell as a person may see it."""
    if cell.isascii() or _MARK not in cell:
        return cell
    for sign in _REASONS:
        cell = cell.replace(_MARK + sign, "")
    return cell
