"""Topics of news, stopped and taken up one by one in the customer's words; what stays is said."""

from typing import Any

import pytest

from actions.member.news_wish import NewsWish, Reach, to_start, to_stop
from actions.member.subscription import ActionOptIn, ActionOptOut
from crm_store import conversations, members, proactive
from crm_store.messages import Reply
from crm_store.proactive import MARKETING, HeldBack, Kind, News, Topic
from crm_store.products import Product
from tests.actions.conftest import Customer
from tests.crm_store.policy.shop_files import changed

ALL = frozenset(Topic)
BAGS_ONLY = NewsWish(Reach.ONLY, (Topic.NEW_GOODS,), ("bags",))
ALWAYS = "proactive: {after_talk: 0 min, quiet_from: 0:00, quiet_until: 0:00}"


async def wanted(customer: Customer) -> frozenset[Topic]:
    assert customer.member is not None
    async with customer.database.reading() as session:
        return await proactive.wanted(session, await members.get(session, customer.member.id))


async def chosen(customer: Customer) -> list[str]:
    assert customer.member is not None
    async with customer.database.reading() as session:
        return (await members.get(session, customer.member.id)).interests


async def pressed(customer: Customer, action: type[Any], choice: str) -> Any:
    intent = "opt_out" if action is ActionOptOut else "opt_in"
    return await customer.run(action, f'/{intent}{{"choice":"{choice}"}}', intent, entities={"choice": choice})


async def told(customer: Customer, kind: Kind) -> None:
    """The customer has just got a message of this kind."""
    assert customer.member is not None
    news = News(kind=kind, thing=customer.user, member_id=customer.member.id)
    with changed(ALWAYS):
        async with customer.database.transaction() as session:
            done = await proactive.send(session, news, lambda _member, _language: Reply(text="…"))
    assert not isinstance(done, HeldBack), done


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("别再发快递提醒", NewsWish(Reach.NAMED, (Topic.PARCELS,))),
        ("訂單通知不用傳給我了", NewsWish(Reach.NAMED, (Topic.PARCELS,))),
        ("stop the delivery notifications", NewsWish(Reach.NAMED, (Topic.PARCELS,))),
        ("上新提醒不用了", NewsWish(Reach.NAMED, (Topic.NEW_GOODS,))),
        ("别老让我打分", NewsWish(Reach.NAMED, (Topic.SURVEYS,))),
        ("积分到期和生日短信都别发了", NewsWish(Reach.NAMED, (Topic.POINTS, Topic.MEMBER_EVENTS))),
        ("only tell me about new bags", BAGS_ONLY),
        ("只要新包的消息，别的别发", BAGS_ONLY),
        ("除了发货通知，其余一律别打扰", NewsWish(Reach.ONLY, (Topic.PARCELS,))),
        ("stop everything", NewsWish(Reach.EVERYTHING)),
        ("don't keep sending me delivery notifications", NewsWish(Reach.NAMED, (Topic.PARCELS,))),
        ("别再给我发广告短信了烦死 但我物流短信还得收啊", NewsWish(Reach.MARKETING)),
        ("廣告別再傳了，物流通知照發", NewsWish(Reach.MARKETING)),
        ("no more ads please, but keep the delivery notifications", NewsWish(Reach.MARKETING)),
        ("所有通知都给我停了", NewsWish(Reach.EVERYTHING)),
        ("退订", NewsWish(Reach.MARKETING)),
        ("不想再收到活动消息", NewsWish(Reach.MARKETING)),
        ("对对对 活动的全都别发了", NewsWish(Reach.MARKETING)),
        ("别给我发广告了", NewsWish(Reach.MARKETING)),
        ("no more marketing", NewsWish(Reach.MARKETING)),
    ],
)
def test_what_is_to_stop(text: str, wish: NewsWish) -> None:
    assert to_stop(text) == wish


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("subscribe me to new goods again", NewsWish(Reach.NAMED, (Topic.NEW_GOODS,))),
        ("only tell me about new bags", BAGS_ONLY),
        ("有新鞋子告诉我", NewsWish(Reach.NAMED, (Topic.NEW_GOODS,), ("shoes",))),
        ("快递提醒还是开着吧", NewsWish(Reach.NAMED, (Topic.PARCELS,))),
        ("有折扣通知我", NewsWish(Reach.NAMED, (Topic.OFFERS,))),
        ("还是恢复吧", NewsWish(Reach.MARKETING)),
    ],
)
def test_what_is_to_begin(text: str, wish: NewsWish) -> None:
    assert to_start(text) == wish


async def test_a_narrow_wish_stops_one_topic_at_once_and_says_what_stays(member: Customer) -> None:
    ran = await member.run(ActionOptOut, "别再发快递提醒", "opt_out")
    assert ran.only.text == (
        "好，订单和包裹提醒不再发了。还会告诉您的：退款到账提醒、积分和等级提醒、到货提醒、打分邀请、新品、优惠、会员活动。"
    )
    assert await wanted(member) == ALL - {Topic.PARCELS}
    assert ran.only.payloads == ['/opt_in{"choice":"parcels"}']
    await pressed(member, ActionOptIn, "parcels")
    assert await wanted(member) == ALL


