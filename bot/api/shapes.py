"""What the REST interface takes and gives: pydantic models, which are also the OpenAPI description."""

from collections.abc import Sequence
from datetime import date, datetime
from math import isfinite
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator

from crm_store.importing import ImportKind, ImportReport, Refusal, figures, layout
from crm_store.labels import label
from crm_store.language import Language
from crm_store.members import Member
from crm_store.orders import Order
from crm_store.parcels import Parcel, ParcelCode, steps
from crm_store.points import Entry

ROWS_PER_CALL = 1000


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("contains characters that cannot be shown")
    return text


def _whole_number(text: str) -> str:
    if figures.is_shortened(text):
        raise ValueError("a spreadsheet made a number of it and digits may be lost; send it as text")
    return text


def _known_currency(text: str) -> str:
    """Raises ValueError for one that there is not."""
    try:
        return figures.currency(text)
    except ValueError:
        raise ValueError("there is no such currency; give its three letters, for example CNY") from None


Name = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^\S+$"), AfterValidator(_printable), AfterValidator(_whole_number)
]
"""A number as the shop's systems write it, with all of its digits: what an import takes, also the names of buyers."""
Words = Annotated[str, AfterValidator(_printable)]


NO_JSON = "NaN and Infinity are no JSON; leave the field out, or send null"


def _finite(cell: object) -> object:
    """Raises ValueError for what JSON has no word for, which some programs send for an empty cell."""
    if _is_no_json(cell):
        raise ValueError(NO_JSON)
    return cell


def _is_no_json(cell: object) -> bool:
    return isinstance(cell, float) and not isfinite(cell)


def _number(told: object) -> object:
    """Raises ValueError for true and false, which would be read as 1 and 0."""
    if isinstance(told, bool):
        raise ValueError("is true or false; send a number")
    return told


Cell = Annotated[str | int | float | bool | list[str] | None, AfterValidator(_finite)]
Whole = Annotated[int, BeforeValidator(_number)]


class Given(BaseModel):
    """The body of a call: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class _AnyRow(BaseModel):
    """A row, whatever else stands in it."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": True})

    @model_validator(mode="before")
    @classmethod
    def _all_json(cls, row: Any) -> Any:
        """Also in columns that nobody asks for. Raises ValueError with the place."""
        if isinstance(row, dict):
            known = cls.model_fields
            if other := next((name for name, cell in row.items() if name not in known and _is_no_json(cell)), None):
                raise ValueError(f"{other}: {NO_JSON}")
        return row


def rows_model(kind: ImportKind) -> type[BaseModel]:
    """The body of a batch: rows as the import takes them, so their fields are described but not enforced here."""
    columns: dict[str, Any] = {
        column.name: (Cell, Field(default=None, description=column.about + (" Required." if column.required else "")))
        for column in layout(kind).columns
    }
    row = create_model(f"{kind.title()}Row", __base__=_AnyRow, **columns)
    rows = (list[row], Field(min_length=1, max_length=ROWS_PER_CALL))  # type: ignore[valid-type]
    return create_model(f"{kind.title()}Rows", __base__=Given, rows=rows)


class RefusedRow(BaseModel):
    row: int = Field(description="Its place in the list sent, the first being 1.")
    column: str = Field(description="The column at fault; empty when the row as a whole is.")
    value: str
    reason: str = Field(description="Names the reason; stable.")
    message: str = Field(description="The reason in words.")


class NotedRow(RefusedRow):
    """A row that was taken, of which there is something to be said."""


class Report(BaseModel):
    """What became of the rows."""

    created: int
    updated: int
    unchanged: int
    refused: list[RefusedRow]
    ignored_columns: list[str]
    notes: list[NotedRow]

    @classmethod
    def of(cls, report: ImportReport, language: Language) -> "Report":
        refused = [RefusedRow(**_told(each, "import_refusal", language)) for each in report.refused]
        notes = [NotedRow(**_told(each, "import_note", language)) for each in report.notes]
        ignored = sorted(_sendable(column) for column in report.ignored_columns)
        return cls(
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            refused=refused,
            ignored_columns=ignored,
            notes=notes,
        )


def _told(refusal: Refusal, labels: str, language: Language) -> dict[str, Any]:
    return {
        "row": refusal.line,
        "column": refusal.column,
        "value": _sendable(refusal.value),
        "reason": refusal.reason_code,
        "message": label(labels, refusal.reason_code, language),
    }


def _sendable(text: str) -> str:
    """Half a surrogate pair, which JSON can name but UTF-8 cannot carry, is replaced."""
    return text.encode("utf-8", "replace").decode()


class Page[T](BaseModel):
    """A part of a list. `next_offset` is empty on the last page."""

    items: list[T]
    offset: int
    next_offset: int | None

    @classmethod
    def cut(cls, found: Sequence[T], *, limit: int, offset: int) -> "Page[T]":
        """`found`: the rows from `offset` on, one more than `limit` if there are more."""
        more = len(found) > limit
        return cls(items=list(found[:limit]), offset=offset, next_offset=offset + limit if more else None)


