"""Customers who talk at once, each sending the next message when the reply to the last has come."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from benchmarks.customer import Customer, NotRecognised, NotWelcome, Outcome, Said
from benchmarks.messages import Deck
from bot import identity_token

FIRST_SOURCE = (127 << 24) + (1 << 16) + 1
"""127.1.0.1: every person comes from a loopback address of their own."""


def source_address(number: int) -> str:
    """The loopback address of person `number`."""
    whole = FIRST_SOURCE + number
    return ".".join(str(whole >> shift & 255) for shift in (24, 16, 8, 0))


class Speaks(Protocol):
    """Says one message and waits for the reply."""

    async def say(self, text: str) -> Said: ...


class Staff(Protocol):
    """Gives conversations back to the bot."""

    async def hand_back(self, conversation_id: str) -> None: ...


@dataclass
class Crowd:
    """Where new people come from: every second one is a member with an identity token, the others are strangers."""

    url: str
    members: Sequence[str]
    identity_secret: str
    limits_lifted: bool
    reply_seconds: float
    tabs: int = 0
    people: int = 0
    _numbers: Iterator[str] = field(init=False)
    _sources: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._numbers = itertools.cycle(self.members)

    async def somebody(self) -> Customer:
        """A person who has just opened the page. A member who is known no more is left out, for members may leave
        while they talk. Raises NotWelcome, and NotRecognised when no member is known."""
        number, self.people = self.people, self.people + 1
        for _ in self.members:
            customer = self._customer(is_member=number % 2 == 1)
            try:
                await customer.open()
            except NotRecognised:
                await customer.leave()
            else:
                return customer
        raise NotRecognised("no member is recognised")

    def _customer(self, *, is_member: bool) -> Customer:
        token = partial(identity_token.issue, next(self._numbers), self.identity_secret)
        return Customer(
            self.url,
            reply_seconds=self.reply_seconds,
            limits_lifted=self.limits_lifted,
            source=source_address(next(self._sources)),
            identity=token if is_member else None,
        )

    async def goodbye(self, customer: Customer) -> None:
        self.tabs += customer.tabs
        await customer.leave()


@dataclass
class Talk:
    """What was said in one window of time, in the order in which it ended."""

    said: list[Said] = field(default_factory=list)
    seconds: float = 0.0


class Place:
    """One of the places at the counter: somebody talks there until another comes. People change after `each`
    messages, or, without `staff`, when a person of the shop is to answer."""

    def __init__(self, crowd: Crowd, *, each: int, staff: Staff | None) -> None:
        self._crowd, self._each, self._staff = crowd, each, staff
        self._customer: Customer | None = None
        self._count = 0

    async def arrive(self) -> None:
        """Somebody new comes. Raises NotWelcome."""
        await self.clear()
        self._customer, self._count = await self._crowd.somebody(), 0

    async def say(self, text: str) -> Said:
        if self._customer is not None and (self._count >= self._each or not await self._with_bot(self._customer)):
            await self.clear()
        try:
            if self._customer is None:
                await self.arrive()
            assert self._customer is not None
            said = await self._customer.say(text)
        except NotWelcome as reason:
            said = Said(Outcome.LOST, detail=str(reason))
        self._count += 1
        if said.outcome in {Outcome.TIMED_OUT, Outcome.LOST}:
            await self.clear()
        return said

    async def _with_bot(self, customer: Customer) -> bool:
        if not customer.with_a_person:
            return True
        if self._staff is None or customer.conversation is None:
            return False
        await self._staff.hand_back(customer.conversation)
        customer.handler = "bot"
        return True

    async def clear(self) -> None:
        if self._customer is not None:
            await self._crowd.goodbye(self._customer)
            self._customer = None


async def talk(speakers: Sequence[Speaks], deck: Deck, tick: Callable[[], object], *, turns: int | None = None) -> Talk:
    """Say the whole deck, all speakers at once; with `turns`, so many messages each."""
    found = Talk()

    async def speak(speaker: Speaks) -> None:
        count = 0
        while (turns is None or count < turns) and (text := deck.draw()) is not None:
            found.said.append(await speaker.say(text))
            count += 1
            tick()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for speaker in speakers:
            group.create_task(speak(speaker))
    found.seconds = time.perf_counter() - began
    return found
