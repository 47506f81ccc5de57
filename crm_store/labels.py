"""What codes are called in each language: catalogues in `labels/*.yml`, one file per noun, a group for each kind."""

from functools import cache
from pathlib import Path

from crm_store.language import Language
from crm_store.wording import Catalogue, read_folder

FOLDER = Path(__file__).parent / "labels"


class LabelMissing(KeyError):
    """No catalogue has that kind and value."""

    def __init__(self, kind: str, value: str) -> None:
        self.kind, self.value = kind, value
        super().__init__(f"no label for {kind}.{value}")


@cache
def catalogue() -> Catalogue:
    """Every label by `kind.value`, read once. Raises as `read_folder` does."""
    return read_folder(FOLDER)


def label(kind: str, value: str, language: Language, **facts: object) -> str:
    """The text for `value` of `kind`, with `{name}` fields filled from `facts`; without facts as it is written."""
    wording = catalogue().get(f"{kind}.{value}")
    if wording is None:
        raise LabelMissing(kind, value)
    return wording.filled(language, facts) if facts else wording.text(language)
