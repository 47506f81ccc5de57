"""The demo shop's articles say one thing: among themselves, and beside the catalogue and what the bot does."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from actions.kit.words import lexicon
from crm_store.language import Language
from crm_store.policy import policy
from crm_store.policy.units import read_term
from crm_store.yaml_files import read_yaml

DEMO = Path(__file__).parents[3] / "bot" / "demo"
SLUGS = sorted(file.stem for file in (DEMO / "articles").glob("*.yml"))


@cache
def content(name: str) -> dict[str, Any]:
    read: dict[str, Any] = read_yaml(DEMO / name)
    return read


def article(slug: str) -> dict[str, Any]:
    return content(f"articles/{slug}.yml")


def body(slug: str, language: Language) -> str:
    return str(article(slug)["bodies"][language.value])


def answers(slug: str, language: Language) -> list[str]:
    return [answer["say"][language.value] for answer in article(slug)["answers"]]


def said(slug: str, language: Language) -> list[str]:
    """What customers read of an article: body and answers."""
    return [body(slug, language), *answers(slug, language)]


def sentences(text: str) -> list[str]:
    return re.split(r"[。\n]|\. (?=[A-Z])", text)


@pytest.mark.parametrize("slug", SLUGS)
class TestTexts:
    def test_every_text_is_there_in_all_languages(self, slug: str) -> None:
        tongues = {each.value for each in Language}
        whole = article(slug)
        texts = [whole["titles"], whole["bodies"], whole["questions"], whole["keywords"]]
        texts += [answer[part] for answer in whole["answers"] for part in ("ask", "say")]
        assert all(set(each) == tongues and all(each.values()) for each in texts)

    def test_traditional_chinese_has_one_word_for_one_thing(self, slug: str) -> None:
        """What is said; customers ask in whatever words they have."""
        others = ["到貨提醒", "絲帶", "護膚品", "訂製", "門市取貨", "門市自提", "價差", "確認身份"]
        assert [word for text in said(slug, Language.ZH_HANT) for word in others if word in text] == []


class TestWhoAsks:
    @pytest.mark.parametrize("language", list(Language))
    @pytest.mark.parametrize("slug", ["refund_time", "delivery_time", "price_protection"])
    def test_an_order_number_alone_is_never_enough(self, slug: str, language: Language) -> None:
        """Nothing about an order is told before it is known who asks."""
        number, known = {
            "zh-Hans": ("订单号", "登录"),
            "zh-Hant": ("訂單編號", "登入"),
            "en": ("the order number", "[Ss]ign in"),
        }[language.value]
        asking = [each for text in said(slug, language) for each in sentences(text) if number in each]
        assert len(asking) == 2
        assert all(re.search(known, each) for each in asking)

    @pytest.mark.parametrize("language", list(Language))
    def test_a_suspicious_call_has_its_answers(self, language: Language) -> None:
        never, hang_up = {
            "zh-Hans": ("不会要您|里要您", "先挂断"),
            "zh-Hant": ("不會要您|裡要您", "先掛斷"),
            "en": ("never ask", "[Hh]ang up"),
        }[language.value]
        whole = article("data_privacy")
        for words in (never, hang_up):
            assert re.search(words, whole["bodies"][language.value])
            found = [each for each in whole["answers"] if re.search(words, each["say"][language.value])]
            assert len(found) == 1
            assert len(found[0]["ask"][language.value]) >= 7


class TestCoupons:
    @pytest.mark.parametrize("language", list(Language))
    def test_from_what_amount_each_voucher_for_points_is_used(self, language: Language) -> None:
        catalogue = content("catalogue.yml")
        told = {
            "zh-Hans": "{value} 元券满 {least} 元",
            "zh-Hant": "{value} 元券滿 ¥{least}",
            "en": "¥{value} from ¥{least}",
        }
        text = body("payment_methods", language)
        vouchers = [each for each in catalogue["rewards"] if each["kind"] == "coupon"]
        assert len(vouchers) == 3
        answer = next(each for each in answers("payment_methods", language) if "199" in each)
        for each in vouchers:
            phrase = told[language.value].format(value=each["value"], least=each["min_spend"])
            assert phrase in text
            assert phrase in answer

    @pytest.mark.parametrize("language", list(Language))
    def test_a_birthday_voucher_is_told_from_one_for_points(self, language: Language) -> None:
        """¥20 both, but used from different amounts: who hears of one hears of the other."""
        catalogue = content("catalogue.yml")
        least = next(each["min_spend"] for each in catalogue["rewards"] if each.get("value") == 20)
        birthday, points = {"zh-Hans": ("生日", "积分换"), "zh-Hant": ("生日", "積分換"), "en": ("irthday", "points")}[
            language.value
        ]
        for slug in ("birthday_gift", "payment_methods"):
            minimum = [each for each in answers(slug, language) if re.search(r"99 (?:元)?可用|from ¥99", each)]
            assert len(minimum) == 1
            for text in (body(slug, language), *minimum):
                assert all(part in text for part in (birthday, points, str(least), "99"))

    @pytest.mark.parametrize("language", list(Language))
    @pytest.mark.parametrize("slug", ["refund_time", "pre_order"])
    def test_when_a_coupon_comes_back_is_told_alike(self, slug: str, language: Language) -> None:
        """Only while it is valid: the times of a coupon do not stop with an order."""
        coupon, valid = {
            "zh-Hans": ("优惠券", "有效期"),
            "zh-Hant": ("優惠券", "效期"),
            "en": ("coupon", "still valid"),
        }[language.value]
        back = {"zh-Hans": "也(?:会)?退回", "zh-Hant": "也(?:會)?退回", "en": "comes? back|so does"}[language.value]
        for text in said(slug, language):
            told = [each for each in re.split("[。\n]|\\. ", text) if coupon in each and re.search(back, each)]
            assert all(re.search(valid, each) for each in told)
        assert any(coupon in text and re.search(valid, text) for text in answers(slug, language))


class TestGoods:
    def test_the_catalogue_gives_each_product_the_warranty_that_is_told_for_its_kind(self) -> None:
        terms = policy().warranty
        told = {"appliances": terms.by_category["electronics"], "other_goods": terms.usual, "none": read_term("none")}
        kinds = set()
        for product in content("catalogue.yml")["products"]:
            own = product["attributes"].get("warranty")
            term = read_term(own) if own is not None else terms.by_category.get(product["category"], terms.usual)
            for heard in lexicon.heard("warranty_kind", "; ".join([*product["names"].values(), *product["keywords"]])):
                kinds.add(heard.value)
                assert (product["sku"], term) == (product["sku"], told[heard.value])
        assert kinds == set(told)

    @pytest.mark.parametrize("language", list(Language))
    def test_what_may_not_fly_goes_neither_abroad_nor_to_hong_kong_macau_and_taiwan(self, language: Language) -> None:
        thing, places = {
            "zh-Hans": ("充电宝", "港澳台|香港、澳门、台湾"),
            "zh-Hant": ("行動電源", "港澳台|台灣、香港、澳門"),
            "en": ("ower bank", "Hong Kong, Macau or Taiwan, nor to any country"),
        }[language.value]
        told = [each for slug in SLUGS for text in said(slug, language) for each in sentences(text) if thing in each]
        assert len(told) == 2
        assert all(re.search(places, each) for each in told)

    @pytest.mark.parametrize("language", list(Language))
    def test_points_of_an_instalment_order_leave_out_shipping_and_coupons(self, language: Language) -> None:
        without = {"zh-Hans": "不含运费和优惠券", "zh-Hant": "不含運費和優惠券", "en": "without shipping and coupons"}
        for slug in ("installment", "points_earn_rate"):
            assert without[language.value] in body(slug, language)
            assert any(without[language.value] in each for each in answers(slug, language))
