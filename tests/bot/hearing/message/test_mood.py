"""Feeling without a wish, irony among thanks, and praise that is meant as it is said."""

import pytest

from bot.hearing.hear import hear
from bot.hearing.message import mood, wishes
from bot.hearing.message.mood import Mood
from bot.hearing.message.said import Said
from crm_store.conversations import Context, Expectation, Parsed
from tests.bot.hearing.words import said

YES_OR_NO = Context(Expectation(options=[{"title": "是", "payload": "/affirm"}, {"title": "不", "payload": "/deny"}]))


def parsed(text: str, intent: str, feeling: str = "neutral") -> Parsed:
    sentiment = {"label": feeling, "confidence": 0.95}
    return {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": [], "sentiment": sentiment}


def felt(text: str, intent: str, context: Context | None = None, feeling: str = "neutral") -> tuple[str, str | None]:
    """The intent of the only step, and the mood that goes with it."""
    (step,) = hear(Said(text, parsed(text, intent, feeling)), context or Context()).steps
    assert step.heard is not None
    moods = [entity["value"] for entity in step.heard["entities"] if entity["entity"] == "choice"]
    return step.intent, moods[0] if moods else None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("😠😠!!", Mood.ANGER),
        ("💔😢", Mood.TEARS),
        ("🤣", Mood.LIGHT),
        ("哈哈哈哈哈哈", Mood.LIGHT),
        ("嗚嗚嗚", Mood.TEARS),
        ("真的无语", None),
        ("无语了", Mood.ANGER),
        ("现在到底该怎么解决", Mood.WHAT_NOW),
        ("so what are you going to do about it", Mood.WHAT_NOW),
        ("怎么办会员卡", None),
        ("what can you do", None),
        ("👍", None),
        ("😊谢谢", None),
    ],
)
def test_what_a_bare_message_shows(text: str, shown: Mood | None) -> None:
    assert mood.bare(text) is shown


@pytest.mark.parametrize(
    "text",
    [
        "效率真高，半个月了还没发货",
        "真棒，又给我发错了一次",
        "多謝喔，問了半天一點忙都沒幫上",
        "Great job, three weeks and still no refund",
        "I just love being ignored, thank you",
        "可真行啊你们",
    ],
)
def test_praise_beside_trouble_is_none(text: str) -> None:
    assert felt(text, "give_praise") == ("vent", "sarcasm")


@pytest.mark.parametrize(
    "text",
    [
        "没有什么不满意的，挺好",
        "两天就到了，真快",
        "不能再好了，谢谢",
        "couldn't be happier, thank you",
        "great, arrived within two days",
        "没等多久就接通了，专业",
        "服務又快又好，下次還會再來",
    ],
)
def test_honest_praise_stays_praise(text: str) -> None:
    assert felt(text, "give_praise") == ("give_praise", None)


def test_praise_that_feels_bad_is_none() -> None:
    assert felt("真会做生意", "give_praise", feeling="negative") == ("vent", "sarcasm")


def test_names_called_at_the_bot_are_no_praise_and_no_riddle() -> None:
    assert felt("你这个机器人真蠢", "give_praise") == ("vent", "insult")
    assert felt("you're an idiot", "out_of_scope") == ("vent", "insult")
    assert felt("我老板是个白痴", "out_of_scope") == ("out_of_scope", None)


def test_a_thumb_down_is_a_no_where_yes_or_no_was_asked() -> None:
    assert felt("👎", "deny", YES_OR_NO) == ("deny", None)
    assert felt("👎", "deny") == ("vent", "anger")


@pytest.mark.parametrize(
    ("text", "grief"),
    [
        ("我媽上個月過世了，你們還一直寄生日簡訊", Mood.GRIEF),
        ("my dad passed away in spring, please stop writing to him", Mood.GRIEF),
        ("we lost my gran last week", Mood.GRIEF),
        ("我家狗昨天走了", Mood.GRIEF_FOR_ANIMAL),
        ("our old cat died", Mood.GRIEF_FOR_ANIMAL),
        ("we lost our baby two weeks ago, the cot can go back", Mood.GRIEF),
        ("寶寶沒保住，嬰兒車想退", Mood.GRIEF),
        ("上个月流产了，奶瓶能退吗", Mood.GRIEF),
        ("we lost our baby monitor", None),
        ("孩子没带卡", None),
        ("我妈走了一趟你们店里", None),
        ("I lost my dog's collar, do you sell those", None),
        ("快递员走了", None),
        ("电池死了", None),
        ("she passed the exam, what can I give her", None),
    ],
)
def test_that_somebody_died_is_heard_before_what_is_wished(text: str, grief: Mood | None) -> None:
    heard = felt(text, "opt_out") if grief else ("opt_out", None)
    assert (mood.grieves(text), heard) == (grief, ("vent", grief.value) if grief else ("opt_out", None))


def test_an_insult_beside_a_wish_is_passed_over() -> None:
    text = "笨死了你。换那张五十的得了"
    clauses = [(clause, parsed(clause.text, "redeem_points")) for clause in wishes.clauses(text)][-1:]
    (step,) = hear(Said(text, parsed(text, "inform"), clauses), Context()).steps
    assert step.intent != "vent"
    assert felt("笨死了你", "inform") == ("vent", "insult")


def test_such_praise_beside_a_fault_is_not_passed_on_as_a_second_wish() -> None:
    text = "哇你們真厲害，鍋子煮不熟，是要我生吃嗎"
    said_so = said(text, "report_fault", 0.9, ("give_praise", 0.95), ("report_fault", 0.95), ("ask_product", 0.3))
    assert "give_praise" not in [step.intent for step in hear(said_so, Context()).steps]


@pytest.mark.parametrize(
    ("text", "is_irony"),
    [
        ("哇你們真厲害，鍋子煮不熟，是要我生吃嗎", True),
        ("太棒了，鞋底掉了是想让我光脚走吗", True),
        ("Brilliant, am I supposed to drink out of the box?", True),
        ("你們真厲害，謝謝", False),
        ("great service, thank you", False),
        ("太棒了，要我填问卷吗", False),
    ],
)
def test_praise_before_a_question_that_expects_no_answer_is_none(text: str, is_irony: bool) -> None:
    assert mood.means_the_opposite(text) is is_irony


@pytest.mark.parametrize(
    "text",
    [
        "yes but 3 of them. and how long r they good for",
        "file it. and whys 14 dec if u said 3 days??",
        "登记吧，那到底几号退我钱？",
        "登記吧。那為什麼寫14號？",
        "那到底要几天啊？",
        "so can i or not?",
    ],
)
def test_a_short_question_that_presses_is_no_anger(text: str) -> None:
    assert mood.only_presses(text)


@pytest.mark.parametrize(
    "text",
    [
        "真糟糕",
        "怎么还没到？？都第几次了",
        "why is it still not here, third time i ask",
        "WHERE IS MY ORDER??",
        "what kind of junk do you people sell?",
        "凭什么我出运费？",
        "憑什麼要我出運費？",
        "气死了，还要等多久",
        "are you kidding me?",
        "你们还管不管了？",
    ],
)
def test_a_question_in_anger_is_more_than_a_question(text: str) -> None:
    assert not mood.only_presses(text)
