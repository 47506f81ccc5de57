"""What a wish for a reward rules out: "not more tea please", "anything but the tin", 不要茶，换券. What is ruled out
is never offered; the rest of the words tells what is wished."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crm_store.text import normalise

_CLAUSE = re.compile(r"[，,、。！!？?；;\n]+|\.(?!\d)|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|\s+[-–—]\s+")
_ENDS_EN = r"(?=\s+(?:but|just|make|give|get|swap|change|let|i|i'd|i'll|please|thanks|then|the|those|for|instead)\b|$)"
_NO_THING = (
    r"(?!(?:the|to|i|i'm|it|it's|that|that's|this|wait|just|make|give|get|problem|worries|thanks|thank|way|idea|sure|now"
    r"|yet|really|only|even|enough|at|in|on|for|so|longer|need|need to|a|an|me|you|we|stop|please|actually|sorry|what"
    r"|much|many|than)\b)"
)
_EXCLUDES_EN = re.compile(
    r"\b(?:(?:anything|everything|something|all)\s+(?:but|except(?:\s+for)?|other\s+than)|except(?:\s+for)?|apart\s+from"
    r"|other\s+than|instead\s+of|rather\s+than|without|(?:sick|tired)\s+of|enough(?!\s+(?:points\s+)?(?:for|to)\b)(?:\s+of)?"
    r"|(?:do\s+not|don'?t|didn'?t|did\s+not|never)\s+(?:really\s+)?(?:want|need|like|drink|ask(?:ed)?\s+for|say|mean"
    r"|give\s+me|get\s+me|offer\s+me|send\s+me)(?!\s+to\b)"
    r"|not(?=\s+(?:the|any|another|that|a|an)\s+\w)"
    rf"|(?:not|no)\s+(?:any\s+)?more|(?:not|no)(?=\s+{_NO_THING}))"
    r"\s+(?:(?:any|more|of|the|that|those|your|another|bloody|fucking|sodding|damn|a|an)\s+)*"
    rf"(?P<what>[\w¥$'’-]+(?:\s+[\w'’-]+){{0,3}}?){_ENDS_EN}",
    re.IGNORECASE,
)
_WISH_ZH = r"(?=要|想要|给我|給我|帮我|幫我|换|換|就要|改|只|以外|之外|(?:了|啦|喇|啊|呀|吧)*$)"
_EXCLUDES_ZH = re.compile(
    r"(?<![要是好能可会會行换換想拿喝饮飲用])(?:不是|不系|不係|唔系|唔係|不要|不想要|不想换|不想換|不换|不換|不喝|不喜欢|不喜歡|不爱|不愛|不用|不拿"
    r"|唔要|唔想要|唔换|唔換|唔饮|唔飲|别给|別給|别换|別換|别再|別再|别|別|没说|沒說|没要|沒要|冇话|冇話|除了|除咗|除開|除开)"
    r"(?:老是|老|总是|總是|总|總|一直|成日|说|說|要|换|換|给我|給我|给|給|我|再|来|來|拿|什么|甚麼|那个|那個|这个|這個|嗰个|嗰個|那罐|那|這|这)*"
    rf"(?P<what>[^不唔别別]{{1,10}}?){_WISH_ZH}"
)
_BEFORE_ZH = re.compile(
    r"^(?:那|就|可是|但|但是|都说了|都說了)?(?P<what>[^不唔别別要换換想]{1,8}?)(?:就|我|都|真的)*"
    r"(?:不要|唔要|不想要|不换|不換|唔换|唔換|不用|免了|就算了|算了)(?:了|啦|喇|啊|呀|吧)*$"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """`rest`: the words without what is ruled out; `out`: each thing that is, as it was written."""

    rest: str
    out: Sequence[str] = ()

    def rules_out(self, said: str) -> bool:
        """Whether a name that stands in the message is part of what is ruled out, and not named besides."""
        flat = normalise(said)
        return any(flat in normalise(each) for each in self.out) and flat not in normalise(self.rest)


def read(text: str) -> Wish:
    """A message taken apart into what it wishes and what it rules out."""
    rest: list[str] = []
    out: list[str] = []
    for clause in (part.strip() for part in _CLAUSE.split(text)):
        left, things = _taken_out(clause)
        out += things
        if left:
            rest.append(left)
    return Wish("，".join(rest) if not text.isascii() else ", ".join(rest), tuple(out)) if out else Wish(text)


def _taken_out(clause: str) -> tuple[str, list[str]]:
    """What is left of a clause, and the things it rules out."""
    if found := _BEFORE_ZH.search(clause):
        return "", [found["what"]]
    things: list[str] = []
    for pattern in (_EXCLUDES_EN, _EXCLUDES_ZH):
        while found := pattern.search(clause):
            things.append(found["what"].strip())
            clause = f"{clause[: found.start()].strip()} {clause[found.end() :].strip()}".strip()
    return clause, things
