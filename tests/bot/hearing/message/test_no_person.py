"""A person who is declined is called by nobody, and what stands beside it is heard by itself."""

import pytest

from bot.desk import in_line
from bot.hearing.hear import hear
from bot.hearing.message import no_person
from crm_store.conversations import Context
from tests.bot.hearing.words import said

DECLINED = [
    "我没要排队",
    "我没让人联系我啊",
    "我沒有說要找客服喔",
    "别排我队",
    "不用等人",
    "唔使搵人跟我",
    "不用人工联系我",
    "那個客服排隊我沒有要喔",
    "把我从队伍里拿出来",
    "I never asked for an agent",
    "and i didn't ask for a colleague btw",
    "take me off your list for a person",
    "I don't need anyone to contact me",
    "did i ask for an agent?",
    "no colleague please",
    "i don't want to speak to anybody",
    "ok then get me out of that queue please",
    "我不想跟人說話",
    "唔想同人講嘢",
    "我有說要找客服嗎",
    "谁让你给我排队的",
]


@pytest.mark.parametrize("text", DECLINED)
def test_it_is_heard_and_leaves_the_line(text: str) -> None:
    assert no_person.declines(text)
    assert in_line.beside_leaving(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "没人联系我",
        "没有客服吗",
        "别让我等人工了快转",
        "人工客服",
        "I asked for a person",
        "nobody contacted me",
        "没要到客服电话",
        "客服没回我",
        "没有人跟进",
        "no one called",
        "no staff there",
        "did i ask for a refund",
        "不想跟客服讲价",
    ],
)
def test_a_person_who_is_missed_or_wished_is_not_declined(text: str) -> None:
    assert not no_person.declines(text)


@pytest.mark.parametrize("text", DECLINED)
def test_nobody_is_called_for_it(text: str) -> None:
    (step,) = hear(said(text, "request_human", 0.76), Context()).steps
    assert step.intent == "deny_act"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("不用等人 礼物能不能包装", "礼物能不能包装"),
        ("I didn't ask for an agent, how long is the warranty", "how long is the warranty"),
    ],
)
def test_what_stands_beside_it_is_answered(text: str, left: str) -> None:
    (step,) = hear(said(text, "ask_faq", 0.9, ("deny", 0.9), ("ask_faq", 0.9)), Context()).steps
    assert (step.intent, step.text) == ("ask_faq", left)
    assert in_line.beside_leaving(text) == left
