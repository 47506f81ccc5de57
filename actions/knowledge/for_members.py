"""What an article says to visitors only, left out where a member is told: nobody who is signed in is asked to confirm
who they are."""

import re

_SIGNS_IN = (
    r"(?:(?:登录|登入)(?:或|或者)?(?:用(?:邮箱|電子郵件|电子邮件|電郵)(?:验证码|驗證碼))?)?"
    r"(?:确认|確認|验证|驗證)(?:您的|你的)?(?:身份|身分)"
)
_SIGNED_IN_FIRST = re.compile(rf"(?:请|請)?先?{_SIGNS_IN}(?:之?后|之?後)?[，,]?(?:再|之?后|之?後|就)?")
_NOT_WITHOUT = re.compile(r"(?:没有|沒有|没|沒|未|要|需要|不用|不必|無需|无需)$")
_SIGNED_IN_FIRST_EN = re.compile(
    r"\b(?:please )?(?:(?:sign|log) in or )?confirm who you are(?: with an e-?mail code)?"
    r"(?:,? (?:and|then)(?: then)?|,)\s+",
    re.IGNORECASE,
)


def told_to_member(text: str) -> str:
    """A text of the shop's without the words that only ask who somebody is."""
    text = _SIGNED_IN_FIRST_EN.sub("", text)
    return _begun_large(_SIGNED_IN_FIRST.sub(_left_out, text))


def asks_who(text: str) -> bool:
    """Whether a text asks who somebody is before anything else, so that it tells a member nothing."""
    return told_to_member(text) != _begun_large(text)


def _left_out(found: "re.Match[str]") -> str:
    return found.group() if _NOT_WITHOUT.search(found.string[: found.start()]) else ""


def _begun_large(text: str) -> str:
    """Sentences that lost their first words begin with a capital all the same."""
    return re.sub(r"(?:(?<=^)|(?<=[.!?] ))([a-z])", lambda found: found.group().upper(), text)
