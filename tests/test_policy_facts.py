"""Every sentence that names a number of the shop's policy says the number that holds.

Responses are filled with the policy's facts. The demo's articles are texts of their own: each phrase below is built
from the policy and must stand in its article.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from actions.endpoint import action_classes
from actions.kit.forms import FixedQuestion
from actions.kit.policy_facts import article_facts, facts, filled
from crm_store import tiers
from crm_store.language import Language, format_number
from crm_store.policy import policy, used
from crm_store.policy.membership import Tier
from crm_store.policy.units import Term
from crm_store.wording import Wording, placeholders
from crm_store.yaml_files import read_yaml
from tests.actions.conftest import responses
from tests.crm_store.policy.shop_files import written

ARTICLES = Path(__file__).parents[1] / "bot" / "demo" / "articles"

OTHER = written("""
hours: {weekly: {monday: 8:00-12:00, sunday: closed}}
callbacks: {offered_at: [10:00]}
orders: {refund_after_cancelling: 4 days, price_protection: 16 days}
shipping:
  free_from: ¥88
  fee: ¥9
  abroad:
    - {places: [HK, MO, TW], first_kilogram: ¥31, further_kilogram: ¥16, days_from: 3, days_to: 8}
    - {places: [JP, KR, SG, MY], first_kilogram: ¥61, further_kilogram: ¥32, days_from: 5, days_to: 11}
    - {places: [US, CA, GB, AU], first_kilogram: ¥121, further_kilogram: ¥62, days_from: 7, days_to: 16}
invoices: {sent_within: 36 h, askable_for: 90 days}
returns: {window: 10 days, window_at_fault: 40 days, refund_within: 5 days, repaired_within: 9 service days,
          send_within: 8 days, transit: 6 days, postage_from: ¥9, postage_to: ¥13}
warranty: {usual: 91 days, by_category: {electronics: 13 months}}
points: {review: 41, birthday_times: 3, arrive_after: 11 days, expire_after_years: 2, restored_for: 31 days,
         undo_within: 8 days, redeem_at_once: 6, expiry_notice: 61 days, birthday_days: week,
         referral: {member: 201, friend: 101}}
levels: {grace: 31 days}
members: {name_characters: 21, birthday_again_after: 200 days}
privacy: {answer_within: 14 days}
parcels: {proof_within: 4 service days}
proactive: {points_before: 33 days}
complaints: {reply_within: {low: 4 service days, normal: 3 service days, high: 5 h, critical: 3 h},
             reply_share: {}, severity_raised: {}}
tiers:
  - {code: bronze, needs: 0, earn_rate: 5, names: {zh-Hans: 普, zh-Hant: 普, en: B}, benefits: {}}
  - {code: silver, needs: 1001, earn_rate: 6, names: {zh-Hans: 银, zh-Hant: 銀, en: S}, benefits: {}}
  - {code: gold, needs: 5001, earn_rate: 7, names: {zh-Hans: 金, zh-Hant: 金, en: G}, benefits: {}}
  - {code: platinum, needs: 20001, earn_rate: 8, names: {zh-Hans: 白, zh-Hant: 白, en: P}, benefits: {}}
