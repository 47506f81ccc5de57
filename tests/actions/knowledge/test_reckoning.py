"""Cases worked out from the rules: instalments, shipping, warranty, price protection, returns; and what is left to the
articles."""

import re
from datetime import date
from pathlib import Path

import pytest

from actions.kit.policy_facts import facts, filled
from actions.kit.words import places
from actions.knowledge import figures
from actions.knowledge.reckoning import Reckoned, reckon
from crm_store.language import Language, format_money
from crm_store.policy import policy, used
from crm_store.yaml_files import read_yaml
from tests.actions.conftest import responses
from tests.crm_store.policy.shop_files import written

ARTICLES = Path(__file__).parents[3] / "bot" / "demo" / "articles"
OTHER = written("""
instalments: {smallest: ¥800, plans: [{parts: 4, fee: 0.01}]}
shipping:
  abroad: [{places: [FR], first_kilogram: ¥70, further_kilogram: ¥20, days_from: 3, days_to: 9}]
warranty: {usual: 30 days, by_category: {electronics: 6 months}}
""")


def told(found: Reckoned, language: Language) -> str:
    return responses()[found.response].filled(language, {**facts(language), **found.values})


def case(text: str, language: Language = Language.EN, **more: object) -> str:
    """What is said to a case; empty when none is worked out."""
    found = reckon(text, language, **more)  # type: ignore[arg-type]
    return told(found, language) if found else ""


class TestHowLongAbroad:
    @pytest.mark.parametrize(
        ("before", "asked", "language", "says"),
        [
            ("寄到首尔多少钱", "要几天", Language.ZH_HANS, "寄到韩国要 6–10 个工作日"),
            ("三公斤寄去澳門", "要等幾耐", Language.ZH_HANT, "寄到澳門要 4–7 個工作天"),
            ("postage to Sydney please", "how long does it take", Language.EN, "takes 8–15 working days"),
        ],
    )
    def test_asked_on_after_the_postage_only_the_days_are_told(
        self, before: str, asked: str, language: Language, says: str
    ) -> None:
        told_now = case(asked, language, before=before)
        assert says in told_now
        assert "¥" not in told_now

    def test_asked_at_once_both_are_told(self) -> None:
        assert "¥60" in case("寄到首尔多少钱，要几天", Language.ZH_HANS)


class TestAmounts:
    @pytest.mark.parametrize("text", ["那就43黑的,分期行不", "43码能分期吗", "42 碼白的可以分期嗎"])
    def test_a_size_is_no_amount(self, text: str) -> None:
        assert figures.amounts(text, bare=True) == []

    def test_a_bare_number_beside_it_is_one(self) -> None:
        assert figures.amounts("1500分6期", bare=True) == [150_000]


class TestInstalments:
    @pytest.mark.parametrize(
        ("asked", "language", "says"),
        [
            ("1800 分三期", "zh-Hans", "每个月 ¥600，免手续费"),
            ("三千二分6期的话一个月多少", "zh-Hans", "每个月 ¥552.53，其中 ¥19.20 是手续费"),
            ("¥2,400 刷卡分 12 期", "zh-Hant", "每個月 ¥214.40"),
            ("can I split 900 into three instalments", "en", "¥300 a month, with no fee"),
            ("那洗衣机可以分期不", "zh-Hans", "可以，单笔满 ¥500 就能分，有 3、6 或 12 期可选"),
            ("do you offer instalments on furniture", "en", "Yes, for orders from ¥500, in 3, 6 or 12 instalments"),
            ("分 36 期", "zh-Hans", "没有 36 期，只能分 3、6 或 12 期"),
            ("分四期可以嗎", "zh-Hant", "沒有 4 期"),
            ("24 monthly payments?", "en", "No, 24 instalments are not on offer: only 3, 6 or 12"),
            ("买 320 块的东西想分期", "zh-Hans", "¥320 不能分期，单笔满 ¥500"),
            ("分三期收手续费吗", "zh-Hans", "3 期不收手续费"),
            ("fee for 12 instalments", "en", "0.6% of the order amount per instalment"),
        ],
    )
    def test_a_months_share_and_fee(self, asked: str, language: str, says: str) -> None:
        assert says in case(asked, Language(language))

    def test_what_it_costs_in_all_stands_beside_the_month_and_is_asked_on(self) -> None:
        assert "总共付 ¥1,608，比一次付清多 ¥108" in case("买1500的分12期每个月还多少", Language.ZH_HANS)
        asked = "买1500的分12期每个月还多少"
        told = case("那一共要多付多少啊", Language.ZH_HANS, before=asked)
        assert told == "¥1,500 分 12 期总共付 ¥1,608，比一次付清多 ¥108（每期手续费 ¥9）。"
        assert "¥108 more" in case("how much extra is that", before="¥1,500 in twelve instalments")

    @pytest.mark.parametrize(
        "asked",
        [
            "可以分期，那利息呢",
            "分期怎么申请",
            "退货的话分期的钱怎么退",
            "香港的卡可以分 6 期吗",
            "can my bank's card pay in 6 instalments",
            "用了 6 个月",
        ],
    )
    def test_what_is_beside_the_rule_is_left_to_the_article(self, asked: str) -> None:
        assert reckon(asked, Language.ZH_HANS) is None


