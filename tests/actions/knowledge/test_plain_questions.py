"""Questions known by their words: what the articles say, what the desk holds to, and what is written nowhere."""

from pathlib import Path

import pytest
import pytest_asyncio

from actions.knowledge.answers import ActionFaq
from actions.knowledge.index import KnowledgeIndex, use_index
from actions.products.catalogue import ActionProduct
from bot.sentences import encode
from crm_store import knowledge
from crm_store.db import Database
from tests.actions.conftest import Customer
from tests.actions.knowledge.test_answers import publish

NEEDED = (
    "return_window",
    "payment_methods",
    "pre_order",
    "installment",
    "gift_wrapping",
    "points_expiry_policy",
    "data_privacy",
    "tier_rules",
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions.knowledge.index.PATIENCE_SECONDS", 600.0)


@pytest_asyncio.fixture
async def index(database: Database, vectors_folder: Path) -> KnowledgeIndex:
    await publish(database, *NEEDED)
    index = KnowledgeIndex(database, using=encode, folder=vectors_folder)
    use_index(index)
    return index


@pytest.mark.parametrize(
    ("text", "language", "says"),
    [
        ("没坏就是不想要，给我几天考虑", "zh-Hans", "7 天"),
        ("純粹不喜歡，鑑賞期有幾天", "zh-Hant", "7 天"),
        ("what's the latest I can bring something back", "en", "7 days"),
        ("我没说门店，网上买的话怎么付", "zh-Hans", "支付宝"),
        ("预订的不想等了，没寄能取消吗", "zh-Hans", "发货前随时取消"),
        ("卡扣了 300，显示订单取消", "zh-Hans", "1 个工作日"),
        ("俾咗錢，但係話付款失敗", "zh-Hant", "1 個工作天"),
        ("my card was charged but it says order cancelled??", "en", "1 working day"),
        ("could you extend my points a bit", "en", "No, "),
        ("積分可以展期嗎", "zh-Hant", "不能"),
        ("what do couriers know about me", "en", "name, phone and address"),
        ("退货申请要是被拒绝了怎么办", "zh-Hans", "会在对话里告诉您原因"),
        ("退貨審核沒過會通知我嗎", "zh-Hant", "會在對話裡告訴您原因"),
        ("what happens if my return gets rejected", "en", "tells you the reason"),
        ("退了的订单还算升级的消费吗", "zh-Hans", "不算"),
        ("退貨的訂單算不算升等", "zh-Hant", "不算"),
        ("do refunded orders still count for gold", "en", "do not count"),
    ],
)
async def test_the_articles_answer_it(
    index: KnowledgeIndex, customer: Customer, text: str, language: str, says: str
) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", language=language)
    assert ran.responses == ["reply_faq_answer"]
    assert says in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "response"),
    [
        ("普通现货，寄走了还能取消吗", "zh-Hans", "reply_rule_cancelled_after_sent"),
        ("下單後還能換收件地址嗎，規定怎樣", "zh-Hant", "reply_rule_address_changed"),
        ("充电宝淋湿了还能充吗", "zh-Hans", "reply_rule_wet_battery"),
        ("行動電源掉進水裡了", "zh-Hant", "reply_rule_wet_battery"),
        ("coffee all over my power bank", "en", "reply_rule_wet_battery"),
        ("i clicked twice and now there are two of the same order", "en", "reply_rule_ordered_twice"),
        ("物流多少天不更新才算丢件", "zh-Hans", "reply_rule_parcel_lost"),
        ("要是到貨有幾個凹了換不換", "zh-Hant", "reply_rule_arrives_damaged"),
        ("can the recipient swap it for another size", "en", "reply_rule_receiver_swaps"),
        ("没有购物小票能退货吗", "zh-Hans", "reply_rule_receipt_for_return"),
        ("那款電鍋什麼時候補貨", "zh-Hant", "reply_rule_restocked_when"),
        ("when will it be back in stock", "en", "reply_rule_restocked_when"),
    ],
)
async def test_what_the_desk_holds_to_is_told_where_no_article_is_about_it(
    index: KnowledgeIndex, customer: Customer, text: str, language: str, response: str
) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", language=language)
    assert ran.responses == [response]
    assert not ran.only.payloads


async def test_what_is_written_nowhere_is_said_so_and_kept_for_the_editors(
    index: KnowledgeIndex, customer: Customer, database: Database
) -> None:
    ran = await customer.run(ActionFaq, "你们的杯子能刻字吗", "ask_faq")
    assert ran.responses == ["reply_rule_unwritten"]
    async with database.reading() as session:
        assert [gap.question for gap in await knowledge.gaps(session)] == ["你们的杯子能刻字吗"]


