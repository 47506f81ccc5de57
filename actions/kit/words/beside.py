"""Where a message goes on to another matter: 顺便, "also", "by the way"."""

import re

CONNECTOR = re.compile(
    r"顺便|順便|顺带|順帶|另外|(?<![我你您他她里裡])[还還]有(?!多少|几|幾|没|沒|吗|嗎|冇|货|貨|现|現|库|庫|存|保|质保|質保|效|机会|機會|优惠吗|優惠嗎|剩|得)|然后(?:再)?|然後(?:再)?|再帮我|再幫我|同时|同時|以及|对了|對了|仲有"
    r"|\b(?:and (?:also|then)|also|by the way|btw|plus|oh and|as well as|another thing|one more thing)\b"
    r"|(?<=[,，;；])\s*and\b(?=\s+(?:can|could|do|does|did|is|are|was|what|how|when|where|which|who|will|would|may|should"
    r"|please|i (?:want|need|d like|would like))\b)",
    re.IGNORECASE,
)


def before_connector(text: str) -> tuple[str, str]:
    """What stands before the words that announce another matter (顺便, "also"), and after them; empty without such."""
    found = CONNECTOR.search(text)
    return (text[: found.start()].strip(), text[found.end() :].strip()) if found else ("", "")