async def test_taken_back_the_same_topic_comes_again_and_no_other(member: Customer) -> None:
    await member.run(ActionOptOut, "退订", "opt_out")
    await pressed(member, ActionOptOut, "yes")
    await member.run(ActionOptOut, "stop delivery updates", "opt_out", language="en")
    ran = await member.run(ActionOptIn, "no wait, send them again", "opt_in", language="en")
    assert ran.responses == ["reply_opted_in_to"]
    assert await wanted(member) == ALL - MARKETING


async def test_asked_whether_it_can_be_stopped_nothing_is_done_by_itself(member: Customer) -> None:
    ran = await member.run(ActionOptOut, "快递提醒可以关掉吗", "opt_out")
    assert ran.responses == ["reply_topics_sure"]
    assert await wanted(member) == ALL
    await pressed(member, ActionOptOut, "parcels")
    assert await wanted(member) == ALL - {Topic.PARCELS}
    ran = await member.run(ActionOptOut, "订单通知还有没有", "opt_out")
    assert ran.responses == ["reply_topics_are_off"]


async def test_everything_is_service_too(member: Customer) -> None:
    ran = await member.run(ActionOptOut, "stop everything", "opt_out", language="en")
    assert ran.responses == ["reply_everything_stopped"]
    assert await wanted(member) == frozenset()


async def test_only_new_bags_keeps_the_own_orders(member: Customer) -> None:
    ran = await member.run(ActionOptOut, "only tell me about new bags", "opt_out", language="en")
    assert ran.responses == ["reply_topics_only"]
    assert await wanted(member) == (ALL - MARKETING) | {Topic.NEW_GOODS}
    assert await chosen(member) == ["bags"]


async def test_the_word_that_a_marketing_message_names_stops_it_without_a_question(member: Customer) -> None:
    await told(member, Kind.NEW_GOODS)
    assert (await member.run(ActionOptOut, "退订", "opt_out")).responses == ["reply_opted_out"]
    assert await wanted(member) == ALL - MARKETING


async def test_stop_after_a_notice_is_about_that_notice(member: Customer) -> None:
    await told(member, Kind.PARCEL_MOVED)
    ran = await member.run(ActionOptOut, "stop", "opt_out", language="en")
    assert ran.responses == ["reply_topics_stopped"]
    assert await wanted(member) == ALL - {Topic.PARCELS}


async def test_new_goods_need_a_kind_which_is_asked_for_once(member: Customer) -> None:
    ran = await member.run(ActionOptIn, "有新品告诉我", "opt_in")
    assert ran.responses == ["reply_interest_asked"]
    assert '/opt_in{"choice":"interest:bags"}' in ran.only.payloads
    ran = await pressed(member, ActionOptIn, "interest:bags")
    assert ran.only.text == "好，箱包有新品就告诉您。想停说一声就行。"
    await member.run(ActionOptIn, "新鞋子也告诉我", "opt_in")
    assert await chosen(member) == ["bags", "shoes"]


async def test_goods_that_are_sold_out_are_waited_for(member: Customer) -> None:
    async with member.database.transaction() as session:
        names = {"zh-Hans": "城市双肩包", "zh-Hant": "城市後背包", "en": "City backpack"}
        session.add(Product(sku="BAG", names=names, category="bags", price_minor=29_900))
    ran = await pressed(member, ActionOptIn, "stock:BAG")
    assert ran.only.text == "好，「城市双肩包」一到货就告诉您。"
    assert (await pressed(member, ActionOptIn, "stock:GONE")).responses == ["reply_product_which"]
    assert member.member is not None
    async with member.database.reading() as session:
        assert [each.sku for each in await proactive.waited_for(session, member.member.id)] == ["BAG"]
        assert (await conversations.get(session, member.conversation_id)).member_id == member.member.id


@pytest.mark.parametrize("said", ["到货了告诉我", "有货了通知我一下"])
async def test_word_of_what_was_spoken_of_is_no_wish_for_all_our_news(member: Customer, said: str) -> None:
    assert member.member is not None
    async with member.database.transaction() as session:
        names = {"zh-Hans": "城市双肩包", "zh-Hant": "城市後背包", "en": "City backpack"}
        session.add(Product(sku="BAG", names=names, category="bags", price_minor=29_900))
    assert (await member.run(ActionOptIn, said, "opt_in")).responses == ["reply_product_which"]
    ran = await member.run(ActionOptIn, said, "opt_in", slots={"focus": {"product": "BAG"}})
    assert ran.only.text == "好，「城市双肩包」一到货就告诉您。"
    async with member.database.reading() as session:
        assert [each.sku for each in await proactive.waited_for(session, member.member.id)] == ["BAG"]
    assert (await member.run(ActionOptIn, "恢复订阅", "opt_in")).responses != ["reply_product_which"]


async def test_what_is_said_to_go_on_is_true(member: Customer) -> None:
    await pressed(member, ActionOptOut, "parcels")
    ran = await member.run(ActionOptOut, "退订", "opt_out")
    assert ran.responses == ["reply_topics_sure"]
    ran = await pressed(member, ActionOptOut, "yes")
    assert ran.only.text == (
        "好，新品、优惠、会员活动不再发了。还会告诉您的：退款到账提醒、积分和等级提醒、到货提醒、打分邀请。"
    )
    assert (await member.run(ActionOptOut, "退订", "opt_out")).responses == ["reply_topics_are_off"]
    member.follows = True
    ran = await member.run(ActionOptOut, "快递到了还会通知我吗", "opt_out")
    assert ran.responses == ["reply_topics_are_off"]
