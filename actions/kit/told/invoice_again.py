"""An invoice that has come with something wrong on it: 抬头写错了，发票已经收到了."""

from actions.kit.words import lexicon

CORRECTED = "corrected"
"""`choice` of words that put the invoice right which was asked for last and is not out yet."""


def is_told(text: str) -> bool:
    """Whether a text tells of one, which is to be issued again; before it is sent the name can still be put right."""
    return all(lexicon.mentions(group, text) for group in ("invoice_word", "invoice_fault", "invoice_received"))
