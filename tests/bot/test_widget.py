"""The widget stays small."""

import gzip
from importlib.resources import files

LIMIT_BYTES = 15_000


def test_the_widget_is_under_15_kb_gzipped() -> None:
    script = files("bot").joinpath("widget", "widget.js").read_bytes()
    assert len(gzip.compress(script)) < LIMIT_BYTES
