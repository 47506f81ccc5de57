"""A year of a shop's life, day by day through every job, and the books checked at its end.

`python -m benchmarks.year --members 5000` prints how long the shop's own doings and each job took, by the clock and of
the processor (which others on the machine hardly change), and what is wrong at the end: nothing. What happens is drawn
by a seed: orders come as a shop sends them (rows of the import), a part of the goods goes back, points are spent,
friends are brought, complaints are filed.
"""

import argparse
import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks import year_books
from bot.desk.desk import Desk
from bot.desk.dialogue import Dialogue
from bot.desk.signals import Signals
from bot.jobs import standard_jobs
from crm_store import accrual, clock, complaints, crypto, members, migrate, orders, referrals, returns, rewards, tiers
from crm_store.complaints import ComplaintCategory
from crm_store.db import Database
from crm_store.importing import ImportKind, as_rows, import_rows
from crm_store.members import Member
from crm_store.orders import Order, OrderStatus
from crm_store.points import InsufficientPoints
from crm_store.returns import ReturnStatus
from crm_store.rewards import Reward, RewardKind

NOBODY = "http://127.0.0.1:9"
"""Where the dialogue would be; in this year nobody talks."""
BEGIN = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
DAYS = 365
SEED = 20260101
ORDERS_A_YEAR = 2.4
"""For each member on average; few order often and many seldom."""
RETURNED, CANCELLED, REDEEMED, REVIEWED, COMPLAINED = 0.05, 0.02, 0.10, 0.08, 0.01
"""Shares of the orders."""
FRIENDS = 0.02
"""Share of the members whom another one brought."""
PRICES = (39, 88, 159, 260, 430, 899, 1680)
STEPS = (ReturnStatus.APPROVED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED)
REWARDS = (("COUPON20", 400, None), ("COUPON50", 900, None), ("TEA", 800, 400))


