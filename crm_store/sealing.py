"""Names, birthdays and words at rest: columns that are encrypted where the installation asks for it.

What is written while that is on stands in the table as `sealed:`, marks by which it can be found, and the encrypted
text. Everything is read by how it begins, so rows written before and after stand side by side; a text of somebody's
that happens to begin so is sealed always. What is empty stays as it is.

SQL cannot look into such a column, so any comparison with one is refused where the statement is made, whether sealing
is on or not: see `like_words`, `on_days` and `same` for what can be asked.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnClause, ColumnElement, Date, Dialect, String, Text, and_, func, or_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator, TypeEngine

from crm_store.crypto import Keys, keys_in_use

SIGN = "sealed:"
PAIR_LETTERS = 4
"""Letters of a mark: 456,976 marks, so that now and then two pairs of characters share one."""
DAY_LETTERS = 8
PACKED_LEVEL = 9
"""Of zlib's compression: what is packed once is kept for years."""
BEGIN = "\x02"
"""Stands before the first character of a name, as if it were one."""

AnyColumn = ColumnElement[Any] | InstrumentedAttribute[Any]


class _Wished:
    sealing = False


def use_sealing(wished: bool) -> None:
    """Whether what is written from now on is encrypted; called once at start by every process."""
    _Wished.sealing = wished


def is_sealing() -> bool:
    return _Wished.sealing


class NotComparable(TypeError):
    """A statement compares a column that may be encrypted: a mistake of ours, it would find nothing."""

    def __init__(self, operation: str) -> None:
        super().__init__(f"{operation}: SQL cannot look into a column that may be sealed")


class _OnlyWhetherThere(TypeDecorator.Comparator[Any]):
    def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
        # SQLAlchemy itself asks whether two columns are one, where they are keys of a mapping.
        if op not in (operators.is_, operators.is_not) and not any(isinstance(each, ColumnClause) for each in other):
            raise NotComparable(op.__name__)
        return super().operate(op, *other, **kwargs)


class Sealable(TypeDecorator[Any]):
    """What the columns have in common. `to_text`, `to_value`: the value as text and back; `seal` and `unseal` work on
    what stands in the table."""

    impl: Any = Text
    cache_ok = True
    comparator_factory: Any = _OnlyWhetherThere

    def to_text(self, value: Any) -> str:
        return str(value)

    def to_value(self, text: str) -> Any:
        return text

    def in_clear(self, value: Any) -> Any:
        """As the driver takes it while nothing is sealed."""
        return self.to_text(value)

    def seal(self, text: str, keys: Keys) -> str:
        return f"{SIGN}{keys.encrypt(text)}"

    def unseal(self, raw: str, keys: Keys) -> str:
        """Raises cryptography's InvalidTag for what another secret encrypted."""
        return keys.decrypt(raw.removeprefix(SIGN).rpartition(" ")[2])

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if _Wished.sealing and value:
            return self.seal(self.to_text(value), keys_in_use())
        clear = self.in_clear(value)
        return self.seal(clear, keys_in_use()) if is_sealed(clear) else clear

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if is_sealed(value):
            return self.to_value(self.unseal(value, keys_in_use()))
        return self.of_clear(value)

    def of_clear(self, value: Any) -> Any:
        return value


class SealableText(Sealable):
    """Words. `length`: of the column on SQLite, which counts nothing; PostgreSQL would refuse what is longer sealed."""

    impl = String
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return String(self.length) if self.length is not None and dialect.name == "sqlite" else Text()


class SealableJSON(Sealable):
    """Lists and mappings; sealed, a JSON string stands there."""

    impl = JSON
    cache_ok = True
    should_evaluate_none = True

    def __init__(self, none_as_null: bool = False) -> None:
        super().__init__(none_as_null=none_as_null)
        self.none_as_null = none_as_null

    def to_text(self, value: Any) -> str:
        return json.dumps(value)

    def to_value(self, text: str) -> Any:
        return json.loads(text)

    def in_clear(self, value: Any) -> Any:
        return value


class SealablePacked(Sealable):
    """A JSON value that is kept small: compressed, and in base64. Sealed, what is encrypted is the compressed bytes.
    `usual`: what such values have in common, which is then not written; what was packed with it is read with it alone.
    """

    cache_ok = True

    def __init__(self, usual: bytes = b"") -> None:
        super().__init__()
        self.usual = usual

    def to_text(self, value: Any) -> str:
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        packing = zlib.compressobj(PACKED_LEVEL, zdict=self.usual)
        return b64encode(packing.compress(plain) + packing.flush()).decode()

    def to_value(self, text: str) -> Any:
        return json.loads(zlib.decompressobj(zdict=self.usual).decompress(b64decode(text)))

    def of_clear(self, value: str) -> Any:
        return self.to_value(value)

    def seal(self, text: str, keys: Keys) -> str:
        return f"{SIGN}{keys.encrypt_bytes(b64decode(text))}"

    def unseal(self, raw: str, keys: Keys) -> str:
        return b64encode(keys.decrypt_bytes(raw.removeprefix(SIGN))).decode()


