"""The journal: what a part of an import found, and what it left."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from crm_store.importing import ImportKind, Part, points_keys
from crm_store.imports import things
from crm_store.imports.models import ImportEntry
from crm_store.imports.things import State, Thing
from crm_store.numbering import canonical


@dataclass(frozen=True)
class Found:
    """The things that a part speaks of, as they were before it: by thing, the numbers, and the states by id."""

    numbers: Mapping[Thing, frozenset[str]]
    states: Mapping[Thing, Mapping[int, State]]


async def before(session: AsyncSession, part: Part) -> Found:
    """Look at what the part speaks of. Call it in the transaction of the part, before it is taken."""
    numbers = {thing: frozenset(each) for thing, each in (await _spoken_of(session, part)).items()}
    return Found(numbers, {thing: await things.by_number(session, thing, each) for thing, each in numbers.items()})


async def write(session: AsyncSession, run_id: int, found: Found) -> None:
    """Write down what is different from what was `found`, after the part was taken."""
    for thing, numbers in found.numbers.items():
        now = await things.by_number(session, thing, numbers)
        earlier = found.states[thing]
        changed = [
            state for number, state in now.items() if number not in earlier or state.rows != earlier[number].rows
        ]
        await _note(session, run_id, thing, changed, earlier)


async def _spoken_of(session: AsyncSession, part: Part) -> dict[Thing, set[str]]:
    match part.kind:
        case ImportKind.MEMBERS:
            return {Thing.MEMBER: {canonical(number) for number in part.named("member_number")}}
        case ImportKind.ORDERS:
            return {Thing.ORDER: part.named("order_number")}
        case ImportKind.PARCELS:
            parcels = {canonical(number) for number in part.named("parcel_number")}
            return {Thing.PARCEL: parcels, Thing.ORDER: part.named("order_number")}
    return {Thing.POINTS: set((await points_keys(session, [values for _, values in part.rows])).values())}


async def _note(
    session: AsyncSession, run_id: int, thing: Thing, changed: list[State], earlier: Mapping[int, State]
) -> None:
    """A thing that an earlier part of the same import wrote keeps what was before that one."""
    own = select(ImportEntry.thing_id, ImportEntry.id).where(
        ImportEntry.run_id == run_id,
        ImportEntry.thing == thing,
        ImportEntry.thing_id.in_([state.id for state in changed if state.id in earlier]),
    )
    known = dict((await session.execute(own)).all()) if earlier else {}
    new = [
        {
            "run_id": run_id, "thing": thing, "thing_id": state.id, "number": state.number,
            "member_id": state.member_id, "seal": state.seal,
            "before": earlier[state.id].text() if state.id in earlier else None,
        }
        for state in changed
        if state.id not in known
    ]  # fmt: skip
    again = [{"entry_id": known[state.id], "new_seal": state.seal} for state in changed if state.id in known]
    # Over the connection: nobody needs the objects here.
    if new:
        await session.run_sync(lambda sync: sync.connection().execute(_NEW, new))
    if again:
        await session.run_sync(lambda sync: sync.connection().execute(_AGAIN, again))


_TABLE = ImportEntry.__table__
_NEW = insert(ImportEntry)
_AGAIN = (
    update(ImportEntry)
    .where(_TABLE.c.id == bindparam("entry_id"))
    .values(seal=bindparam("new_seal", type_=_TABLE.c.seal.type))
)
