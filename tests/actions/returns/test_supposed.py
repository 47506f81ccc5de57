"""What is only asked on the way of a return is answered and agrees to nothing; what is called off is left."""

import pytest

from actions.kit.words.alternatives import WAYS, switches
from actions.returns.form import ReturnForm
from actions.returns.heard import is_dropped, kind_wished, supposes
from tests.actions.conftest import Customer
from tests.actions.returns.talking import bought, requests, say

pytestmark = pytest.mark.usefixtures("frozen_clock")

RETURN = "return_or_refund"


@pytest.mark.parametrize(
    ("text", "supposed"),
    [
        ("万一41也不合适，能再换吗", True),
        ("what if it breaks next week?", True),
        ("if the other one is bad as well, who pays?", True),
        ("要是41有货就换41", False),
        ("如果有没有41都行，换41吧", False),
        ("换41吧", False),
    ],
)
def test_a_case_that_has_not_come_is_no_wish(text: str, supposed: bool) -> None:
    assert supposes(text) is supposed


@pytest.mark.parametrize("text", ["那我留着吧", "先别登记", "we'll keep it", "don't start anything yet"])
def test_what_is_kept_after_all_is_left(text: str) -> None:
    assert is_dropped(text)


@pytest.mark.parametrize("text", ["我想換黑色唔係退", "我要换，不是退", "换个黑的，不退", "an exchange, not a refund"])
def test_one_way_denied_for_the_sake_of_another_is_a_wish(text: str) -> None:
    assert switches(WAYS, text)
    assert kind_wished(text) == "exchange"


@pytest.mark.parametrize("text", ["是不是要退", "係唔係要退", "是不是退了就没积分了"])
def test_whether_denies_nothing(text: str) -> None:
    assert kind_wished(text) == "return"


async def test_a_second_exchange_asked_about_agrees_to_nothing(member: Customer) -> None:
    await bought(member, "shoes")
    await say(member, "跑鞋小了想换", RETURN)
    told = await say(member, "万一43还是不合适，能再换一次吗", RETURN)
    assert told.responses[0] == "reply_return_aside_second_exchange"
    assert member.slots["return_new_size"] is None
    assert await requests(member) == []


@pytest.mark.parametrize(
    "text",
    [
        "好，不过新的什么时候到",
        "可以，除非你们周五前送到",
        "ok but will it be here by friday, otherwise refund",
        "嗯登记，等等还是先不要",
    ],
)
async def test_a_yes_on_a_condition_or_taken_back_registers_nothing(member: Customer, text: str) -> None:
    await bought(member, "shoes")
    await say(member, "跑鞋小了想换43码", RETURN)
    assert member.slots["return_new_size"] == "43"
    await say(member, text, "affirm")
    assert await requests(member) == []


async def test_not_yet_leaves_the_form(member: Customer) -> None:
    await bought(member, "shoes")
    await say(member, "跑鞋小了想换43码", RETURN)
    told = await say(member, "我再穿穿看，先别给我登记")
    assert told.responses == ["reply_return_not_done"]
    assert await requests(member) == []


@pytest.mark.parametrize(
    "text", ["唔使退錢，換個新嘅，冇貨先退錢", "换一个吧，要是没货再退款", "swap it please, if out of stock refund me"]
)
def test_what_is_wished_only_failing_that_is_not_the_wish(text: str) -> None:
    assert kind_wished(text) == "exchange"


def test_no_money_but_another_one_in_cantonese_is_a_wish() -> None:
    assert switches(("exchange", "refund_wish"), "唔使退錢，換過個啦")


@pytest.mark.parametrize(("text", "language"), [("要是坏的呢", "zh-Hans"), ("and if its broken", "en")])
async def test_a_fault_that_is_only_supposed_opens_no_form(member: Customer, text: str, language: str) -> None:
    await bought(member, "shoes")
    told = await say(member, text, "report_fault", language=language)
    assert told.responses == ["reply_return_aside_if_faulty"]
    assert await requests(member) == []


async def test_a_no_with_a_reason_is_no_no_to_the_thing(member: Customer) -> None:
    await bought(member, "shoes")
    await say(member, "要退货", RETURN)
    told = await say(member, "不是坏了，就是不喜欢", "deny")
    assert told.responses == ["reply_return_confirm"]
    assert member.slots["return_reason"] == "not_wanted"


