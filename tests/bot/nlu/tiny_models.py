"""Hugging Face models small enough to be made in a test: a BERT with two thin layers and a vocabulary of letters."""

from transformers import BertConfig, BertTokenizerFast, TFBertForSequenceClassification, TFBertModel

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