@dataclass
class Year:
    """One shop and its year. `took`: seconds by what was done, `processor`: of this process's processor time; `done`:
    how often."""

    database: Database
    people: int
    data_dir: Path
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    took: Counter[str] = field(default_factory=Counter)
    processor: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    _numbers: list[tuple[int, str]] = field(default_factory=list)
    _arrived: dict[date, list[str]] = field(default_factory=dict)

    async def live(self, days: int = DAYS) -> list[str]:
        """Open the shop, live so many days; returns what is wrong with the books afterwards."""
        desk = Desk(self.database, Dialogue(NOBODY, secret=""), Signals())
        with clock.frozen(BEGIN) as frozen:
            await self._open()
            jobs = standard_jobs(desk, self.data_dir)
            for day in range(days):
                frozen.to(BEGIN + timedelta(days=day))
                await self._timed("what the shop does", self._day(frozen.moment))
                frozen.move(timedelta(hours=15))  # 0:00 at the shop: the nightly work
                for job in jobs:
                    await self._timed(job.name, job.run())
            frozen.move(timedelta(days=1))
            for job in jobs:
                await self._timed(job.name, job.run())
            async with self.database.transaction(bulk=True) as session:
                return await year_books.problems(session)

    async def _timed(self, name: str, doing: Any) -> None:
        began, processor = time.perf_counter(), time.process_time()
        await doing
        self.took[name] += time.perf_counter() - began
        self.processor[name] += time.process_time() - processor

    async def _open(self) -> None:
        async with self.database.transaction(bulk=True) as session:
            await tiers.ensure_defaults(session)
            for code, cost, stock in REWARDS:
                names = {"zh-Hans": code, "zh-Hant": code, "en": code}
                session.add(Reward(code=code, names=names, kind=RewardKind.COUPON, cost=cost, stock=stock))
            for number in range(self.people):
                born = date(1970, 1, 1) + timedelta(days=self.chance.randrange(12_000))
                joined = BEGIN - timedelta(days=self.chance.randrange(20))
                session.add(Member(number=f"HK{200_000 + number}", given_name="测", birthday=born, joined_at=joined))
            await session.flush()
            found = (await session.execute(select(Member.id, Member.number).order_by(Member.id))).all()
            self._numbers = [(member_id, number) for member_id, number in found]
            await self._bring_friends(session)

    async def _bring_friends(self, session: AsyncSession) -> None:
        people = self.chance.sample(self._numbers, 2 * int(self.people * FRIENDS))
        for (friend_id, _), (member_id, _) in zip(people[::2], people[1::2], strict=True):
            code = await referrals.code_of(session, await members.get(session, member_id))
            await referrals.name_code(session, await members.get(session, friend_id), code)
            self.done["friends"] += 1

    async def _day(self, now: datetime) -> None:
        rows = [row for _ in range(self._orders_today()) for row in self._order(now)]
        async with self.database.transaction(bulk=True) as session:
            report = await import_rows(session, ImportKind.ORDERS, as_rows(rows), source="year")
            self.done["rows"] += report.created + report.updated
            assert not report.refused, report.refused
        for days, doing in ((5, self._send_back), (9, self._review), (12, self._redeem), (25, self._send_back)):
            for number in self._arrived.get((now - timedelta(days=days)).date(), ()):
                await doing(number)

    def _orders_today(self) -> int:
        """About as many each day, the part of one by chance."""
        mean = self.people * ORDERS_A_YEAR / DAYS
        return int(mean) + (self.chance.random() < mean % 1)

    def _order(self, now: datetime) -> list[dict[str, Any]]:
        """The rows of an order that arrived today, or of one that was called off."""
        # The squared draw makes some members order ten times as often as others.
        _, member = self._numbers[int(self.chance.random() ** 2 * self.people)]
        self.done["orders"] += 1
        number = f"Y{self.done['orders']:06d}"
        placed = now - timedelta(days=3)
        cancelled = self.chance.random() < CANCELLED
        state = {"status": "paid"} if cancelled else {"status": "delivered", "delivered_at": now.isoformat()}
        if not cancelled:
            self._arrived.setdefault(now.date(), []).append(number)
        return [
            {
                "order_number": number, "member_number": member, "placed_at": placed.isoformat(),
                "sku": f"SKU-{price}", "product_name": "商品", "quantity": self.chance.choice((1, 1, 2)),
                "price": str(price), "shipping": "8", "paid_at": placed.isoformat(), **state,
            }
            for price in self.chance.sample(PRICES, self.chance.choice((1, 1, 2)))
        ]  # fmt: skip

    async def _send_back(self, number: str) -> None:
        """Some goods of it, or all; lines that did not come back before. Sometimes with a complaint."""
        if self.chance.random() >= RETURNED / 2:
            return
        async with self.database.transaction() as session:
            order = await _order_of(session, number)
            if order.status not in (OrderStatus.DELIVERED, OrderStatus.COMPLETED):
                return
            whole = [line for line in order.lines if not line.returned]
            for line in self.chance.sample(whole, min(len(whole), self.chance.randint(1, 2))):
                quantity = self.chance.randint(1, line.quantity)
                key = f"{number}:{line.id}"
                request = await returns.open_return(session, order, line, reason="quality", quantity=quantity, key=key)
                for step in STEPS:
                    request = await returns.advance(session, request, step)
                self.done["returns"] += 1
            if self.chance.random() < COMPLAINED / RETURNED:
                await complaints.file(
                    session, member_id=order.member_id, conversation_id=None, category=ComplaintCategory.QUALITY,
                    description="坏的", key=f"{number}:complaint", order_id=order.id,
                )  # fmt: skip
                self.done["complaints"] += 1

    async def _review(self, number: str) -> None:
        if self.chance.random() >= REVIEWED:
            return
        async with self.database.transaction() as session:
            order = await _order_of(session, number)
            await accrual.earn_for_review(session, await members.get(session, order.member_id), order_number=number)
            self.done["reviews"] += 1

    async def _redeem(self, number: str) -> None:
        """Spend points; some give the code back, which returns them."""
        if self.chance.random() >= REDEEMED:
            return
        code = self.chance.choice(REWARDS)[0]
        try:
            async with self.database.transaction() as session:
                order = await _order_of(session, number)
                taken = await rewards.redeem(session, order.member_id, code, key=f"{number}:{code}")
                self.done["redemptions"] += 1
                if self.chance.random() < 0.1:
                    await rewards.undo(session, taken, reason="member")
        except InsufficientPoints:
            self.done["too few points"] += 1


async def _order_of(session: AsyncSession, number: str) -> Order:
    found = await orders.by_number(session, number)
    assert found is not None
    return found


async def run(people: int, days: int = DAYS) -> tuple[Year, list[str]]:
    """A year on SQLite, in a folder of its own."""
    crypto.use_secret("a secret of the year")
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/year.db", alone=True)
        await migrate.upgrade(database)
        year = Year(database, people, Path(folder))
        try:
            return year, await year.live(days)
        finally:
            await database.close()


def told(year: Year, wrong: Sequence[str], seconds: float) -> str:
    """The report: what happened, how long it took, what is wrong."""
    lines = [f"{year.people} members, {seconds:.0f} s, {year.processor.total():.0f} s of the processor"]
    lines += [f"  {count:>8} {name}" for name, count in year.done.most_common()]
    lines += [
        f"  {year.took[name]:8.1f} s {spent:8.1f} s of the processor {name}"
        for name, spent in year.processor.most_common()
    ]
    lines += [f"  WRONG: {each}" for each in wrong] or ["  the books agree"]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=5000)
    parser.add_argument("--days", type=int, default=DAYS)
    asked = parser.parse_args()
    began = time.perf_counter()
    year, wrong = asyncio.run(run(asked.members, asked.days))
    print(told(year, wrong, time.perf_counter() - began))
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