class SealableDay(Sealable):
    """A day, as its ISO text; sealed, members born on the same day of the year have the same mark."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text()

    def to_text(self, value: date) -> str:
        return value.isoformat()

    def to_value(self, text: str) -> date:
        return date.fromisoformat(text)

    def of_clear(self, value: str) -> date:
        return date.fromisoformat(value)

    def seal(self, text: str, keys: Keys) -> str:
        return f"{SIGN} {self.mark(text[5:], keys)} {keys.encrypt(text)}"

    def mark(self, day: str, keys: Keys) -> str:
        """Of a day of the year as MM-DD."""
        return keys.letters(day, "day", length=DAY_LETTERS)


class SealableWords(SealableText):
    """Folded words that are searched for by a part of them (`like_words`). Sealed, each two neighbouring characters
    have a mark, in no order; `names`: each single character as well, and the one it begins with. `purpose`: marks of
    another purpose do not compare."""

    cache_ok = True

    def __init__(self, purpose: str, length: int | None = None, *, names: bool = False) -> None:
        super().__init__(length)
        self.purpose, self.names = purpose, names

    def seal(self, text: str, keys: Keys) -> str:
        parts = {part for word in text.split() for part in self.parts(word)}
        if self.names:
            parts.add(BEGIN + text[:1])
        marks = sorted({self.mark(part, keys) for part in parts})
        return f"{SIGN} {' '.join(marks)} {keys.encrypt(text)}"

    def parts(self, word: str) -> Iterable[str]:
        """What a word that has another inside shares with it."""
        singles = word if self.names else ()
        return (*singles, *(word[at : at + 2] for at in range(len(word) - 1)))

    def mark(self, part: str, keys: Keys) -> str:
        return keys.letters(part, self.purpose, length=PAIR_LETTERS)


class SealableKey(SealableText):
    """A text that is unique in its column and looked for in full (`same`); equal texts are sealed alike."""

    cache_ok = True

    def seal(self, text: str, keys: Keys) -> str:
        return f"{SIGN}{keys.encrypt_alike(text)}"

    def unseal(self, raw: str, keys: Keys) -> str:
        return keys.decrypt_alike(raw.removeprefix(SIGN))


def is_sealed(raw: object) -> bool:
    return isinstance(raw, str) and raw.startswith(SIGN)


def raw(column: AnyColumn) -> ColumnElement[Any]:
    """A column of text as it stands in the table."""
    return type_coerce(column, Text)


def like_words(column: AnyColumn, term: str) -> ColumnElement[bool]:
    """Rows whose words have `term` inside, and of those that are sealed some more that only may: who asks looks at what
    was read (`term in …`). `term` is folded and has no space."""
    kind: SealableWords = column.type  # type: ignore[assignment]  # chosen by its type
    marks = {kind.mark(part, keys_in_use()) for part in kind.parts(term)}
    sealed = raw(column).startswith(SIGN)
    return or_(
        and_(~sealed, raw(column).contains(term, autoescape=True)),
        and_(sealed, *(raw(column).contains(f" {mark} ") for mark in sorted(marks))),
    )


def begins_like(column: AnyColumn, term: str) -> ColumnElement[bool]:
    """Rows of names that begin with `term`, of the sealed ones those that begin with its first character."""
    kind: SealableWords = column.type  # type: ignore[assignment]  # chosen by its type
    mark = kind.mark(BEGIN + term[:1], keys_in_use())
    return or_(raw(column).startswith(term, autoescape=True), raw(column).contains(f" {mark} "))


def on_days(column: AnyColumn, days: Collection[tuple[int, int]]) -> ColumnElement[bool]:
    """Rows with one of the days of the year, (month, day), whatever the year."""
    kind: SealableDay = column.type  # type: ignore[assignment]  # chosen by its type
    texts = [f"{month:02d}-{day:02d}" for month, day in days]
    marked = (raw(column).contains(f" {kind.mark(text, keys_in_use())} ") for text in texts)
    return or_(func.substr(raw(column), 6).in_(texts), *marked)


def same(column: AnyColumn, text: str) -> ColumnElement[bool]:
    """Rows with that text in full, sealed or not."""
    kind: SealableKey = column.type  # type: ignore[assignment]  # chosen by its type
    return raw(column).in_([text, kind.seal(text, keys_in_use())])
