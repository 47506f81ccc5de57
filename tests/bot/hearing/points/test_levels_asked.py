"""How far the next level is, and what the one above brings, is no wish for what points buy."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import asked, option, said

REDEEM = asked(
    option("20 元券", '/inform{"choice":"coupon_20"}'), option("先不换", "/deny", "no"), form="redeem_form",
    slot="redeem_reward",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我離下一級還差多少", "ask_rewards"),
        ("离下一个等级还要几多分", "ask_rewards"),
        ("how many points to the next level", "ask_points_balance"),
    ],
)
def test_the_distance(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent, 0.9), asked()).steps] == ["ask_tier"]


@pytest.mark.parametrize(("text", "intent"), [("金卡上面是什麼", "ask_rewards"), ("what is above gold", "ask_product")])
def test_the_level_above(text: str, intent: str) -> None:
    (step,) = hear(said(text, intent, 0.9), asked()).steps
    assert step.intent == "ask_tier_benefits"
    assert "above" in [each["value"] for each in (step.heard or {})["entities"]]


def test_beside_a_no_to_a_redemption() -> None:
    parts = (("deny", 0.9), ("ask_rewards", 0.9), ("ask_rewards", 0.6))
    steps = hear(said("先不換。我離下一級還差多少 金卡上面是什麼", "ask_rewards", 0.8, *parts), REDEEM).steps
    assert "ask_tier" in [step.intent for step in steps]
    assert "ask_rewards" not in [step.intent for step in steps]


@pytest.mark.parametrize("text", ["可以换什么", "上面那个换了", "what can I get for my points", "升级版的耳机有吗"])
def test_what_points_buy_is_another_question(text: str) -> None:
    assert hear(said(text, "ask_rewards", 0.9), asked()).steps[0].intent == "ask_rewards"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("金卡要多少分", "ask_points_balance"),
        ("白金會員要幾點", "ask_faq"),
        ("几多分先升到金卡", "ask_points_rules"),
        ("how many points for Gold", "ask_points_balance"),
        ("how many points do I need to reach platinum", "ask_faq"),
    ],
)
def test_what_a_level_takes(text: str, intent: str) -> None:
    assert [step.intent for step in hear(said(text, intent, 0.8, tier="gold"), asked()).steps] == ["ask_tier"]


@pytest.mark.parametrize(
    "text", ["金卡买100元得多少分", "how many points does gold earn per yuan", "茶罐要多少分", "金卡会员日换券要多少分"]
)
def test_what_a_level_earns_or_a_reward_costs_is_none_of_it(text: str) -> None:
    assert [step.intent for step in hear(said(text, "ask_points_rules", 0.9), asked()).steps] == ["ask_points_rules"]


TOLD = Context(focus={"topic": "ask_tier", "tier": "gold", "age": 0})


@pytest.mark.parametrize(
    "text",
    [
        "straight to bronze?? not silver first",
        "i mean if i drop, do i skip silver",
        "if I fall, is it silver or right to bronze",
        "会直接掉到普卡吗，不是先到银卡？",
        "會跳過銀卡嗎",
        "降級的話是銀卡還是普卡",
    ],
)
def test_where_one_falls_to_is_asked_of_the_own_level(text: str) -> None:
    (step,) = hear(said(text, "ask_tier_benefits", 0.9), TOLD).steps
    found = [each["value"] for each in (step.heard or {})["entities"] if each["entity"] == "choice"]
    assert (step.intent, found) == ("ask_tier", ["drop"])


@pytest.mark.parametrize(
    "text",
    [
        "april, ok. and what would i have to spend before then to hang on to it",
        "how much shopping to keep it",
        "那要花多少才保得住",
    ],
)
def test_what_keeps_it_goes_on_with_the_level(text: str) -> None:
    assert [step.intent for step in hear(said(text, "ask_points_expiring", 0.9), TOLD).steps] == ["ask_tier"]
    assert [step.intent for step in hear(said(text, "ask_points_expiring", 0.9), Context()).steps] != ["ask_tier"]


@pytest.mark.parametrize(
    "text",
    [
        "if i get the coffee thing with em does that drag me level down",
        "does redeeming a voucher lower my level",
        "will using my points cost me gold",
        "用积分换了咖啡套装，等级会掉吗",
        "點數換掉的話會不會影響等級",
    ],
)
def test_whether_spending_points_costs_the_level_is_a_rule(text: str) -> None:
    assert [step.intent for step in hear(said(text, "nlu_fallback", 0.3), TOLD).steps] == ["ask_faq"]


@pytest.mark.parametrize("text", ["can I keep it if I return the rest", "drop it at the door", "把它放到银色的柜子里"])
def test_other_words_ask_nothing_of_levels(text: str) -> None:
    assert "ask_tier" not in [step.intent for step in hear(said(text, "return_or_refund", 0.9), Context()).steps]


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("我现在是铜卡吧 离银卡还差多少", "silver"),
        ("我現在是什麼等級 升銀卡仲差幾多", "silver"),
        ("what level am I? how many points until silver", "silver"),
    ],
)
def test_how_far_another_level_is_tells_the_own_one_as_well(text: str, tier: str) -> None:
    steps = hear(said(text, "ask_tier", 0.7, ("ask_tier", 0.9), ("ask_tier", 0.9), tier=tier), Context()).steps
    assert len(steps) == 1
