"""The same answer is not given twice running to different messages."""

import pytest

from bot.desk import again
from bot.desk.again import answering_part
from bot.desk.desk import Desk
from crm_store.language import Language
from crm_store.messages import Reply
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

    @pytest.mark.parametrize(
        ("text", "rest"),
        [
            ("我问的是坏的杯子能不能修", "坏的杯子能不能修"),
            ("我是問壞的杯子能不能修", "壞的杯子能不能修"),
            ("i asked how old the cups are", "how old the cups are"),
        ],
    )
    async def test_after_an_objection_the_question_is_put_to_the_articles_as_well(
        self, desk: Desk, rasa: DialogueServer, text: str, rest: str
    ) -> None:
        await self.said_last(desk, "你们门店在哪里啊")
        await self.said_last(desk, text)
        *_, heard_so, again_so = rasa.turns
        assert (heard_so["text"], heard_so["heard"]["intent"]["name"]) == (rest, "ask_order_status")
        assert (again_so["text"], again_so["heard"]["intent"]["name"]) == (rest, "ask_faq")

    @pytest.mark.parametrize("intent", ["thank", "cancel"])
    async def test_a_courtesy_may_be_said_again(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, intent: str) -> None:
        plainly = dialogue_server.understand
        monkeypatch.setattr(dialogue_server, "understand", lambda text: plainly(text) | {"intent": intent})
        await self.said_last(desk, "非常谢谢你们帮忙")
        assert (await self.said_last(desk, "真的是太感谢你们了"))[-1] == "bot: 门店在南京西路 1 号。"


@pytest.mark.parametrize(
    ("text", "answer", "parts"),
    [
        (
            "how many am I short",
            "Coffee set: 1,500 points. You have 1,220, so you are 280 short.",
            ["you are 280 short"],
        ),
        (
            "how long would that take",
            "Yes, we ship there: ¥120 for one kilogram, 8–15 working days.",
            ["8–15 working days"],
        ),
        (
            "還差多少",
            "您是銀卡會員。最近 12 個月得了 3,913 點，再得 1,087 點升金卡會員；等級保留到 2027 年 11 月 26 日。",
            ["再得 1,087 點升金卡會員"],
        ),
        (
            "how many more is that",
            "You earned 3,913 points this year; another 1,087 points make you a gold member.",
            ["another 1,087 points make you a gold member"],
        ),
        ("那要多久", "可以寄：首公斤 120 元，8–15 个工作日。", ["8–15 个工作日"]),
        ("這樣要多少錢", "7 天內可以換顏色；運費由您負擔，一般 ¥8–12。", ["一般 ¥8–12"]),
        ("还差多少", "咖啡组 1,500 积分。您有 1,220，还差 280。", ["还差 280"]),
    ],
)
def test_a_figure_that_stands_in_the_answer_is_told_by_itself(text: str, answer: str, parts: list[str]) -> None:
    assert again.figures_asked(text, answer) == parts


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("can my brother use it", "Coffee set: 1,500 points. You have 1,220, so you are 280 short."),
        ("那要多久", "这件东西有现货，129 元。"),
        ("how much", "Towel: ¥59. Mug: ¥39. Lamp: ¥259."),
    ],
)
def test_no_figure_is_picked_where_none_or_too_many_may_be_meant(text: str, answer: str) -> None:
    assert again.figures_asked(text, answer) == []


def test_a_figure_that_is_asked_about_again_is_told_by_itself() -> None:
    answer = "订单 2026 的 499 积分应该 11 月 17 日到，您的明细里还没有。"
    assert again.figures_asked("那我应该有499对吧", answer) == ["订单 2026 的 499 积分应该 11 月 17 日到"]
    assert again.figures_asked("那我应该有500对吧", answer) == []


def test_the_words_are_there_in_every_language() -> None:
    from bot.wording import wording

    for language in Language:
        assert wording("desk.told_already_1", language) != wording("desk.told_already_2", language)


class TestTheSameAnswerAmidAForm:
    """What leaving takes along was told and the reason asked; the same comes up for the next message."""

    @pytest.mark.parametrize(
        ("text", "language", "lost", "asked"),
        [
            ("那我的积分会怎么样", Language.ZH_HANS, "退会之后 1,579 积分就没有了。", "方便说说为什么吗？"),
            ("點數還有多少啊", Language.ZH_HANT, "退會之後，3,513 點就沒有了。", "方便說說是為什麼嗎？"),
            ("what happens to my points?", Language.EN, "Leaving would end 1,579 points.", "May I ask why?"),
        ],
    )
    def test_a_question_that_it_answers_is_answered_by_it(
        self, text: str, language: Language, lost: str, asked: str
    ) -> None:
        word, question = self.instead([lost, asked], text, language)
        assert lost in word
        assert question == asked

    @pytest.mark.parametrize(
        ("text", "language", "word"),
        [
            ("能匿名吗", Language.ZH_HANS, "没有准话"),
            ("可以匿名嗎", Language.ZH_HANT, "沒有確切的答案"),
            ("can it be anonymous?", Language.EN, "no reliable answer"),
        ],
    )
    def test_one_that_nothing_answers_is_said_to_have_no_answer(self, text: str, language: Language, word: str) -> None:
        first, question = self.instead(["这些也记下了。", "要现在登记吗？"], text, language)
        assert word in first
        assert question == "要现在登记吗？"

    def test_words_that_ask_nothing_are_told_that_something_else_may_be_said(self) -> None:
        first, *rest = self.instead(["要现在登记吗？"], "随便啦", Language.ZH_HANS)
        assert "这一步我还在等" in first
        assert rest == ["要现在登记吗？"]

    @staticmethod
    def instead(told: list[str], text: str, language: Language) -> list[str]:
        replies = [Reply(text=each) for each in told]
        said = again.given(replies, text, None)
        assert said is not None
        return [each.text for each in again.instead(replies, said, text=text, in_form=True, language=language)]


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


class TestTheSameOfOneArticle:
    LONG = "国内包邮满 99 元，偏远地区加 10 元。\n（来自「运费」）"
    SHORT = "国内包邮满 99 元。\n（来自「运费」）"
    OTHER = "退货运费由我们承担，上门取件免费。\n（来自「运费」）"

    def told(self, *texts: str) -> list[str | None]:
        return [reply.text for reply in again.told_once([Reply(text) for text in texts])]

    def test_what_a_longer_one_says_as_well_is_left_out(self) -> None:
        assert self.told(self.SHORT, self.LONG) == [self.LONG]
        assert self.told(self.LONG, self.SHORT) == [self.LONG]

    def test_two_answers_of_one_article_both_stay(self) -> None:
        assert self.told(self.LONG, self.OTHER) == [self.LONG, self.OTHER]

    def test_another_article_or_none_is_another_answer(self) -> None:
        other = self.SHORT.replace("运费", "会员")
        assert self.told(self.LONG, other, "国内包邮满 99 元。") == [self.LONG, other, "国内包邮满 99 元。"]
