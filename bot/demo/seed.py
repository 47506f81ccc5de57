"""Fills an empty database with the demo shop: the same members and history every time, dates relative to today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.demo import effort, follow_ups, history, live, outreach, scenes, winback, work
from bot.demo.people import People
from bot.demo.scenes import DEMO_MEMBERS, DemoMember
from crm_store import agents, clock, complaints, knowledge, passwords, products, promises, risk, tiers
from crm_store.agents import Role
from crm_store.db import Database
from crm_store.language import Language
from crm_store.members import Member
from crm_store.products import Product
from crm_store.rewards import Reward
from crm_store.yaml_files import read_yaml

__all__ = ["DEMO_LOGINS", "DEMO_MEMBERS", "DemoLogin", "DemoMember", "is_empty", "seed", "write_articles"]

MEMBERS = 500
MEMBERS_AT_A_TIME = 20
ON_SALE_SINCE = timedelta(days=90)
FEN = 100
"""libyaml's where it is there: the articles' many ways to ask take seconds without."""

OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class DemoLogin:
    """A log-in to the console that exists only in the demo."""

    role: str
    name: str
    email: str
    password: str
    language: Language = Language.ZH_HANS


DEMO_LOGINS = [
    DemoLogin("agent", "周晴", "zhou@huike.example", "huike-demo-agent"),
    DemoLogin("agent", "林育誠", "lin@huike.example", "huike-demo-agent", Language.ZH_HANT),
    DemoLogin("supervisor", "Sarah Bell", "sarah@huike.example", "huike-demo-supervisor", Language.EN),
    DemoLogin("admin", "许安", "admin@huike.example", "huike-demo-admin"),
]


async def is_empty(database: Database) -> bool:
    """Whether nobody has put members into the database yet."""
    async with database.reading() as session:
        return not await session.scalar(select(exists().where(Member.id.is_not(None))))


async def seed(
    database: Database,
    *,
    on_progress: OnProgress = lambda _what, _done, _total: None,
    member_count: int = MEMBERS,
) -> None:
    """Write the demo shop with `member_count` members, the ones to sign in as among them.

    `on_progress(what, done, total)` is called as it goes; `total` stays the same.
    """
    total = member_count + 2
    on_progress("goods, rewards, articles", 0, total)
    hashes = [await passwords.hashed(login.password) for login in DEMO_LOGINS]
    async with database.transaction() as session:
        await _write_shop(session)
        staff = [await _write_agent(session, *each) for each in zip(DEMO_LOGINS, hashes, strict=True)]
    on_progress("members", 1, total)
    async with database.transaction() as session:
        await scenes.write(session, agent_id=staff[0])
    people = People(count=member_count - len(DEMO_MEMBERS))
    written = len(DEMO_MEMBERS)
    for batch in people.batches(MEMBERS_AT_A_TIME):
        async with database.transaction() as session:
            book = await history.Book.opened(session, staff_ids=staff)
            for person in batch:
                await book.write(person)
        written += len(batch)
        on_progress(f"{written} members with their history", written, total)
    own_stories = [person.number for person in DEMO_MEMBERS]
    async with database.transaction() as session:
        await effort.write(session, but=own_stories)
    on_progress("follow-ups of the last months", written, total)
    await follow_ups.write(database, staff_ids=staff[:2], but=own_stories)
    async with database.transaction() as session:
        await work.write(session, staff_ids=staff[:2])
        await outreach.write(session, but=own_stories)
        await live.write(session, staff_ids=staff[:2], but=own_stories)
        await promises.break_overdue(session, limit=10_000)
        await complaints.mark_breached(session)
    await winback.write(database, staff_ids=staff[:2], but=own_stories)
    await risk.sweep(database)
    async with database.transaction() as session:
        await work.close_follow_ups(session, staff_ids=staff[:2])
    on_progress("done", total, total)


async def write_articles(session: AsyncSession) -> None:
    """The knowledge base of the demo shop."""
    for entry in sorted(files("bot.demo").joinpath("articles").iterdir(), key=lambda item: item.name):
        article = read_yaml(entry)
        asked, words = article.get("questions", {}), article.get("keywords", {})
        await knowledge.upsert(
            session,
            slug=article["slug"],
            titles=article["titles"],
            bodies=article["bodies"],
            keywords={tongue: [*asked.get(tongue, []), *words.get(tongue, [])] for tongue in article["titles"]},
            answers=[knowledge.Answer(each["ask"], each["say"]) for each in article.get("answers", [])],
        )


async def _write_gaps(session: AsyncSession) -> None:
    asked: list[tuple[str, str, int]] = read_yaml(files("bot.demo").joinpath("gaps.yml"))
    for language, question, times in asked:
        for _ in range(times):
            await knowledge.record_gap(session, question=question, language=language)


def _catalogue() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(files("bot.demo").joinpath("catalogue.yml"))
    return content


def _attributes(row: dict[str, Any], details: dict[str, Any] | None) -> dict[str, Any]:
    attributes: dict[str, Any] = row.get("attributes", {})
    return attributes | ({products.DETAILS: details} if details else {})


async def _write_shop(session: AsyncSession) -> None:
    await tiers.ensure_defaults(session)
    catalogue = _catalogue()
    for position, row in enumerate(catalogue["products"]):
        session.add(
            Product(
                sku=row["sku"],
                names=row["names"],
                category=row["category"],
                price_minor=row["price"] * FEN,
                list_price_minor=row["list_price"] * FEN if "list_price" in row else None,
                stock=(position * 37) % 180 + 12,
                released_at=clock.now() - ON_SALE_SINCE,
                attributes=_attributes(row, catalogue["details"].get(row["sku"])),
                descriptions=row["descriptions"],
                keywords=row.get("keywords", []),
            )
        )
    for position, row in enumerate(catalogue["rewards"]):
        session.add(
            Reward(
                code=row["code"],
                names=row["names"],
                kind=row["kind"],
                cost=row["cost"],
                stock=row.get("stock"),
                value_minor=row.get("value", 0) * FEN,
                min_spend_minor=row.get("min_spend", 0) * FEN,
                valid_days=row["valid_days"],
                keywords=row.get("keywords", []),
                position=position,
            )
        )
    await write_articles(session)
    await _write_gaps(session)
    await session.flush()


async def _write_agent(session: AsyncSession, login: DemoLogin, password_hash: str) -> int:
    agent = await agents.create(
        session,
        email=login.email,
        name=login.name,
        password_hash=password_hash,
        role=Role(login.role),
        language=login.language,
    )
    await session.flush()
    return agent.id