class TestShipping:
    @pytest.mark.parametrize(
        ("asked", "language", "says"),
        [
            ("postage for a 2.5 kg parcel to Vancouver", "en", "2.5 kg to Canada is ¥240"),
            ("寄 4 公斤去大阪多少钱", "zh-Hans", "4 公斤寄到日本是 ¥150"),
            ("寄到高雄运费多少", "zh-Hant", "首公斤 ¥30，之後每公斤 ¥15，4–7"),
            ("do you deliver to Berlin", "en", "No, sorry, we do not ship to Germany"),
            ("可以寄到曼谷吗", "zh-Hans", "抱歉，寄不到泰国"),
            ("能寄印尼吗", "zh-Hans", "寄不到印度尼西亚"),
            ("一共 85 块，邮费多少", "zh-Hans", "¥85 的运费是 ¥8。再加 ¥14 的东西"),
            ("my basket is 120 yuan, what is shipping", "en", "so ¥120 ships free"),
            ("购物车 92 块，还差 7 块包邮怎么办", "zh-Hans", "再加 ¥7 的东西"),
        ],
    )
    def test_by_amount_at_home_by_weight_and_place_abroad(self, asked: str, language: str, says: str) -> None:
        assert says in case(asked, Language(language))

    def test_a_weight_is_no_basket_at_home(self) -> None:
        assert reckon("3 公斤的話運費是 75 塊對嗎", Language.ZH_HANT) is None
        assert reckon("so 75 yuan postage for 3 kg, right?", Language.EN) is None

    @pytest.mark.parametrize(
        "asked",
        [
            "香港店几点关门",
            "can you send a power bank to Canada",
            "who pays customs to the UK",
            "please send it to us",
            "台北的有停车场吗",
        ],
    )
    def test_a_place_alone_is_no_question_of_shipping(self, asked: str) -> None:
        assert reckon(asked, Language.EN) is None