class MemberProfile(BaseModel):
    number: str
    status: str
    tier: str
    family_name: str
    given_name: str
    preferred_name: str
    gender: str | None
    language: str
    phone: str | None
    email: str | None
    birthday: date | None
    interests: list[str]
    marketing_consent: bool
    opted_out_at: datetime | None
    joined_at: datetime
    left_at: datetime | None
    points_balance: int

    @classmethod
    def of(cls, member: Member, balance: int) -> "MemberProfile":
        same = set(cls.model_fields) - {"tier", "points_balance"}
        return cls(tier=member.tier_code, points_balance=balance, **{field: getattr(member, field) for field in same})


class PointsEntry(BaseModel):
    """A movement of points: above zero given, below zero taken."""

    id: int
    kind: str
    points: int
    reason: str
    reference: str | None
    owed: int = Field(description="What it should have taken and was spent already; the next points pay it off.")
    at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "PointsEntry":
        return cls(**{field: getattr(entry, field) for field in cls.model_fields})


class Expiring(BaseModel):
    day: date
    points: int


class PointsPage(Page[PointsEntry]):
    balance: int
    owed: int = Field(description="Points taken back after they were spent; the next ones pay them off.")
    expiring: list[Expiring] = Field(description="What ends within the next 90 days.")


class Line(BaseModel):
    sku: str
    name: str
    size: str | None
    colour: str | None
    quantity: int
    price_minor: int


class OrderOut(BaseModel):
    """An order; money in hundredths of its currency."""

    number: str
    status: str
    currency: str
    total_minor: int
    placed_at: datetime
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    lines: list[Line]

    @classmethod
    def of(cls, order: Order, language: Language) -> "OrderOut":
        lines = [
            Line(
                sku=line.sku,
                name=line.name_in(language),
                size=line.size,
                colour=line.colour,
                quantity=line.quantity,
                price_minor=line.price_minor,
            )
            for line in order.lines
        ]
        same = set(cls.model_fields) - {"lines"}
        return cls(lines=lines, **{field: getattr(order, field) for field in same})


class StepOut(BaseModel):
    code: str
    place: str
    promised_at: datetime | None
    at: datetime | None = Field(description="Empty while the step is only planned.")


class ParcelOut(BaseModel):
    number: str
    order_number: str
    carrier: str
    status: str
    promised_at: datetime | None
    delivered_at: datetime | None
    steps: list[StepOut]

    @classmethod
    def of(cls, parcel: Parcel, language: Language) -> "ParcelOut":
        return cls(
            number=parcel.number,
            order_number=parcel.order.number,
            carrier=parcel.carrier,
            status=parcel.status,
            promised_at=parcel.promised_at,
            delivered_at=parcel.delivered_at,
            steps=[
                StepOut(code=step.code, place=step.place_in(language), promised_at=step.promised_at, at=step.at)
                for step in steps(parcel)
            ],
        )


class ParcelAfterStep(BaseModel):
    """The parcel with the step that was told. A key without `parcels:read` gets its own step back and nothing else."""

    number: str
    steps: list[StepOut]
    changed: bool = Field(description="False when the step was known already: nothing was changed.")
    order_number: str | None = None
    carrier: str | None = None
    status: str | None = None
    promised_at: datetime | None = None
    delivered_at: datetime | None = None


class StepIn(Given):
    """A step of a parcel as the carrier tells it."""

    code: ParcelCode
    at: datetime = Field(description="With a time zone; without one it is the shop's.")
    place: Words = Field(default="", max_length=200)
    promised_at: datetime | None = None


class CompletedOrder(Given):
    """An order to give points for. Member and total are needed only for orders that are not known here; of one that is,
    its own goods count."""

    order_number: Name
    member_number: Name | None = None
    total: Whole | None = Field(
        default=None, ge=0, le=2**31 - 1, description="What was paid, in hundredths of the currency."
    )
    shipping: Whole = Field(
        default=0, ge=0, le=2**31 - 1, description="How much of the total is shipping; earns nothing."
    )
    currency: Annotated[str, AfterValidator(_known_currency)] = Field(default="CNY", pattern=r"^[A-Z]{3}$")
    at: datetime | None = Field(default=None, description="When it was completed; by default now.")


class Earned(BaseModel):
    points: int
    entries: list[PointsEntry]
    balance: int | None = Field(description="Empty for a key that may read neither points nor members.")
    tier: str | None = Field(description="Empty for a key that may not read members.")


class ReviewedOrder(Given):
    """A review that the shop has taken in."""

    order_number: Name
    at: datetime | None = Field(default=None, description="When it was written; by default now.")


class NamedCode(Given):
    code: str = Field(min_length=6, max_length=20, description="The code of who recommended the shop.")


class ReferralStanding(BaseModel):
    """What a member passes on, and what came of it."""

    code: str
    named: int = Field(description="Friends who named the code.")
    rewarded: int = Field(description="Friends whose first order was complete and brought points.")


class Question(Given):
    question: Words = Field(min_length=1, max_length=500)
    language: Language | None = None
    limit: Whole = Field(default=3, ge=1, le=10)


class Found(BaseModel):
    slug: str
    title: str
    language: Language
    score: float


class LinkWanted(Given):
    member_number: Name


class DeepLink(BaseModel):
    """Opened by the member, it binds that member's Telegram to the membership; it works once."""

    url: str
    token: str
    expires_at: datetime
