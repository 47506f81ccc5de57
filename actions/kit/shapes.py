"""What a text asks of goods beside what they are: a size, a colour, how many there are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit import lexicon
from actions.kit.replies import is_shoe_size

_NUMBER = re.compile(r"(?<![\d.])(\d{2}(?:\.5)?)(?![\d.])")
_LETTERS = re.compile(r"(?<![A-Za-z'’])(XXXL|XXL|XXS|XL|XS|[SML])(?![A-Za-z])", re.IGNORECASE)
_NO_SIZE = re.compile(
    r"[¥￥$]\s*\d+|\d+(?:\.\d+)?\s*(?:块|元|塊|蚊|分|点|點|克|g\b|寸|吋|厘米|公分|cm\b|天|日|岁|歲|%|yuan\b|kuai\b|rmb\b"
    r"|days?\b|years?\b|points?\b)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"how many\b.{0,40}\b(?:left|in stock|have you got|do you (?:still )?have)\b"
    r"|(?:还|還|仲)(?:有|剩)(?:几|幾|多少|几多|幾多)[件条條双雙对對个個台台张張只隻把]",
    re.IGNORECASE,
)
_NO_COLOUR = re.compile(r"black friday|white day|green tea|红包|紅包|白色情人", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about a product: sizes, colours (codes of the lexicon), and how many there are."""

    sizes: Sequence[str]
    colours: Sequence[str]
    how_many: bool

    def __bool__(self) -> bool:
        return bool(self.sizes or self.colours or self.how_many)


def asked(text: str) -> Asked:
    """What a text asks of whatever is spoken of."""
    sizes = list(dict.fromkeys(sizes_named(_NO_SIZE.sub(" ", text))))
    colours = list(dict.fromkeys(found.value for found in lexicon.heard("goods_colour", _NO_COLOUR.sub(" ", text))))
    how_many = lexicon.mentions("how_many_left", text) or _HOW_MANY.search(text) is not None
    return Asked(sizes, colours, how_many)


def sizes_named(text: str) -> list[str]:
    """Every size that stands in a text, in the order said: of shoes, else letters."""
    numbers = [size for size in _NUMBER.findall(text) if is_shoe_size(size)]
    return numbers or [size.upper() for size in _LETTERS.findall(text)]