""")
"""A shop that decides everything differently."""

PHRASES = {
    "return_window": {
        "zh-Hans": ["签收后 {return_window}内可以无理由退货", "{fault_window}内都可以退换", "一般 {return_postage}"],
        "zh-Hant": ["簽收後 {return_window}內可以無理由退貨", "{fault_window}內都可以退換", "一般 {return_postage}"],
        "en": ["You have {return_window} from", "{fault_window} if it is faulty", "usually {return_postage}"],
    },
    "exchange_size": {
        "zh-Hans": ["签收后 {return_window}内可以换", "一般 {return_postage}"],
        "zh-Hant": ["簽收後 {return_window}內可以換", "一般 {return_postage}"],
        "en": ["within {return_window} of delivery", "usually {return_postage}"],
    },
    "warranty": {
        "zh-Hans": [
            "签收 {fault_window}内出现质量问题",
            "小家电和电子产品保修 {appliance_months} 个月",
            "家居用品 {warranty_days} 天",
            "护肤品、食品和耗材（滤纸、刷头）不在保修范围{no_warranty}",
        ],
        "zh-Hant": [
            "簽收 {fault_window}內發現品質問題",
            "小家電與電子產品保固 {appliance_months} 個月",
            "家居用品 {warranty_days} 天",
            "保養品、食品和耗材（濾紙、刷頭）不在保固範圍{no_warranty}",
        ],
        "en": [
            "within {fault_window}",
            "have a {appliance_months}-month warranty",
            "home goods {warranty_days} days",
            "Skin care, food and consumables (filters, brush heads) are not covered{no_warranty}",
        ],
    },
    "pre_order": {
        "zh-Hans": ["{cancel_refund_within}内全额退款", "{return_window}无理由退货"],
        "zh-Hant": ["{cancel_refund_within}內全額退款", "{return_window}無理由退貨"],
        "en": ["full refund within {cancel_refund_within}", "The {return_days}-day return"],
    },
    "refund_time": {
        "zh-Hans": ["到仓后 {refund_within}内退款", "订单，{cancel_refund_within}内退款"],
        "zh-Hant": ["到倉後 {refund_within}內退款", "訂單，{cancel_refund_within}內退款"],
        "en": ["We refund within {refund_within}", "refunded within {cancel_refund_within}"],
    },
    "delivery_time": {
        "zh-Hans": ["香港、澳门、台湾 {abroad_1_days} 个工作日"],
        "zh-Hant": ["台灣、香港、澳門 {abroad_1_days} 個工作天"],
        "en": ["Hong Kong, Macau and Taiwan take {abroad_1_days} working days"],
    },
    "store_locations": {
        "zh-Hans": ["满 {free_from} 元免费，不满收 {fee} 元"],
        "zh-Hant": ["滿 ¥{free_from} 免費，未滿收 ¥{fee}"],
        "en": ["free from ¥{free_from}, otherwise ¥{fee}"],
    },
    "price_protection": {
        "zh-Hans": ["付款后 {price_protection}内"],
        "zh-Hant": ["付款後 {price_protection}內"],
        "en": ["within {price_protection} of your payment"],
    },
    "shipping_cost": {
        "zh-Hans": ["满 {free_from} 元免运费，不满 {free_from} 元收 {fee} 元"],
        "zh-Hant": ["滿 ¥{free_from} 免運費，未滿 ¥{free_from} 收 ¥{fee}"],
        "en": ["free from ¥{free_from} and costs ¥{fee} below that"],
    },
    "overseas_shipping": {
        "zh-Hans": [
            "满 {free_from} 元包邮",
            "满 {free_from} 元免费，不满收 {fee} 元",
            "台湾：{abroad_1}，{abroad_1_days} 个工作日",
            "马来西亚：{abroad_2}，{abroad_2_days} 个工作日",
            "澳大利亚：{abroad_3}，{abroad_3_days} 个工作日",
            "之后每公斤加首重的{further_share}",
        ],
        "zh-Hant": [
            "滿 ¥{free_from} 免運，未滿收 ¥{fee}",
            "澳門：{abroad_1}，{abroad_1_days} 個工作天",
            "馬來西亞：{abroad_2}，{abroad_2_days} 個工作天",
            "澳洲：{abroad_3}，{abroad_3_days} 個工作天",
            "超過後每公斤加收首重的{further_share}",
        ],
        "en": [
            "Free shipping from ¥{free_from}",
            "free from ¥{free_from}, otherwise ¥{fee}",
            "Taiwan: {abroad_1}, {abroad_1_days} working days",
            "Malaysia: {abroad_2}, {abroad_2_days} working days",
            "Australia: {abroad_3}, {abroad_3_days} working days",
            "each further one costs {further_share} of that",
        ],
    },
    "invoice_how": {
        "zh-Hans": ["{invoice_within}内发到您的邮箱", "下单后 {invoice_window}内都可以申请"],
        "zh-Hant": ["{invoice_within}內寄到您的電子信箱", "下單後 {invoice_window}內都可以申請"],
        "en": ["within {invoice_within}", "up to {invoice_window} after ordering"],
    },
    "points_earn_rate": {
        "zh-Hans": [
            "普通会员得 {bronze_rate} 分，银卡 {silver_rate} 分，金卡 {gold_rate} 分，白金 {platinum_rate} 分",
            "银卡会员实付 210 元，得 {silver_example} 分",
            "每单写一次评价送 {review} 分",
            "生日当天下的单{birthday_earns}",
            "签收 {points_after}之后",
        ],
        "zh-Hant": [
            "普通會員得 {bronze_rate} 點積分，銀卡 {silver_rate}，金卡 {gold_rate}，白金 {platinum_rate}",
            "銀卡會員實付 ¥210，可得 {silver_example} 積分",
            "每筆訂單寫一次評價送 {review} 積分",
            "生日當天下的訂單{birthday_earns}",
            "簽收 {points_after}後",
        ],
        "en": [
            "{bronze_rate} point as a bronze member, {silver_rate} as silver, {gold_rate} as gold and {platinum_rate}",
            "paying ¥210 earns {silver_example} points",
            "reviewing an order adds {review} points",
            "placed on your birthday earn {birthday_earns}",
            "complete: {points_after} after delivery",
        ],
    },
    "points_expiry_policy": {
        "zh-Hans": [
            "有效到获得的{last_year}年底",
            "再给您 {restored_for}",
            "{expiry_notice}内要到期的",
            "到期前 {expiry_reminder}我会提醒您一次",
        ],
        "zh-Hant": [
            "效期到獲得的{last_year}年底",
            "再給您 {restored_for}",
            "{expiry_notice}內要到期的",
            "到期前 {expiry_reminder}我會提醒您一次",
        ],
        "en": [
            "until the end of {last_year}: 31 December",
            "or get {restored_for} if it has passed",
            "what expires within {expiry_notice}",
            "I remind you once, {expiry_reminder} before they expire",
        ],
    },
    "birthday_gift": {
        "zh-Hans": ["{birthday_days}下的单，积分{birthday_times}", "{yearly}只能改一次", "签收 {points_after}后到账"],
        "zh-Hant": ["{birthday_days}下的訂單，積分{birthday_times}", "{yearly}只能改一次", "簽收 {points_after}後入帳"],
        "en": ["earn every member {birthday_earns} points", "once {birthday_every}", "{points_after} after delivery"],
    },
    "tier_rules": {
        "zh-Hans": [
            "满 {silver_needs} 升银卡，满 {gold_needs} 升金卡，满 {platinum_needs} 升白金",
            "普通 {bronze_rate} 倍、银卡 {silver_rate} 倍、金卡 {gold_rate} 倍、白金 {platinum_rate} 倍",
            "{level_grace}会降到相应的一级",
        ],
        "zh-Hant": [
            "滿 {silver_needs} 升銀卡，滿 {gold_needs} 升金卡，滿 {platinum_needs} 升白金",
            "普通 {bronze_rate} 倍、銀卡 {silver_rate} 倍、金卡 {gold_rate} 倍、白金 {platinum_rate} 倍",
            "{level_grace}會調整到相應的等級",
        ],
        "en": [
            "{silver_needs} make you silver, {gold_needs} gold, {platinum_needs} platinum",
            "({bronze_rate}, {silver_rate}, {gold_rate} or {platinum_rate} points per ¥1)",
        ],
    },
    "store_hours": {
        "zh-Hans": ["人工客服{service_hours}"],
        "zh-Hant": ["真人客服{service_hours}"],
        "en": ["My human colleagues are here {daily_hours}"],
    },
    "data_privacy": {
        "zh-Hans": ["最晚 {privacy_answer}办好"],
        "zh-Hant": ["最晚 {privacy_answer}辦好"],
        "en": ["done within {privacy_answer}"],
    },
    "care": {
        "zh-Hans": ["{fault_window}内可以退换"],
        "zh-Hant": ["{fault_window}內可以退換"],
        "en": ["returned or exchanged within {fault_window}"],
    },
    "complaints": {
        "zh-Hans": ["一般的投诉 {complaint_reply}内答复", "人员和退款的 {complaint_reply_high}内"],
        "zh-Hant": ["一般的申訴 {complaint_reply}內回覆", "人員和退款的 {complaint_reply_high}內"],
        "en": ["is answered within {complaint_reply}", "staff or a refund within {complaint_reply_high}"],
    },
    "damage_by_goods": {
        "zh-Hans": ["{complaint_reply}内答复", "{fault_window}内可以退换"],
        "zh-Hant": ["{complaint_reply}內回覆", "{fault_window}內可以退換"],
        "en": ["a colleague replies within {complaint_reply}", "exchange it within {fault_window}"],
    },
    "first_order": {
        "zh-Hans": ["满 {free_from} 元免运费", "您得 {referral_friend} 分", "推荐您的人得 {referral_member} 分"],
        "zh-Hant": ["滿 ¥{free_from} 免運費", "您得 {referral_friend} 點", "推薦您的人得 {referral_member} 點"],
        "en": ["free shipping from ¥{free_from}", "you get {referral_friend} points and they get {referral_member}"],
    },
    "late_parcel": {
        "zh-Hans": ["收下后 {return_window}内可以退"],
        "zh-Hant": ["收下後 {return_window}內可以退"],
        "en": ["returned within {return_window}"],
    },
}  # fmt: skip

TIMES = {2: {"zh-Hans": ("双倍", "翻倍"), "zh-Hant": ("雙倍", "加倍"), "en": ("double", "double")}}
"""Words for what an order on the birthday earns."""


def values(language: Language) -> dict[str, str]:
    """The facts of the policy in force, and those that only articles name."""
    shop = policy()
    tag = language.value
    earns, times = TIMES.get(shop.points.birthday_times, {}).get(tag, ("?", "?"))
    every_year = shop.members.birthday_again_after == timedelta(days=365)
    next_year = {"zh-Hans": "第二年", "zh-Hant": "隔年", "en": "the year after the one you earned them in"}[tag]
    halves = all(zone.further_kilogram * 2 == zone.first_kilogram for zone in shop.shipping.abroad.root)
    half = {"zh-Hans": "一半", "zh-Hant": "一半", "en": "half"}[tag]
    found = article_facts(language) | {
        "return_days": str(shop.returns.window.days),
        "free_from": str(shop.shipping.free_from // 100),
        "fee": str(shop.shipping.fee // 100),
        "further_share": half if halves else "?",
        "daily_hours": facts(language)["service_hours"].replace("every day", "daily"),
        "birthday_earns": earns,
        "birthday_times": times,
        "yearly": "每年" if every_year else "?",
        "appliance_months": str(shop.warranty.by_category.get("electronics", Term()).months),
        "warranty_days": str(shop.warranty.usual.days),
        "no_warranty": "" if shop.warranty.by_category.get("skin_care") == Term() else "?",
        "last_year": next_year if shop.points.expire_after_years == 1 else "?",
    }
    for tier in shop.tiers.root:
        found[f"{tier.code}_rate"] = str(tier.earn_rate)
        found[f"{tier.code}_needs"] = format_number(tier.needs)
        found[f"{tier.code}_example"] = str(210 * tier.earn_rate)
    return found


def phrases(slug: str, language: Language) -> list[str]:
    known = values(language)
    return [re.sub(r"{([^}]+)}", lambda part: known[part[1]], text) for text in PHRASES[slug][language.value]]


@cache
def article(slug: str) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(ARTICLES / f"{slug}.yml")
    return content


def body(slug: str, language: Language) -> str:
    return str(article(slug)["bodies"][language.value])


def answers(slug: str, language: Language) -> list[str]:
    return [filled(each["say"][language.value], language) for each in article(slug)["answers"]]


def level(tier: Tier, language: Language) -> str:
    """A level as articles name it: 金卡, gold."""
    return tier.names[language.value].removesuffix("会员").removesuffix("會員").lower()


def levels_with(benefit: str, language: Language) -> list[str]:
    return [level(tier, language) for tier in policy().tiers.root if benefit in tier.benefits]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("slug", PHRASES)
class TestArticles:
    def test_an_article_says_what_holds(self, slug: str, language: Language) -> None:
        text = body(slug, language)
        assert [phrase for phrase in phrases(slug, language) if phrase not in text] == []

    def test_another_policy_would_be_noticed(self, slug: str, language: Language) -> None:
        text = body(slug, language)
        with used(OTHER):
            assert [phrase for phrase in phrases(slug, language) if phrase in text] == []


class TestAnswers:
    @pytest.mark.parametrize("language", list(Language))
    def test_every_placeholder_is_a_fact(self, language: Language) -> None:
        for file in ARTICLES.glob("*.yml"):
            assert [told for told in answers(file.stem, language) if "{" in told] == []

    def test_every_fact_of_articles_is_named_by_some_answer(self) -> None:
        texts = "".join(file.read_text(encoding="utf-8") for file in ARTICLES.glob("*.yml"))
        own = set(article_facts(Language.EN)) - set(facts(Language.EN))
        assert [name for name in sorted(own) if f"{{{name}}}" not in texts] == []

    @pytest.mark.parametrize("language", list(Language))
    def test_every_fact_of_articles_is_the_policys(self, language: Language) -> None:
        standard = article_facts(language)
        with used(OTHER):
            other = article_facts(language)
        alike = {name for name in standard if standard[name] == other[name]}
        assert alike == {"instalments_from", "instalment_terms", "instalments_free", "instalment_fee"}


class TestResponses:
    @pytest.mark.parametrize("language", list(Language))
    def test_every_fact_is_the_policys(self, language: Language) -> None:
        standard = facts(language)
        with used(OTHER):
            other = facts(language)
        assert [name for name in standard if standard[name] == other[name]] == []

    def test_every_fact_is_named_by_some_response(self) -> None:
        named = {name for reply in responses().values() for text in texts(reply) for name in placeholders(text)}
        assert set(facts(Language.EN)) - named == set()

    def test_a_question_that_is_asked_without_values_names_none(self) -> None:
        fixed = [name for name, cls in action_classes().items() if issubclass(cls, FixedQuestion)]
        for name in fixed:
            for text in texts(responses()[name.replace("action_", "reply_", 1)]):
                assert placeholders(text) == set()

    def test_no_response_keeps_a_number_of_its_own(self) -> None:
        """Lengths of time in a response are the policy's; what is not stands here by name."""
        own = {"reply_refunds_paid": "1–2"}
        spans = re.compile(r"\d+ ?(?:天|小时|小時|days?|hours?)\b|\d:\d\d")
        found = {
            name: text
            for name, reply in responses().items()
            for text in texts(reply)
            if spans.search(text) and own.get(name, "\0") not in text
        }
        assert found == {}