@pytest.mark.parametrize(
    ("text", "language", "response", "holds"),
    [
        ("快递来了我直接拒收行不行", "zh-Hans", "reply_rule_parcel_refused", "7 天内"),
        ("包裹可以直接拒收嗎", "zh-Hant", "reply_rule_parcel_refused", "7 天內"),
        ("what if I refuse the parcel at the door", "en", "reply_rule_parcel_refused", "7 days"),
        ("就超了一天，通融一下行不行", "zh-Hans", "reply_rule_bent", "7 天"),
        ("才過了一天，可以破例嗎", "zh-Hant", "reply_rule_bent", "7 天"),
        ("can you make an exception, it's just a day over", "en", "reply_rule_bent", "7 days"),
        ("必须注册才能下单吗", "zh-Hans", "reply_rule_order_as_guest", "免费"),
        ("can I place an order as a guest", "en", "reply_rule_order_as_guest", "free"),
    ],
)
async def test_what_is_sure_is_told_and_a_person_offered_for_the_rest(
    index: KnowledgeIndex, customer: Customer, *, text: str, language: str, response: str, holds: str
) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", language=language)
    assert ran.responses == [response]
    assert holds in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "holds"),
    [("退货规定全文发我", "zh-Hans", "内衣袜子"), ("show me the full return policy", "en", "Underwear, socks")],
)
async def test_the_whole_text_of_a_rule_is_told_where_it_is_wished(
    index: KnowledgeIndex, customer: Customer, text: str, language: str, holds: str
) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", language=language)
    assert ran.responses == ["reply_faq_answer"]
    assert holds in ran.only.text


@pytest.mark.parametrize(
    ("text", "language", "asked"),
    [
        ("can you engrave the flask? or at least wrap it", "en", "can you engrave it"),
        ("杯子可以刻字嗎，能不能包成禮物", "zh-Hant", "可以刻字嗎"),
    ],
)
async def test_a_yes_to_one_question_does_not_cover_the_other(
    index: KnowledgeIndex, customer: Customer, text: str, language: str, asked: str
) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", language=language)
    assert ran.responses == ["reply_rule_unwritten_beside", "reply_faq_answer"]
    assert asked in ran.said[0].text


async def test_a_shop_that_writes_on_it_tells_its_own_rule(
    index: KnowledgeIndex, customer: Customer, database: Database
) -> None:
    ways = ["可以拒收包裹吗", "能拒收快递吗", "不想要了拒收行吗"]
    async with database.transaction() as session:
        await knowledge.upsert(
            session,
            slug="refusing",
            titles={"zh-Hans": "拒收包裹"},
            bodies={"zh-Hans": "可以拒收，运费 12 元。"},
            answers=[knowledge.Answer({"zh-Hans": ways}, {"zh-Hans": "可以拒收，退回的运费 12 元由您出。"})],
        )
    ran = await customer.run(ActionFaq, "快递来了我直接拒收行不行", "ask_faq")
    assert ran.responses == ["reply_faq_answer"]
    assert "12 元" in ran.only.text


async def test_a_question_put_right_is_never_answered_with_what_was_just_told(
    index: KnowledgeIndex, customer: Customer
) -> None:
    first = await customer.run(ActionFaq, "付完款能改期数吗", "ask_faq")
    assert first.responses == ["reply_faq_answer"]
    again = await customer.run(ActionFaq, "我没问改期数，付完款多久不付会取消", "ask_faq")
    assert first.only.text not in [said.text for said in again.said]


async def test_goods_are_asked_about_right_after_a_rule_of_no_article(
    index: KnowledgeIndex, customer: Customer
) -> None:
    await customer.run(ActionFaq, "i clicked twice, two identical orders now", "ask_faq", language="en")
    ran = await customer.run(ActionProduct, "do you sell bicycles", "ask_product", entities={"product": "bicycles"})
    assert ran.responses == ["reply_product_none"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("can i pay with visa without an account?", "en"),
        ("可以刷 visa 吗，我没有账号", "zh-Hans"),
        ("可以刷 visa 嗎，我沒有帳號", "zh-Hant"),
    ],
)
async def test_what_stands_beside_it_is_answered_behind_it(
    index: KnowledgeIndex, customer: Customer, text: str, language: str
) -> None:
    ran = await customer.run(ActionFaq, text, "ask_faq", language=language)
    assert ran.responses == ["reply_faq_answer", "reply_rule_order_as_guest"]
    assert "Visa" in ran.said[0].text
