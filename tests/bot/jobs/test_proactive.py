"""News that go out by the clock: once, in the member's language, with an apology where one is due."""

from datetime import timedelta

import pytest

from bot.desk.desk import Desk
from bot.jobs import proactive as jobs
from bot.jobs.proactive import tell_own_matters, tell_wished
from crm_store import conversations, members, parcels, proactive
from crm_store.clock import FrozenClock
from crm_store.conversations import Conversation
from crm_store.language import Language
from crm_store.members import Member
from crm_store.parcels import ParcelCode, PlannedStep
from crm_store.proactive import HeldBack, Topic
from crm_store.products import Product
from tests.bot.desk.casework.shop import member_in_chat, now, read_by_customer, says
from tests.crm_store.shop import make_order

pytestmark = pytest.mark.usefixtures("frozen_clock")
HOUR = timedelta(hours=1)
STATION = {"zh-Hans": "板桥站", "zh-Hant": "板橋站", "en": "Banqiao station"}


async def an_hour_ago(desk: Desk, frozen_clock: FrozenClock, **more: str) -> tuple[Member, Conversation]:
    member, talk = await member_in_chat(desk, **more)
    frozen_clock.move(HOUR)
    return member, talk


async def sent_out(desk: Desk, member: Member, frozen_clock: FrozenClock, *, plan: bool = False) -> str:
    """A parcel on its way to the member, promised for in an hour; its number."""
    async with desk.database.transaction() as session:
        order = await make_order(session, member)
        later = [PlannedStep(code=ParcelCode.DELIVERED, promised_at=frozen_clock.moment + 30 * HOUR)]
        parcel = await parcels.create(
            session, number="SF1029384756", order_id=order.id, carrier="SF", promised_at=frozen_clock.moment + HOUR,
            plan=later if plan else (),
        )  # fmt: skip
        await parcels.record_event(
            session, parcel, code=ParcelCode.OUT_FOR_DELIVERY, at=frozen_clock.moment, place=STATION
        )
        return parcel.number


async def test_a_step_of_a_parcel_is_told_once(desk: Desk, frozen_clock: FrozenClock) -> None:
    member, talk = await an_hour_ago(desk, frozen_clock)
    await sent_out(desk, member, frozen_clock)
    assert (await tell_own_matters(desk), await tell_own_matters(desk)) == (1, 0)
    [*_, last] = await read_by_customer(desk, talk.id)
    assert last.text == "您的「轻跑鞋」有新进展：从板桥站出发，正在派送。预计 今天 12:00 前送到。"
    assert [each["payload"] for each in last.buttons or []] == ['/ask_parcel{"parcel_number":"SF1029384756"}']


LATE = "對不起，您的「輕跑鞋」沒能照說好的 今天 12:00 送達，已經晚了 2 小時。要我現在去催物流嗎？"
LATE_PROMISED = (
    "I am sorry: your Light running shoe did not arrive by today 12:00 as we had promised. It is now expected by "
    "tomorrow 17:00, and I will tell you if that changes."
)


@pytest.mark.parametrize(("plan", "language", "told"), [(False, "zh-Hant", LATE), (True, "en", LATE_PROMISED)])
async def test_a_late_parcel_brings_an_apology_before_anybody_asks(
    desk: Desk, frozen_clock: FrozenClock, plan: bool, language: str, told: str
) -> None:
    member, talk = await an_hour_ago(desk, frozen_clock, language=language)
    async with desk.database.transaction() as session:
        (await conversations.locked(session, talk.id)).language = language
    await sent_out(desk, member, frozen_clock, plan=plan)
    await tell_own_matters(desk)
    frozen_clock.move(3 * HOUR)
    assert (await tell_own_matters(desk), await tell_own_matters(desk)) == (1, 0)
    [*_, last] = await read_by_customer(desk, talk.id)
    assert last.text == told
    assert len(last.buttons or []) == (1 if plan else 2)


async def test_at_night_it_waits_for_the_morning(desk: Desk, frozen_clock: FrozenClock) -> None:
    member, talk = await an_hour_ago(desk, frozen_clock)
    frozen_clock.move(10 * HOUR)
    await sent_out(desk, member, frozen_clock)
    assert await tell_own_matters(desk) == 0
    frozen_clock.move(12 * HOUR)
    # In the morning what is told is that it is late, and the step that is still its newest.
    assert await tell_own_matters(desk) == 2
    assert "对不起" in str((await read_by_customer(desk, talk.id))[-2].text)


async def test_marketing_ends_with_how_to_stop_it(desk: Desk, frozen_clock: FrozenClock) -> None:
    member, talk = await an_hour_ago(desk, frozen_clock)
    async with desk.database.transaction() as session:
        held = await members.get(session, member.id)
        await members.update_profile(session, held, interests=["bags"])
        session.add(
            Product(
                sku="BAG",
                names={"zh-Hans": "城市双肩包", "zh-Hant": "城市後背包", "en": "City backpack"},
                category="bags",
                price_minor=29_900,
                stock=3,
                released_at=frozen_clock.moment,
            )
        )
    assert await tell_wished(desk) == 0
    async with desk.database.transaction() as session:
        await proactive.want(session, await members.get(session, member.id), [Topic.NEW_GOODS])
    assert (await tell_wished(desk), await tell_wished(desk)) == (1, 0)
    [*_, last] = await read_by_customer(desk, talk.id)
    assert last.text == "您关注的箱包上新：城市双肩包 ¥299。\n不想再收到，回复「退订」就停。"
    assert [each["title"] for each in last.buttons or []] == ["城市双肩包"]
    # Somebody who has just answered is left to the talk they are in.
    await says(desk, "好看吗")
    async with desk.database.reading() as session:
        again = proactive.News(kind=proactive.Kind.BIRTHDAY, thing="x", member_id=member.id)
        assert await proactive.held_back(session, again) in (HeldBack.NOT_WANTED, HeldBack.IN_TALK)
    assert (await now(desk, talk.id)).state == "bot"
    assert Language.of((await now(desk, talk.id)).language) is Language.ZH_HANS


async def test_what_one_round_cannot_tell_the_next_ones_do(
    desk: Desk, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    monkeypatch.setattr(jobs, "WISHED_SECONDS", 0.0)
    for name in ("a", "b", "c"):
        member, _ = await member_in_chat(desk, user=name)
        async with desk.database.transaction() as session:
            held = await members.get(session, member.id)
            await members.update_profile(session, held, birthday=frozen_clock.moment.date().replace(year=1990))
            await proactive.want(session, held, [Topic.MEMBER_EVENTS])
    frozen_clock.move(HOUR)
    assert [await tell_wished(desk) for _ in range(4)] == [1, 1, 1, 0]
