"""The tokenizer of the packed encoder, as one of the library `tokenizers`: for the folder that others load.

The product itself reads with `bot.nlu.encoder.pieces`, which takes a tenth of the memory.
"""

from __future__ import annotations

import re
import sys
import unicodedata

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from bot.nlu.encoder.packed_e5 import PackedEncoder

_SPACE_MARK = "▁"
_FIRST_PRIVATE = 0xF0000


def packed_tokenizer(packed: PackedEncoder) -> Tokenizer:
    """Splits texts into the pack's pieces, <s> before them and </s> behind."""
    vocabulary = packed.vocabulary()
    scored = list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=vocabulary.unknown))
    tokenizer.normalizer = _normalizer(packed.replacements)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE_MARK, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=_SPACE_MARK, prepend_scheme="always")
    begin, end = vocabulary.pieces[vocabulary.begin], vocabulary.pieces[vocabulary.end]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, vocabulary.begin), (end, vocabulary.end)],
    )
    return tokenizer


def _normalizer(replacements: dict[str, str]) -> normalizers.Normalizer:
    """Unicode's NFKC and the pack's departures from it: characters dropped, read as a space, or left as they are."""
    departures = {
        character: replacement
        for character, replacement in replacements.items()
        if replacement != unicodedata.normalize("NFKC", character)
    }
    dropped = "".join(character for character, replacement in departures.items() if replacement == "")
    spaces = "".join(character for character, replacement in departures.items() if replacement == " ")
    kept = [chr(code) for code in range(sys.maxunicode + 1) if _is_changed(chr(code)) and chr(code) not in replacements]
    # Put out of NFKC's sight in the private area, which no customer types, and back again behind it.
    hidden = {character: chr(_FIRST_PRIVATE + place) for place, character in enumerate(kept)}
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{re.escape(dropped)}]"), ""),
            normalizers.Replace(Regex(f"[{re.escape(spaces)}]"), " "),
            *(normalizers.Replace(character, stand_in) for character, stand_in in hidden.items()),
            normalizers.NFKC(),
            *(normalizers.Replace(stand_in, character) for character, stand_in in hidden.items()),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def _is_changed(character: str) -> bool:
    return not unicodedata.is_normalized("NFKC", character)
