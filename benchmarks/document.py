"""docs/benchmarks.md and docs/capacity.md: sections of them are written by the benchmarks."""

from pathlib import Path

DOCUMENT = Path(__file__).parent.parent / "docs" / "benchmarks.md"
CAPACITY = DOCUMENT.with_name("capacity.md")


def put_between(document: Path, begin: str, end: str, section: str) -> None:
    """Put a section between its marks in a document, at the end when it is new."""
    text = document.read_text(encoding="utf-8") if document.exists() else "# Benchmarks\n"
    if begin in text and end in text:
        before, after = text.partition(begin)[0], text.partition(end)[2]
    else:
        before, after = text.rstrip("\n") + "\n\n", "\n"
    document.write_text(f"{before}{begin}\n{section}\n{end}{after}", encoding="utf-8")