class TestTime:
    @pytest.mark.parametrize(
        ("asked", "language", "says"),
        [
            ("my toaster stopped working after five months", "en", "Yes, it is covered: the warranty is 12 months"),
            ("吹风机用了一年半坏了还保修吗", "zh-Hans", "过保了：保修期是 12 个月"),
            ("背包用四個月就裂了，有保固嗎", "zh-Hant", "過保固了：保固期是 90 天"),
            ("the fan died after 10 days", "en", "return it or get a new one"),
            ("滤芯用了两个月坏了保修吗", "zh-Hans", "不保"),
            ("bought it 9 days ago and now it is cheaper, do I get the difference", "en", "Yes, within 15 days"),
            ("买了三个礼拜降价了能退差价吗", "zh-Hans", "按您说的日子不行了，付款后 15 天内"),
            ("收到五天了还能退吗", "zh-Hans", "签收后 7 天内能无理由退货"),
            ("can I still return it after three weeks", "en", "No, for a change of mind it is 7 days"),
            ("收到两周才发现是坏的，能退吗", "zh-Hans", "可以，质量问题"),
        ],
    )
    def test_warranty_price_and_return_by_the_days_that_have_passed(self, asked: str, language: str, says: str) -> None:
        assert says in case(asked, Language(language))

    @pytest.mark.parametrize(
        ("asked", "before", "says"),
        [
            ("电饭锅保修多久", "", "保修 12 个月"),
            ("那背包呢", "电饭锅保修多久", "保修 90 天"),
            ("茶叶有保修吗", "", "不保"),
        ],
    )
    def test_the_term_of_the_goods_that_are_named(self, asked: str, before: str, says: str) -> None:
        assert says in case(asked, Language.ZH_HANS, before=before)

    @pytest.mark.parametrize(
        "asked",
        [
            "面霜擦了两天脸就红，还能退货吗",
            "精華用了三天不適合可以退貨嗎",
            "I wore them for two days, can I still return them",
        ],
    )
    def test_days_of_use_are_none_since_it_came(self, asked: str) -> None:
        assert case(asked) == ""
        assert figures.only_of_use(asked)
        assert not figures.only_of_use(f"收到两天，{asked}")

    def test_days_since_it_came_are_reckoned_with(self) -> None:
        assert case("收到两天了，还能退货吗") != ""

    @pytest.mark.parametrize("asked", ["电饭锅摔了一下保修吗", "耳机坏了还保修吗", "我要修电饭锅"])
    def test_what_became_of_them_is_left_to_the_article(self, asked: str) -> None:
        assert reckon(asked, Language.ZH_HANS) is None

    @pytest.mark.parametrize(
        ("asked", "before", "language", "says"),
        [
            ("七月份买的，保修期过没过", "", "zh-Hans", ["12 个月", "2027 年 7 月 1 日", "90 天", "9 月 29 日"]),
            ("我七月入手的檯燈還有保固嗎", "", "zh-Hant", ["還在保固期內", "2027 年 7 月 1 日"]),
            ("bought in July, still under warranty?", "", "en", ["1 July 2027", "29 September"]),
            ("bought it in July, so until when is it", "warranty on the kettle", "en", ["covered", "1 July 2027"]),
            ("我的跑鞋七月买的，还保修吗", "", "zh-Hans", ["过保了", "9 月 29 日"]),
        ],
    )
    def test_the_month_of_purchase_tells_until_when(
        self, asked: str, before: str, language: str, says: list[str]
    ) -> None:
        july = {"from": "2026-07-01T00:00:00+08:00", "to": "2026-08-01T00:00:00+08:00", "grain": "month"}
        told = case(asked, Language(language), before=before, time=july, today=date(2026, 11, 27))
        assert [each for each in says if each not in told] == []

    def test_a_day_that_is_named_counts_from_today(self) -> None:
        time = {"from": "2026-11-03T00:00:00+08:00", "to": "2026-11-04T00:00:00+08:00"}
        assert "No, for a change of mind" in case(
            "it came on the 3rd, can I return it", time=time, today=date(2026, 11, 26)
        )

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            ("凉鞋开胶了还保修吗，10月28买的", "直接退货或换新"),
            ("背包 9月20日收到的，拉杆断了保修吗", "在保修期内：保修 90 天"),
            ("水壶坏了保修吗，去年9月3号买的", "过保了：保修期是 12 个月"),
            ("水壶 12 月 3 号买的，坏了还保修吗", "在保修期内：保修 12 个月"),
            ("11月25号收到的还能退吗", "最晚 12 月 2 日"),
            ("毛巾。前天到的。今天几号了。还能退到哪天", "最晚 12 月 2 日"),
            ("大前天到的，今天能退吗", "最晚 12 月 1 日"),
        ],
    )
    def test_a_day_that_is_written_is_no_length_of_time(self, asked: str, says: str) -> None:
        assert says in case(asked, Language.ZH_HANS, today=date(2026, 11, 27))

    @pytest.mark.parametrize(
        "asked",
        [
            "七天无理由退货可以退吗",
            "7 天内能退吗",
            "14 日鑑賞期可以退貨嗎",
            "can I return within 7 days",
            "7-day returns?",
        ],
    )
    def test_the_length_of_a_rule_has_not_passed(self, asked: str) -> None:
        assert reckon(asked, Language.ZH_HANS, today=date(2026, 11, 27)) is None

    @pytest.mark.parametrize(
        "asked", ["摔了一次，水壶用了三个月坏了保修吗", "买了五天，洗过一次还能退吗", "优惠券昨天便宜了能退差价吗"]
    )
    def test_what_decides_otherwise_is_left_to_the_article(self, asked: str) -> None:
        assert reckon(asked, Language.ZH_HANS) is None


