"""Button payloads ("/intent{json}") are read by Rasa itself at the end of the pipeline; ours only has to step aside."""

from __future__ import annotations

import re

_PAYLOAD = re.compile(r"^\s*/[A-Za-z_][\w+]*\s*(@[0-9.]+)?\s*(\{.*\})?\s*$", re.DOTALL)


def is_payload(text: str) -> bool:
    """True for "/ask_tier" and "/inform{"score": 5}", False for a customer's own words."""
    return bool(_PAYLOAD.match(text))
