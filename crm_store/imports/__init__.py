"""Imports of a shop's files: tried, done part by part, kept in a journal, and undone."""

from crm_store.imports.errors import ImportBusy, ImportNotReady, LeaseLost
from crm_store.imports.keeping import forget, forget_refused_values
from crm_store.imports.models import AT_WORK, ImportEntry, ImportPiece, ImportRefusal, ImportRun, RunState
from crm_store.imports.queries import done_before, get, listing, members_of, notes, refusals, wait_for_work
from crm_store.imports.runs import (
    ask,
    begin,
    begin_undoing,
    claim,
    content,
    discard,
    draft,
    file_key,
    finish,
    give_back,
    held,
    note_file,
    note_tried,
    read_as,
    take,
)
from crm_store.imports.strangers import without_strangers
from crm_store.imports.things import Thing
from crm_store.imports.undoing import DONE, SET_BACK, TAKEN_AWAY, Verdict, left, looked_at, undo, waiting

__all__ = [
    "AT_WORK", "DONE", "SET_BACK", "TAKEN_AWAY", "ImportBusy", "ImportEntry", "ImportNotReady", "ImportPiece",
    "ImportRefusal", "ImportRun", "LeaseLost", "RunState", "Thing", "Verdict", "ask", "begin", "begin_undoing", "claim",
    "content", "discard", "done_before", "draft", "file_key", "finish", "forget", "forget_refused_values", "get",
    "give_back", "held", "left", "listing", "looked_at", "members_of", "note_file", "note_tried", "notes", "read_as",
    "refusals", "take", "undo", "wait_for_work", "waiting", "without_strangers",
]  # fmt: skip