async def test_what_was_told_of_the_fault_is_put_right_at_the_last_question(member: Customer) -> None:
    await bought(member, "buds")
    await say(member, "耳机左边没声音，退货", RETURN)
    told = await say(member, "不对 是右边", "deny")
    assert told.responses[0] == "reply_return_noted"
    assert "右边" in member.slots["return_note"]
    assert member.slots["return_confirmed"] is None


async def test_whether_it_still_can_is_told_and_agrees_to_nothing(member: Customer) -> None:
    await bought(member, "buds")
    await say(member, "耳机没声音，退货", RETURN)
    told = await say(member, "还能退么", RETURN)
    assert told.responses == ["reply_return_can", "reply_return_confirm"]
    assert await requests(member) == []


async def test_the_fault_of_another_purchase_is_told_of_and_the_form_goes_on(member: Customer) -> None:
    await bought(member, "bedding", days_ago=60)
    await bought(member, "buds")
    await say(member, "耳机没声音，退货", RETURN)
    told = await say(member, "还有四件套 洗几次就起球 那个呢", "ask_product", entities={"product": "四件套"})
    assert told.responses[0] in {"reply_fault_warranty", "reply_fault_too_late"}
    assert told.responses[-1] == "reply_return_confirm"
    assert "无线蓝牙耳机" in told.text


async def test_what_was_called_off_is_taken_up_with_what_is_said_then(member: Customer) -> None:
    await bought(member, "shoes")
    await say(member, "跑鞋太小了，退货", RETURN)
    assert (await say(member, "算了不退")).responses == ["reply_return_not_done"]
    form = await member.run(
        ReturnForm, "就换43吧", "inform", entities={"choice": "go_on"}, active_loop="return_form", requested_slot=None
    )
    assert (form.slots["return_kind"], form.slots["return_new_size"]) == ("exchange", "43")
    assert form.asks == "return_confirmed"
    assert await requests(member) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("换个新的比较好，退钱就不用了", "exchange"),
        ("換新就好 退款免了", "exchange"),
        ("a refund is not needed, a new one please", "exchange"),
        ("维修不用了，退钱", "return"),
        ("退货不用寄盒子吗", "return"),
    ],
)
def test_a_way_that_is_denied_behind_its_name_is_not_wished(text: str, kind: str) -> None:
    assert kind_wished(text) == kind


@pytest.mark.parametrize(
    "text", ["送修期間有沒有代用的可以借", "can you lend me a spare one while it is being repaired"]
)
async def test_what_is_written_nowhere_is_said_on_the_way_and_changes_nothing(member: Customer, text: str) -> None:
    await bought(member, "buds")
    await say(member, "耳机没声音，修一下", RETURN)
    kind = member.slots["return_kind"]
    told = await say(member, text, RETURN)
    assert told.responses[0] == "reply_rule_unwritten"
    assert member.slots["return_kind"] == kind


async def test_whether_it_counts_as_used_turns_no_exchange_into_a_return(member: Customer) -> None:
    await bought(member, "buds")
    await say(member, "耳机没声音，换个新的", RETURN)
    told = await say(member, "試戴一下算不算使用過，會不會被退件", "ask_faq")
    assert told.responses[0] == "reply_rule_counts_as_used"
    assert member.slots["return_kind"] == "exchange"


@pytest.mark.parametrize(
    "text",
    [
        "试穿过一次可以吗，要是42又大了呢",
        "不是不是太小了，要43码，我只是问要是换43也不合适怎么办",
        "太細呀，要43碼，萬一43都唔啱點算",
        "no theyre too SMALL. size 43 please. i only asked what happens if i swap and then that doesnt fit either",
    ],
)
async def test_what_becomes_of_a_second_exchange_is_told_beside_the_size(member: Customer, text: str) -> None:
    await bought(member, "shoes")
    await say(member, "跑鞋小了想换", RETURN)
    told = await say(member, text, RETURN)
    assert "reply_return_aside_second_exchange" in told.responses
    asks_size = "43" not in text
    assert told.responses[-1] == ("reply_return_new_size" if asks_size else "reply_exchange_confirm_size")
    assert member.slots["return_new_size"] == (None if asks_size else "43")


async def test_a_supposed_size_does_not_turn_the_need_round(member: Customer) -> None:
    await bought(member, "shoes")
    first = await say(member, "跑鞋有点挤脚", RETURN)
    told = await say(member, "what if 43s too big", RETURN)
    assert told.said[-1].titles[0] == first.said[-1].titles[0]