class TestWordsOfThePolicyFile:
    def test_who_has_double_points_on_the_birthday_is_told_so(self) -> None:
        """The benefit's words, and those of the ledger ("生日双倍"), say double: it has to be double."""
        assert policy().points.birthday_times in TIMES
        for tier in policy().tiers.root:
            texts = tier.benefits["birthday_double_points"]
            assert (texts["zh-Hans"], texts["en"][:6]) == ("{birthday_days}下单，积分翻倍", "Double")

    @pytest.mark.parametrize("language", list(Language))
    def test_the_birthday_article_names_each_levels_gift(self, language: Language) -> None:
        text = body("birthday_gift", language)
        gifts = [tier.benefits.get("birthday_gift") for tier in policy().tiers.root]
        amounts = [found[0] for gift in gifts if gift and (found := re.findall(r"\d+", gift[language.value]))]
        assert amounts == ["20", "50"]
        assert all(amount in text for amount in amounts)

    @pytest.mark.parametrize("language", list(Language))
    def test_benefits_and_the_birthday_article_tell_one_story(self, language: Language) -> None:
        """Points double on the day of the birthday, of orders placed then; the gift comes within its month."""
        day, month, box, gift_of = {
            "zh-Hans": ("生日当天下", "生日(?:月|当月)", "生日礼盒", "{level}[^，；。]*{gift}"),
            "zh-Hant": ("生日當天下", "生日(?:月|當月)", "生日禮盒", "{level}[^，；。]*{gift}"),
            "en": ("orders placed on", "month of your birthday", "gift box", "{gift}[^,.]* for {level}"),
        }[language.value]
        text = body("birthday_gift", language)
        assert day in text.replace("Orders", "orders")
        assert re.search(month, text)
        for tier in policy().tiers.root:
            assert day.lower() in filled(tier.benefits["birthday_double_points"][language.value], language)
            gift = tier.benefits.get("birthday_gift", {}).get(language.value)
            if gift is not None:
                amount = re.search(r"¥?\d+", gift)
                assert re.search(month, gift)
                assert re.search(
                    gift_of.format(level=level(tier, language), gift=amount.group() if amount else box), text
                )

    @pytest.mark.parametrize("language", list(Language))
    def test_who_ships_free_is_told_alike_everywhere(self, language: Language) -> None:
        """Every text that says so names all the levels that do, and where to: mainland China."""
        free, mainland = {
            "zh-Hans": ("包邮", "中国大陆"),
            "zh-Hant": ("免運", "中國大陸"),
            "en": (r"ships? free|ree shipping|[Pp]ay none", "mainland China"),
        }[language.value]
        levels = levels_with("free_shipping", language)
        assert len(levels) == 2
        for tier in policy().tiers.root:
            assert mainland in tier.benefits.get("free_shipping", {language.value: mainland})[language.value]
        told = []
        for slug in ("shipping_cost", "overseas_shipping", "tier_rules"):
            for text in (body(slug, language), *answers(slug, language)):
                sentences = re.split(r"[。\n]|\. (?=[A-Z])", text)
                told += [each.lower() for each in sentences if re.search(free, each) and levels[0] in each.lower()]
        assert len(told) >= 6
        assert [each for each in told if not all(part in each for part in (*levels, mainland.lower()))] == []

    @pytest.mark.parametrize("language", list(Language))
    def test_who_has_gifts_wrapped_free_is_told(self, language: Language) -> None:
        levels = levels_with("gift_wrapping", language)
        assert len(levels) == 1
        costs = [each for each in answers("gift_wrapping", language) if "299" in each]
        assert len(costs) == 2
        assert all(levels[0] in each for each in (*costs, body("gift_wrapping", language)))

    def test_levels_are_named_by_the_file(self) -> None:
        assert tiers.name("gold", Language.ZH_HANT) == "金卡會員"
        with used(OTHER):
            assert tiers.name("gold", Language.ZH_HANT) == "金"


def texts(wording: Wording) -> Iterator[str]:
    """Every variation in every language."""
    return chain.from_iterable(wording.variations.values())
