"""Any Hugging Face encoder, through `transformers`' TensorFlow classes (Rasa's interpreter holds no torch)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

_MAX_TOKENS = 128
_BATCH = 32


class HuggingFaceEngine:
    """Mean-pooled last hidden states, length 1, as sentence-transformers makes them.

    `name`: a model name or a folder with config, tokenizer and weights (TensorFlow or PyTorch format). A folder may
    hold `huike.json` {"prefix": "query: ", "pooling": "mean"|"cls"}; without it the e5 family gets its "query: "
    and others no prefix, pooled by mean.
    """

    def __init__(self, name: str) -> None:
        from transformers import AutoConfig, AutoTokenizer, TFAutoModel

        config = AutoConfig.from_pretrained(name)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
        self._model: Any = _load_model(TFAutoModel, name)
        settings = _settings(name)
        self._prefix: str = settings.get("prefix", "query: " if "e5" in Path(name).name.lower() else "")
        self._pooling: str = settings.get("pooling", "mean")
        self.dimension = int(config.hidden_size)
        self.identity = f"hf-{_fingerprint(name, config.to_json_string())}-{self._prefix}-{self._pooling}"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        # Sorted by length, so that short texts are not padded to the longest of all.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            rows[chosen] = self._encode_batch([self._prefix + texts[i] for i in chosen])
        return rows

    def _encode_batch(self, texts: list[str]) -> np.ndarray:
        inputs = self._tokenizer(texts, padding=True, truncation=True, max_length=_MAX_TOKENS, return_tensors="tf")
        hidden = self._model(**inputs, training=False).last_hidden_state.numpy()
        if self._pooling == "cls":
            pooled = hidden[:, 0]
        else:
            mask = inputs["attention_mask"].numpy()[:, :, None].astype(np.float32)
            pooled = (hidden * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1.0)
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(lengths, 1e-12), dtype=np.float32)


def _load_model(model_class: Any, name: str) -> Any:
    """TensorFlow weights when the folder or the hub has them, PyTorch weights converted otherwise."""
    if (Path(name) / "tf_model.h5").exists() or not Path(name).is_dir():
        return model_class.from_pretrained(name)
    return model_class.from_pretrained(name, from_pt=True)


def _settings(name: str) -> Any:
    path = Path(name) / "huike.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _fingerprint(name: str, config_json: str) -> str:
    digest = hashlib.sha256(config_json.encode())
    folder = Path(name)
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.is_file():
                digest.update(f"{path.name}:{path.stat().st_size}:{int(path.stat().st_mtime)}".encode())
    else:
        digest.update(name.encode())
    return digest.hexdigest()[:16]
