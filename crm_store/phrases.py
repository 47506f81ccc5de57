"""Phrases that agents put into their replies: by a short code, in each language, with what is known of the customer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base
from crm_store.errors import CrmError, NotFound
from crm_store.language import Language
from crm_store.text import clean

VARIABLES = ("called", "name", "agent", "points", "order")
"""What stands in braces: `called` is the name with a comma behind it, or nothing; the others are what they say."""
UNKNOWN = "___"
"""Stands where nothing is known of the customer: seen at once before it is sent."""
CODE_CHARACTERS = 40
TITLE_CHARACTERS = 60
TEXT_CHARACTERS = 1000

_CODE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_FIELD = re.compile(r"\{([^{}]*)\}")


class Phrase(Base):
    """`code` is what is typed behind the slash; titles and texts by language. One that is not `active` was removed."""

    __tablename__ = "phrases"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_CHARACTERS), unique=True)
    titles: Mapped[dict[str, str]]
    texts: Mapped[dict[str, str]]
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class PhraseInvalid(CrmError):
    """`reason`: bad_code, code_taken, no_text, no_title, too_long, unknown_variable (then `name` is that)."""

    code = "phrase_invalid"

    def __init__(self, reason: str, name: str = "") -> None:
        self.reason, self.name = reason, name
        super().__init__(reason=reason, name=name)


class PhraseChangedMeanwhile(CrmError):
    """Somebody else has saved it since it was opened."""

    code = "phrase_changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Standard:
    """A phrase that a new installation begins with."""

    code: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]


async def ensure_standard(session: AsyncSession, standard: Sequence[Standard]) -> None:
    """Write the standard phrases into an installation that has none yet; what was changed or removed stays so."""
    if await session.scalar(select(Phrase.id).limit(1)) is not None:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {"code": each.code, "titles": dict(each.titles), "texts": dict(each.texts), "active": True, "version": 1,
         "updated_at": clock.now()}
        for each in standard
    ]  # fmt: skip
    if rows:
        await session.execute(insert(Phrase).on_conflict_do_nothing(index_elements=["code"]), rows)


async def listing(session: AsyncSession) -> list[Phrase]:
    """By code."""
    return list(await session.scalars(select(Phrase).where(Phrase.active).order_by(Phrase.code)))


async def get(session: AsyncSession, phrase_id: int) -> Phrase:
    """Raises NotFound."""
    phrase = await session.get(Phrase, phrase_id)
    if phrase is None or not phrase.active:
        raise NotFound("phrase", phrase_id)
    return phrase


async def save(
    session: AsyncSession,
    *,
    code: str,
    titles: Mapping[str, str],
    texts: Mapping[str, str],
    agent_id: int,
    phrase_id: int | None = None,
    based_on: int = 0,
) -> Phrase:
    """A new phrase, or an old one changed (`phrase_id`, and the version it was when it was opened). Languages without a
    text are left out. Raises PhraseInvalid, PhraseChangedMeanwhile, NotFound."""
    code = code.strip().lower()
    titles, texts = _written(titles), _written(texts)
    _check(code, titles, texts)
    same_code = await session.scalar(select(Phrase).where(Phrase.code == code).with_for_update())
    if phrase_id is None:
        phrase = _revived(session, same_code, code)
    else:
        phrase = await session.get_one(Phrase, phrase_id, with_for_update=True, populate_existing=True)
        if not phrase.active:
            raise NotFound("phrase", phrase_id)
        if phrase.version != based_on:
            raise PhraseChangedMeanwhile
        if same_code is not None and same_code.id != phrase_id:
            raise PhraseInvalid("code_taken")
    phrase.code, phrase.titles, phrase.texts, phrase.active = code, titles, texts, True
    phrase.version = (phrase.version or 0) + 1
    phrase.updated_by_id, phrase.updated_at = agent_id, clock.now()
    await session.flush()
    return phrase


def _revived(session: AsyncSession, same_code: Phrase | None, code: str) -> Phrase:
    """A new row, or that of a removed phrase whose code is used again."""
    if same_code is None:
        same_code = Phrase(code=code)
        session.add(same_code)
    elif same_code.active:
        raise PhraseInvalid("code_taken")
    return same_code


async def remove(session: AsyncSession, phrase_id: int, *, agent_id: int) -> Phrase:
    """No longer offered. Raises NotFound."""
    phrase = await get(session, phrase_id)
    phrase.active, phrase.updated_by_id, phrase.updated_at = False, agent_id, clock.now()
    await session.flush()
    return phrase


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with what is known: `facts` by variable. A missing one shows as UNKNOWN, but `called` as nothing."""
    return _FIELD.sub(lambda match: facts.get(match[1]) or ("" if match[1] == "called" else UNKNOWN), text)


def title(phrase: Phrase, language: Language) -> str:
    """In this language, else in whichever there is."""
    return phrase.titles.get(language) or next(iter(phrase.titles.values()), phrase.code)


def _written(texts: Mapping[str, str]) -> dict[str, str]:
    return {each.value: text for each in Language if (text := clean(texts.get(each.value, "")).strip())}


def _check(code: str, titles: Mapping[str, str], texts: Mapping[str, str]) -> None:
    if not _CODE.fullmatch(code) or len(code) > CODE_CHARACTERS:
        raise PhraseInvalid("bad_code")
    if not texts:
        raise PhraseInvalid("no_text")
    if not titles:
        raise PhraseInvalid("no_title")
    if any(len(each) > TEXT_CHARACTERS for each in texts.values()) or any(
        len(each) > TITLE_CHARACTERS for each in titles.values()
    ):
        raise PhraseInvalid("too_long")
    unknown = [name for text in texts.values() for name in _FIELD.findall(text) if name not in VARIABLES]
    if unknown:
        raise PhraseInvalid("unknown_variable", unknown[0])
