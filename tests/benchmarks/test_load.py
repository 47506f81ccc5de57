"""Customers who talk at once: each waits for their reply, people come and go, nothing is said twice."""

import asyncio
from dataclasses import dataclass, field

import pytest

from benchmarks.customer import NotRecognised, NotWelcome, Outcome, Said
from benchmarks.load import Crowd, Place, source_address, talk
from benchmarks.messages import Deck

REPLIED = Said(Outcome.REPLIED, 0.01, 0.1, "bot")


@dataclass
class Person:
    """Somebody whose messages end as `outcomes` says, then with replies."""

    outcomes: list[Said] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    handler: str = "bot"
    conversation: str | None = "c1"
    tabs: int = 1
    left: bool = False
    speaking: bool = False

    @property
    def with_a_person(self) -> bool:
        return self.handler == "queue"

    async def say(self, text: str) -> Said:
        assert not self.speaking
        self.speaking = True
        await asyncio.sleep(0)
        self.heard.append(text)
        self.speaking = False
        return self.outcomes.pop(0) if self.outcomes else REPLIED

    async def leave(self) -> None:
        self.left = True


class People:
    """A crowd of them."""

    def __init__(self, *people: Person) -> None:
        self._coming = list(people)
        self.gone: list[Person] = []

    async def somebody(self) -> Person:
        return self._coming.pop(0)

    async def goodbye(self, person: Person) -> None:
        self.gone.append(person)


class Staff:
    """Gives everything back."""

    def __init__(self) -> None:
        self.given_back: list[str] = []

    async def hand_back(self, conversation_id: str) -> None:
        self.given_back.append(conversation_id)


class TestTalk:
    async def test_the_deck_is_shared_and_said_once(self):
        people = [Person() for _ in range(4)]
        ticks: list[None] = []
        found = await talk(people, Deck([f"m{number}" for number in range(10)]), lambda: ticks.append(None))
        heard = [text for person in people for text in person.heard]
        assert sorted(heard) == sorted(f"m{number}" for number in range(10))
        assert len(found.said) == len(ticks) == 10
        assert found.seconds > 0

    async def test_with_turns_everybody_says_as_much(self):
        people = [Person() for _ in range(4)]
        await talk(people, Deck([f"m{number}" for number in range(10)]), lambda: None, turns=2)
        assert [len(person.heard) for person in people] == [2, 2, 2, 2]


class TestPlace:
    async def test_after_so_many_messages_another_comes(self):
        first, second = Person(), Person()
        people = People(first, second)
        place = Place(people, each=2, staff=None)
        for number in range(3):
            await place.say(str(number))
        assert (first.heard, second.heard) == (["0", "1"], ["2"])
        assert people.gone == [first]

    async def test_whoever_waits_for_the_staff_makes_room(self):
        first, second = Person(), Person()
        place = Place(People(first, second), each=20, staff=None)
        await place.say("a")
        first.handler = "queue"
        await place.say("b")
        assert (first.heard, second.heard) == (["a"], ["b"])

    async def test_with_staff_the_conversation_comes_back_and_goes_on(self):
        person, staff = Person(), Staff()
        place = Place(People(person), each=20, staff=staff)
        await place.say("a")
        person.handler = "queue"
        await place.say("b")
        await place.say("c")
        assert person.heard == ["a", "b", "c"]
        assert staff.given_back == ["c1"]

    @pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.LOST])
    async def test_whoever_got_no_reply_goes(self, outcome):
        first, second = Person([Said(outcome)]), Person()
        place = Place(People(first, second), each=20, staff=None)
        assert (await place.say("a")).outcome is outcome
        await place.say("b")
        assert second.heard == ["b"]

    async def test_a_message_that_nobody_could_come_to_say_is_lost_and_the_next_is_said(self):
        person = Person()

        class ShutOnce(People):
            shut = True

            async def somebody(self) -> Person:
                if self.shut:
                    self.shut = False
                    raise NotWelcome("nobody greets")
                return await super().somebody()

        place = Place(ShutOnce(person), each=20, staff=None)
        lost = await place.say("a")
        assert (lost.outcome, lost.detail) == (Outcome.LOST, "nobody greets")
        assert (await place.say("b")).outcome is Outcome.REPLIED
        assert person.heard == ["b"]

    async def test_somebody_new_may_be_asked_in_before_anything_is_said(self):
        first, second = Person(), Person()
        people = People(first, second)
        place = Place(people, each=20, staff=None)
        await place.say("warming up")
        await place.arrive()
        await place.say("a")
        assert (people.gone, second.heard) == ([first], ["a"])


class TestCrowd:
    @pytest.fixture
    def opened(self, monkeypatch) -> list[tuple[str, bool]]:
        """Where everybody came from, and whether they showed a token. A member numbered GONE is known no more."""
        found: list[tuple[str, bool]] = []

        class Opening(Person):
            def __init__(self, url, *, source, identity, **_):
                super().__init__()
                self.source, self.identity = source, identity

            async def open(self):
                if self.identity and self.identity() == "token of GONE":
                    raise NotRecognised
                found.append((self.source, self.identity is not None))

        monkeypatch.setattr("benchmarks.load.Customer", Opening)
        monkeypatch.setattr("benchmarks.load.identity_token.issue", lambda number, _: f"token of {number}")
        return found

    def crowd(self, *members: str) -> Crowd:
        return Crowd("http://shop", members, "secret", limits_lifted=False, reply_seconds=1)

    async def test_every_second_one_is_a_member_and_everybody_has_an_address(self, opened):
        crowd = self.crowd("HK1", "HK2")
        for _ in range(4):
            await crowd.somebody()
        assert [member for _, member in opened] == [False, True, False, True]
        assert len({source for source, _ in opened}) == 4

    async def test_a_member_who_is_known_no_more_is_left_out_and_another_member_comes(self, opened):
        crowd = self.crowd("GONE", "HK1", "GONE", "HK2")
        await asyncio.gather(*(crowd.somebody() for _ in range(4)))
        assert sorted(member for _, member in opened) == [False, False, True, True]

    async def test_when_no_member_is_known_it_does_not_try_for_ever(self, opened):
        crowd = self.crowd("GONE")
        await crowd.somebody()
        with pytest.raises(NotRecognised):
            await crowd.somebody()

    async def test_tabs_are_counted_when_people_go(self, opened):
        crowd = self.crowd("HK1")
        await crowd.goodbye(await crowd.somebody())
        assert crowd.tabs == 1


def test_addresses_are_loopback_and_all_different():
    found = {source_address(number) for number in range(70_000)}
    assert len(found) == 70_000
    assert source_address(0) == "127.1.0.1"
    assert all(address.startswith("127.") for address in found)
