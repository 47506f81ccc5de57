"""Hugging Face models small enough to be made in a test: a BERT with two thin layers and a vocabulary of letters."""

from pathlib import Path

from safetensors.numpy import save_file
from transformers import BertConfig, BertTokenizerFast, TFBertForSequenceClassification, TFBertModel
from transformers.modeling_tf_pytorch_utils import convert_tf_weight_name_to_pt_weight_name

_LETTERS = "abcdefghijklmnopqrstuvwxyz积分退货包裹好坏"


def _config(**more):
    return BertConfig(
        vocab_size=5 + 2 * len(_LETTERS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=160, **more,
    )  # fmt: skip


def _tokenizer(folder):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *_LETTERS, *(f"##{letter}" for letter in _LETTERS)]
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(vocab_file=str(vocabulary)).save_pretrained(folder)


def save_encoder(folder):
    model = TFBertModel(_config())
    model(model.dummy_inputs)
    model.save_pretrained(folder)
    _tokenizer(folder)
    return str(folder)


def save_classifier(folder, labels):
    model = TFBertForSequenceClassification(_config(id2label=dict(enumerate(labels)), num_labels=len(labels)))
    model(model.dummy_inputs)
    model.save_pretrained(folder)
    _tokenizer(folder)
    return str(folder)


def as_published_from_torch(folder):
    """Give the classifier in `folder` the only weights most published models have: safetensors, by torch's names."""
    model = TFBertForSequenceClassification.from_pretrained(folder)
    weights = {}
    for weight in model.weights:
        rows = weight.numpy()
        name, transpose = convert_tf_weight_name_to_pt_weight_name(weight.name, tf_weight_shape=rows.shape)
        weights[name] = (rows.T if transpose.name == "SIMPLE" else rows).copy()
    (Path(folder) / "tf_model.h5").unlink()
    save_file(weights, Path(folder) / "model.safetensors", metadata={"format": "pt"})
    return folder
