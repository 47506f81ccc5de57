"""What articles say to visitors only is left out for a member."""

import pytest

from actions.knowledge.for_members import asks_who, told_to_member


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('Confirm who you are and ask me for "points about to expire".', 'Ask me for "points about to expire".'),
        ("To see it, sign in or confirm who you are, then give me its number.", "To see it, give me its number."),
        (
            "确认身份后问我「快过期的积分」，就能看到哪天有多少分到期。",
            "问我「快过期的积分」，就能看到哪天有多少分到期。",
        ),
        ("先登录或确认身份，再把订单号发给我。", "把订单号发给我。"),
        (
            "先登入或用電子郵件驗證碼驗證身分，再把訂單編號傳給我，就能看到退到哪一步。",
            "把訂單編號傳給我，就能看到退到哪一步。",
        ),
    ],
)
def test_a_member_is_not_asked_who_they_are(text: str, told: str) -> None:
    assert told_to_member(text) == told
    assert asks_who(text)


@pytest.mark.parametrize(
    "text",
    [
        "不能。没有确认身份之前，我不会说任何人的订单和积分。",
        "邮箱验证码，只在您自己要确认身份时填在这个窗口里。",
        "沒有驗證身分之前，我不會透露任何人的訂單和積分。",
        "No. I tell nobody's orders before they confirm who they are.",
    ],
)
def test_what_is_said_of_everybody_stays(text: str) -> None:
    assert told_to_member(text) == text
    assert not asks_who(text)