class TestGoingOn:
    def test_what_is_left_out_comes_from_the_question_before(self) -> None:
        assert "1,500 in 12 instalments" in case("and over twelve months?", before="¥1,500 in six instalments")
        assert "8–15 working days" in case("how long does it take", before="can you ship to London")
        assert case("how long does it take", before="¥1,500 in six instalments") == ""
        assert case("can you send the face serum to Canada") == ""
        assert case("and Xinjiang?", before="free shipping from ¥99, is that after the coupon?") == ""
        assert "3 kg to Japan is ¥120" in case("and to Japan?", before="3 kg to Toronto, how much is shipping")


class TestPolicy:
    """The article, its answers and what is worked out say the same; another policy changes all that is worked out."""

    @pytest.mark.parametrize("language", list(Language))
    def test_the_article_says_what_the_rule_comes_to(self, language: Language) -> None:
        def body(slug: str) -> str:
            content = read_yaml(ARTICLES / f"{slug}.yml")
            return re.sub(r"[¥,]| 元", "", content["bodies"][language.value])

        installment = body("installment")
        assert "207.2" in installment
        assert "400" in installment
        assert case("1200 分 6 期", language).count("¥207.20") == 1
        assert case("1200 分 3 期", language).count("¥400") == 1
        for zone in policy().shipping.abroad.root:
            assert zone.further_kilogram * 2 == zone.first_kilogram
            assert str(zone.first_kilogram // 100) in body("overseas_shipping")
            assert f"{zone.days_from}–{zone.days_to}" in body("overseas_shipping")
        assert f"{policy().instalments.smallest // 100}" in installment
        assert str(policy().warranty.by_category["electronics"].months) in body("warranty")
        assert str(policy().warranty.usual.days) in body("warranty")

    def test_another_policy_gives_other_figures(self) -> None:
        with used(OTHER):
            assert "¥260 a month, ¥10 of it the fee" in case("¥1,000 in four instalments")
            assert "to France is ¥110" in case("3 kg to Paris")
            assert "do not ship to Canada" in case("do you ship to Toronto")
            assert "has run out" in case("kettle died after 8 months")

    @pytest.mark.parametrize("language", list(Language))
    def test_every_answer_names_only_facts_that_there_are(self, language: Language) -> None:
        for path in ARTICLES.glob("*.yml"):
            for answer in read_yaml(path)["answers"]:
                assert "{" not in filled(answer["say"][language.value], language)

    def test_answers_follow_the_policy(self) -> None:
        with used(OTHER):
            assert filled("from {instalments_from}: {instalment_terms}", Language.EN) == "from ¥800: 4"
            assert filled("{warranty_long}, {warranty_short}", Language.ZH_HANS) == "6 个月, 30 天"
        assert format_money(policy().shipping.fee) == "¥8"


class TestFigures:
    @pytest.mark.parametrize(
        ("text", "number"),
        [("一千五", 1500), ("两万四", 24_000), ("一百零五", 105), ("二十四", 24), ("1,500", 1500), ("十二", 12)],
    )
    def test_numbers(self, text: str, number: int) -> None:
        assert figures.number(text) == number

    @pytest.mark.parametrize(
        ("text", "code"),
        [("US", "US"), ("tell us", None), ("寄去雪梨", "AU"), ("印尼", "ID"), ("印度", "IN"), ("成都", None)],
    )
    def test_places(self, text: str, code: str | None) -> None:
        assert places.place(text) == code


def heard_days(text: str, **days: tuple[str, str]) -> list[dict[str, object]]:
    """What Rasa makes of the times in a text: by the words, from one day to another."""
    return [
        {"entity": "time", "start": text.index(words), "end": text.index(words) + len(words),
         "value": {"from": f"{first}T00:00:00+08:00", "to": f"{last}T00:00:00+08:00", "grain": "day"}}
        for words, (first, last) in days.items()
    ]  # fmt: skip


class TestPriceThatMayFall:
    """Asked on 29 November: nothing is too late by a day to come."""

    @pytest.mark.parametrize(
        ("asked", "language", "days", "says"),
        [
            # Rasa takes the name of a day of the sales for the last one.
            ("買了之後如果雙12降價，有補差價嗎", "zh-Hant", {"雙12": ("2025-12-12", "2025-12-13")},
             "可以，12 月 12 日算在內：11 月 29 日付款"),
            ("双12降价有补差价吗", "zh-Hans", {"双12": ("2026-12-12", "2026-12-13")}, "可以，12 月 12 日算在内"),
            ("我11月20号买的，双十二降价能补差价吗", "zh-Hans",
             {"11月20号": ("2026-11-20", "2026-11-21"), "双十二": ("2026-12-12", "2026-12-13")},
             "12 月 12 日就赶不上了：11 月 20 日付款"),
            ("if I buy it today and it drops on 12 December, do I get the difference?", "en",
             {"today": ("2026-11-29", "2026-11-30"), "12 December": ("2026-12-12", "2026-12-13")},
             "Yes, 12 December is in time: paid on 29 November"),
            ("如果下個月打折可以補差額嗎", "zh-Hant", {"下個月": ("2026-12-01", "2027-01-01")}, "算到 12 月 14 日"),
            ("买了20天后如果降价还能补差价吗", "zh-Hans", {"20天后": ("2026-12-19", "2026-12-20")},
             "12 月 19 日就赶不上了"),
            ("will you refund the difference if the price drops on 12/12", "en", {}, "Yes, 12 December is in time"),
        ],
    )  # fmt: skip
    def test_until_when_a_lower_price_counts(
        self, asked: str, language: str, days: dict[str, tuple[str, str]], says: str
    ) -> None:
        entities = heard_days(asked, **days)
        time = next((each["value"] for each in entities), None)
        told = case(asked, Language(language), time=time, entities=entities, today=date(2026, 11, 29))
        assert says in told

    @pytest.mark.parametrize(
        ("asked", "language", "says"),
        [
            ("12/12才14天啊，我今天買的話不是在15天內嗎", "zh-Hant", "12 月 12 日算在內"),
            ("but 12/12 is only 13 days from now", "en", "12 December is in time"),
            ("不是吧，我11/20才买的", "zh-Hans", "可以，付款后 15 天内"),
        ],
    )
    def test_what_disputes_it_is_reckoned_once_more(self, asked: str, language: str, says: str) -> None:
        before = "price drop, do I get the difference 买完降价可以补差价吗"
        assert says in case(asked, Language(language), before=before, today=date(2026, 11, 29))

    @pytest.mark.parametrize(
        ("asked", "days"), [("去年双11买的现在便宜了能补差价吗", {"去年双11": ("2025-11-11", "2025-11-12")})]
    )
    def test_a_day_of_the_purchase_that_is_past_may_be_too_late(
        self, asked: str, days: dict[str, tuple[str, str]]
    ) -> None:
        entities = heard_days(asked, **days)
        told = case(asked, Language.ZH_HANS, time=entities[0]["value"], entities=entities, today=date(2026, 11, 29))
        assert told.startswith("按您说的日子不行了")


class TestReturnOfAnotherThing:
    @pytest.mark.parametrize(
        ("asked", "before", "language"),
        [
            ("另外上次10月底買的不沾鍋塗層就掉了，這個可以處理嗎", "精華液開封試用過還能不能退", "zh-Hant"),
            ("上个月买的锅涂层掉了，能处理吗", "开封的精华能退吗", "zh-Hans"),
            ("the pan I got last month lost its coating, can that be dealt with", "can I return opened serum", "en"),
        ],
    )
    def test_what_was_asked_of_one_thing_judges_no_other(self, asked: str, before: str, language: str) -> None:
        entities = [{"entity": "product", "value": "pan", "start": 0, "end": 1}]
        time = {"from": "2026-10-27T00:00:00+08:00", "to": "2026-11-01T00:00:00+08:00", "grain": "days"}
        told = case(asked, Language(language), before=before, time=time, entities=entities, today=date(2026, 11, 29))
        assert told == ""

    def test_what_came_off_is_a_fault(self) -> None:
        assert "质量问题" in case("三周前收到的锅涂层掉了，还能退吗", Language.ZH_HANS, today=date(2026, 11, 29))

    def test_a_day_that_is_written_in_short(self) -> None:
        assert "最晚 12 月 2 日" in case("11/25 收到的還能退嗎", Language.ZH_HANT, today=date(2026, 11, 27))
        assert figures.days_ago("11/3 才收到", today=date(2026, 11, 29)) == 26
