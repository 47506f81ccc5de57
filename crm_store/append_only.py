"""Tables whose rows are facts: written once, never changed, never deleted; a correction is a new row."""

from typing import Any

from sqlalchemy import Delete, Update, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from crm_store.db import Base

_guarded: set[str] = set()


class RowIsFinal(RuntimeError):
    """Something tried to change or delete a row of an append-only table: a mistake in the program, not of a user."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"rows of {table} are never changed or deleted; write a new one that corrects it")


def append_only[T: Base](model: type[T]) -> type[T]:
    """Class decorator: refuse UPDATE and DELETE of `model` through any session, row by row or in bulk."""

    def refuse(_mapper: Any, _connection: Any, _target: Any) -> None:
        raise RowIsFinal(model.__tablename__)

    event.listen(model, "before_update", refuse)
    event.listen(model, "before_delete", refuse)
    _guarded.add(model.__tablename__)
    return model


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_changes(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete):
        return
    table = getattr(getattr(state.statement, "table", None), "name", None)
    if table in _guarded:
        raise RowIsFinal(table)


async def erase_words(session: AsyncSession, statement: Update | Delete) -> None:
    """The one exception: a person has to be forgotten, and what a final row says of them goes. What the row counts
    stays. Objects of the session that were loaded before do not notice."""
    await (await session.connection()).execute(statement)
