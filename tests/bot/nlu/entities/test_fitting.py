import multiprocessing

import pytest

from bot.nlu.entities import fitting
from bot.nlu.entities.fitting import EntityLesson, begin, fit
from bot.nlu.entities.trained import EntityTagger, PhraseList

SETTINGS = {"c1": 0.05, "c2": 0.01, "max_iterations": 30}


def lesson(*sentences):
    """Each sentence's product stands in brackets: "退[跑鞋]"."""
    texts, marks = [], []
    for sentence in sentences:
        before, _, rest = sentence.partition("[")
        product, _, after = rest.partition("]")
        texts.append(before + product + after)
        marks.append([(len(before), len(before) + len(product), "product")] if product else [])
    return EntityLesson(texts, marks, {"product": ["跑鞋"]}, "nlu_data/words", SETTINGS)


RETURNS = ("退[跑鞋]", "我要退[跑鞋]", "[跑鞋]退了", "return the [backpack]", "你好", "订单到哪了")
SHOES = lesson(*RETURNS)


@pytest.fixture(autouse=True)
def nothing_begun():
    yield
    for begun in fitting._begun.values():
        begun.process.kill()
        begun.folder.cleanup()
    fitting._begun.clear()


def products(path, text):
    tagger = EntityTagger.load(path, PhraseList(SHOES.phrases), SHOES.words_directory)
    return [text[start:end] for start, end, _, _ in tagger.find(text)]


def test_what_was_begun_is_taken_and_is_what_would_be_learned_here(tmp_path, monkeypatch):
    fit(SHOES, tmp_path / "here")
    begin(SHOES)
    monkeypatch.setattr(fitting, "_fit", lambda *_: pytest.fail("fitted a second time"))
    fit(lesson(*RETURNS), tmp_path / "taken")
    assert (tmp_path / "taken").read_bytes() == (tmp_path / "here").read_bytes()
    assert products(tmp_path / "taken", "想退跑鞋") == ["跑鞋"]


def test_what_was_begun_with_other_examples_is_not_taken(tmp_path):
    begin(lesson("退[面霜]", "你好"))
    fit(SHOES, tmp_path / "model")
    assert products(tmp_path / "model", "想退跑鞋") == ["跑鞋"]


def test_the_other_process_dies_so_the_model_is_fitted_here(tmp_path):
    begin(SHOES)
    multiprocessing.active_children()[0].kill()
    fit(SHOES, tmp_path / "model")
    assert products(tmp_path / "model", "想退跑鞋") == ["跑鞋"]


def test_nothing_is_left_behind(tmp_path):
    begin(SHOES)
    folder = next(iter(fitting._begun.values())).folder.name
    fit(SHOES, tmp_path / "model")
    assert not tmp_path.joinpath(folder).exists()
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    "other",
    [
        lesson("退[跑鞋]", "你好"),
        EntityLesson(SHOES.texts, SHOES.annotations, {"product": ["背包"]}, SHOES.words_directory, SETTINGS),
        EntityLesson(SHOES.texts, SHOES.annotations, SHOES.phrases, SHOES.words_directory, {**SETTINGS, "c1": 0.1}),
        EntityLesson(SHOES.texts, [[] for _ in SHOES.texts], SHOES.phrases, SHOES.words_directory, SETTINGS),
    ],
)
def test_another_lesson_has_another_key(other):
    assert other.key != SHOES.key
