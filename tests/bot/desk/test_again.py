"""The same answer is not given twice running to different messages."""

import pytest

from bot.desk.again import answering_part
from bot.desk.desk import Desk
from crm_store.language import Language
from tests.bot import dialogue_server
from tests.bot.desk.test_desk import current, lines, says, told
from tests.bot.dialogue_server import DialogueServer


class TestTheSameAnswer:
    @pytest.fixture(autouse=True)
    def _always_the_same(self, rasa: DialogueServer, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = rasa._answer

        def answer(body: dict[str, object]) -> dict[str, object]:
            return answers(body) | {"messages": [{"text": "门店在南京西路 1 号。", "buttons": []}]}

        monkeypatch.setattr(rasa, "_answer", answer)

    async def said_last(self, desk: Desk, text: str) -> list[str]:
        conversation = await says(desk, text)
        return lines(await told(desk, await current(desk, conversation.id)))

    async def test_the_second_time_the_customer_is_told_so_and_offered_a_person_or_a_call(self, desk: Desk) -> None:
        assert (await self.said_last(desk, "你们门店在哪里啊"))[-1] == "bot: 门店在南京西路 1 号。"
        second = await self.said_last(desk, "可以把坏的杯子拿过去修吗")
        assert "看来没答到点上" in second[-1]
        third = await self.said_last(desk, "我的意思是拿去店里修理")
        assert "还是没找到答案" in third[-1]
        assert third[-1] != second[-1]

    async def test_the_same_words_are_answered_the_same(self, desk: Desk) -> None:
        await self.said_last(desk, "你们门店在哪里啊")
        assert (await self.said_last(desk, "你们门店在哪里啊？"))[-1] == "bot: 门店在南京西路 1 号。"

    async def test_a_courtesy_may_be_said_again(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        plainly = dialogue_server.understand
        monkeypatch.setattr(dialogue_server, "understand", lambda text: plainly(text) | {"intent": "thank"})
        await self.said_last(desk, "非常谢谢你们帮忙")
        assert (await self.said_last(desk, "真的是太感谢你们了"))[-1] == "bot: 门店在南京西路 1 号。"


def test_the_words_are_there_in_every_language() -> None:
    from bot.wording import wording

    for language in Language:
        assert wording("desk.told_already_1", language) != wording("desk.told_already_2", language)


TIERS = "金卡会员的权益：\n· 每消费 1 元得 3 积分\n· 生日月送一张 50 元优惠券\n（来自「等级」）"


@pytest.mark.parametrize(
    ("text", "told", "part"),
    [
        ("那生日的券呢，多少钱的", TIERS, "生日月送一张 50 元优惠券"),
        ("我還差多少", "檯燈要 2,600 點，您有 2,380，還差 220。", "檯燈要 2,600 點，您有 2,380，還差 220。"),
        ("能给多少", "这双鞋能得 399 分。签收后到账。", "这双鞋能得 399 分。"),
        (
            "how far is it from the metro",
            "The shop is at 129 Wulin Road. The metro is 300 m away.",
            "The metro is 300 m away.",
        ),
    ],
)
def test_where_one_sentence_of_it_holds_what_is_asked_that_one_is_said(text: str, told: str, part: str) -> None:
    assert answering_part(text, [told]) == part


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("可以把坏的杯子拿过去修吗", "门店在南京西路 1 号。"),
        ("多少钱一个人", "门店每天开门，周末也开。"),
        ("can I bring my dog", "The shop is at 129 Wulin Road."),
    ],
)
def test_where_none_does_nothing_is_quoted(text: str, told: str) -> None:
    assert answering_part(text, [told]) is None
