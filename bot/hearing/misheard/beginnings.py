"""A message that only begins: 我想买个, 帮我, "I want to", or one that ends in a comma. The rest is waited for;
where none comes, the customer is asked to go on."""

import re

from actions.kit.words import lexicon
from crm_store.text import normalise

BEGUN = "begun"
"""The choice, of `inform`, of a message that has only begun."""
_BARE = re.compile(
    r"(?:(?:你好|您好|嗨|哈喽|请问|麻烦|那个|嗯|呃|我|我们|你|您|你们|可以|可不可以|能不能|能|可唔可以|唔该|就)*)"
    r"(?:想要?(?:问|问问|问下|问一下|买|买个|买点|买点东西|买一个|买件|买双|看看|找|找个|说|知道|了解|要|搵|揾|整|攞)?(?:个|一个|一下)?"
    r"|(?:帮|帮帮|帮忙|同)(?:我|下我|手)?(?:查|看|弄|办|问|找|睇|睇下|搵)?(?:一下|下|个)?|想问(?:一?下|吓)?|请问(?:一?下)?|问(?:一?下|吓)|麻烦(?:您|你)?(?:帮我)?"
    r"|我(?:要|有)?(?:个)?(?:买个|问题)?想?|关于|有关)"
)
_WISH_EN = (
    r"i (?:want|d like|would like|need|wanted|was wondering|am looking|m looking|was looking)(?: (?:to|for|if))?"
    r"(?: (?:buy|get|ask|know|order|find|have|check|see|look for|ask about))?"
    r"(?: (?:a|an|the|some|my|something|about))?"
)
_ASK_EN = (
    r"(?:can|could|would|will) (?:you|i)(?: please)?(?: (?:help me|tell me|get|have|check|give me|ask|buy))?"
    r"(?: (?:a|an|the|my|about|to|with))?"
    r"|help me(?: (?:to|with|find|buy))?(?: (?:a|the|my))?|(?:just )?wondering(?: if)?|i have a|do you"
    r"|is (?:there|it)|what about|how about|about (?:the|my)"
)
_BARE_EN = re.compile(rf"(?:(?:hi|hello|hey|so|ok|okay|well|um|please|and|also|actually) )*(?:{_WISH_EN}|{_ASK_EN})")
_PAUSE = re.compile(
    r"[,，、]\s*$|(?:然后|然後|还有|還有|而且|因为|因為|但是|就是|以及|\band|\bbut|\bbecause|\bor)\s*$", re.IGNORECASE
)


def is_bare(text: str) -> bool:
    """Whether a message names nothing that is wished yet; a question mark ends one."""
    flat = normalise(text)
    if not flat or re.search(r"[?？!！。]\s*$", text):
        return False
    if flat.isascii():
        return _BARE_EN.fullmatch(flat) is not None
    joined = flat.replace(" ", "")
    return _BARE.fullmatch(joined) is not None and not lexicon.mentions("do_it", flat)


def is_unfinished(text: str) -> bool:
    """Whether more is sure to follow."""
    return is_bare(text) or bool(normalise(text) and _PAUSE.search(text))
