"""The wish that a colleague be asked what the bot did not answer calls a person."""

import pytest

from bot.hearing.hear import hear
from crm_store.conversations import Context
from tests.bot.hearing.words import said


@pytest.mark.parametrize(
    "text",
    [
        "那帮我问下你们同事 不通过鞋子怎么处理",
        "麻煩幫我問一下你們的同事，可以嗎",
        "問下你哋同事得唔得",
        "can you ask a colleague what happens then",
        "ok please ask your team",
    ],
)
def test_it_calls_a_person(text: str) -> None:
    assert [step.intent for step in hear(said(text, "out_of_scope"), Context()).steps] == ["request_human"]


@pytest.mark.parametrize(
    "text",
    [
        "我问过你们同事了", "不用帮我问同事了", "别问你们同事了", "你们同事问我要验证码", "同事说帮我问一下",
        "唔使問同事喇",
        "不用麻煩你問同事", "i asked your colleague yesterday", "don't ask your colleague", "did they ask a colleague?",
    ],
)  # fmt: skip
def test_what_only_tells_of_colleagues_calls_nobody(text: str) -> None:
    assert "request_human" not in [step.intent for step in hear(said(text, "inform"), Context()).steps]


@pytest.mark.parametrize(
    "text", ["帮我问下你们同事能不能补发少的那个", "幫我問下同事可不可以補寄漏掉的那個", "ask a colleague to resend it"]
)
def test_what_a_colleague_is_to_arrange_is_handed_on(text: str) -> None:
    context = Context(focus={"order": "20261119-9004"})
    assert "request_human" not in [step.intent for step in hear(said(text, "chase_promise"), context).steps]
