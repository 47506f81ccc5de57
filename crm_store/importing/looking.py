"""A first look at a file: what it holds, how it is read, and which of its columns fill which of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crm_store.importing.columns import Layout, Table
from crm_store.importing.mapping import ColumnMap, Mapped, Reading, readings
from crm_store.importing.mapping_file import MappingRefused, written
from crm_store.importing.other_files import refuse_other_files
from crm_store.importing.service import ImportKind, layout, read_file
from crm_store.importing.sources import AnyShop
from crm_store.importing.spreadsheet import read_csv
from crm_store.importing.workbook import is_workbook, read_xlsx, sheet_names


@dataclass(frozen=True)
class Look:
    """`table`: the rows as far as the columns are known; `missing`: required columns that nothing fills yet. `states`:
    how the words of the file are read; `sheets`: of a workbook."""

    kind: ImportKind
    table: Table
    mapping: ColumnMap
    missing: tuple[str, ...]
    states: Sequence[Reading]
    sheets: tuple[str, ...]


class _Lenient(AnyShop):
    """A kind's columns, of which any may be missing: somebody has still to say what fills them."""

    def missing(self, headers: Sequence[str]) -> tuple[str, ...]:
        return ()

    def for_header(self, header: Sequence[str]) -> Layout:
        found = super().for_header(header)
        assert isinstance(found, Mapped)
        return _Incomplete(self.plain, found.mapping)

    def lacking(self, header: Sequence[str]) -> tuple[str, ...]:
        return super().for_header(header).missing(header)


class _Incomplete(Mapped):
    def missing(self, headers: Sequence[str]) -> tuple[str, ...]:
        return ()


def look(
    data: bytes,
    kind: ImportKind | str,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    mapping: str | None = None,
) -> Look:
    """Read a file without asking that all columns are there. Raises FileUnreadable, MappingRefused."""
    kind = ImportKind(kind)
    refuse_other_files(data)
    sheets = sheet_names(data) if is_workbook(data) else ()
    if mapping is not None:
        table = read_file(data, kind, encoding=encoding, sheet=sheet, mapping=mapping)
    else:
        lenient = _Lenient(str(kind), layout(kind))
        table = (
            read_xlsx(data, lenient, sheet=sheet) if is_workbook(data) else read_csv(data, lenient, encoding=encoding)
        )
    assert isinstance(table.layout, Mapped)
    found = table.layout.mapping
    missing = Mapped(layout(kind), found).missing(table.header)
    return Look(kind, table, found, missing, readings(table.layout, table.rows), sheets)


def kind_of(data: bytes) -> ImportKind:
    """What a file most likely holds: the kind whose required columns are there and that knows most of its headers, else
    the one that lacks least. Raises FileUnreadable."""
    looks = [look(data, kind) for kind in ImportKind]
    return max(looks, key=lambda each: (-len(each.missing), bool(each.mapping.source), _known(each))).kind


def likelier_kind(table: Table, kind: ImportKind) -> ImportKind | None:
    """Another kind that a file holds by its headers, given as `kind`: all that is required of it is there, and more of
    the headers are its own."""
    for other in ImportKind:
        if other == kind:
            continue
        fitting = AnyShop(str(other), layout(other)).for_header(table.header)
        if not fitting.missing(table.header) and _filled_by(fitting) > _filled_by(table.layout):
            return other
    return None


def _filled_by(fitting: Layout) -> int:
    return len(fitting.mapping.headers()) if isinstance(fitting, Mapped) else 0


def _known(found: Look) -> int:
    return len(found.mapping.headers())


def assigned(found: Look, columns: Mapping[str, str]) -> str:
    """The text of a mapping file in which our `columns` are filled by these headers; empty: by none. What was
    recognised of the others stays. Raises MappingRefused when a required column is filled by none."""
    mapping = found.mapping
    own = {name: (header,) for name, header in columns.items() if header}
    # What was recognised stays, also where several headers fill a column, unless another one is chosen for it.
    kept = {
        name: headers
        for name, headers in mapping.columns.items()
        if name not in columns or headers[:1] == own.get(name)
    }
    rules = {name: told for name, told in mapping.rules.items() if name not in columns}
    words = {name: told for name, told in mapping.words.items() if name in {**own, **kept}}
    changed = replace(
        mapping, columns={**own, **kept}, rules=rules, words=words, joined=mapping.joined & set(kept), unused=()
    )
    fitting = Mapped(layout(found.kind), changed)
    if lacking := fitting.missing(found.table.header):
        raise MappingRefused("column_unfilled", ", ".join(lacking))
    return written(str(found.kind), fitting, readings(fitting, found.table.rows))
