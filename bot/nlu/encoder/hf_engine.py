"""Any Hugging Face encoder, through `transformers`' TensorFlow classes (Rasa's interpreter holds no torch)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

#: a prepared text has at most 321 characters, which are hardly ever more tokens
_MAX_TOKENS = 384
_BATCH = 32
#: position embeddings of RoBERTa's family hold two rows that no token uses
_UNUSED_POSITIONS = 2


class HuggingFaceEngine:
    """Mean-pooled last hidden states, length 1, as sentence-transformers makes them.

    `name`: a model name or a folder with config, tokenizer and weights (tf_model.h5 or model.safetensors;
    pytorch_model.bin only where torch is installed). A folder may hold `huike.json` {"prefix": "query: ", "pooling":
    "mean"|"cls"}; without it the e5 family gets its "query: " and others no prefix, and the pooling is what
    sentence-transformers noted in the folder, or mean.
    """

    def __init__(self, name: str) -> None:
        import tensorflow as tf
        from transformers import AutoConfig, AutoTokenizer, TFAutoModel

        config = AutoConfig.from_pretrained(name)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
        self._longest = _longest(config, self._tokenizer)
        settings = _settings(name)
        self._prefix: str = settings.get("prefix", "query: " if "e5" in Path(name).name.lower() else "")
        self._pooling: str = settings.get("pooling") or _noted_pooling(name)
        self.dimension = int(config.hidden_size)
        weights = _fingerprint(name, config.to_json_string())
        self.identity = f"hf-{weights}-{self._prefix}-{self._pooling}-{self._longest}"
        model = load_model(TFAutoModel, name)
        # As a graph a sentence takes 25 ms with the layers of e5-small, called layer by layer 120 to 280 ms (measured).
        numbers = tf.TensorSpec([None, None], tf.int32)
        self._hidden_states = tf.function(
            lambda inputs: model(**inputs, training=False).last_hidden_state,
            input_signature=[dict.fromkeys(self._tokenizer.model_input_names, numbers)],
        )

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        # Sorted by length, so that short texts are not padded to the longest of all.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            rows[chosen] = self._encode_batch([self._prefix + texts[i] for i in chosen])
        return rows

    def _encode_batch(self, texts: list[str]) -> np.ndarray:
        inputs = self._tokenizer(texts, padding=True, truncation=True, max_length=self._longest, return_tensors="tf")
        hidden = self._hidden_states(dict(inputs)).numpy()
        if self._pooling == "cls":
            pooled = hidden[:, 0]
        else:
            mask = inputs["attention_mask"].numpy()[:, :, None].astype(np.float32)
            pooled = (hidden * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1.0)
        lengths = np.linalg.norm(pooled, axis=1, keepdims=True)
        return np.asarray(pooled / np.maximum(lengths, 1e-12), dtype=np.float32)


def _longest(config: Any, tokenizer: Any) -> int:
    """The number of tokens that are read of a text."""
    positions = getattr(config, "max_position_embeddings", _MAX_TOKENS + _UNUSED_POSITIONS)
    return int(min(_MAX_TOKENS, tokenizer.model_max_length, positions - _UNUSED_POSITIONS))


def load_model(model_class: Any, name: str) -> Any:
    """Weights in a format that TensorFlow reads when the folder or the hub has them, else converted by torch."""
    folder = Path(name)
    # Large weights come in parts: model-00001-of-00003.safetensors.
    readable = any(True for pattern in ("tf_model*.h5", "model*.safetensors") for _ in folder.glob(pattern))
    needs_torch = not readable and any(True for _ in folder.glob("pytorch_model*.bin"))
    return model_class.from_pretrained(name, from_pt=needs_torch)


def _noted_pooling(name: str) -> str:
    """The pooling that sentence-transformers wrote beside the weights; mean without one."""
    path = Path(name) / "1_Pooling" / "config.json"
    noted = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return "cls" if noted.get("pooling_mode_cls_token") else "mean"


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
