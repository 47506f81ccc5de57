"""What is said of the two sides."""

from benchmarks.sides import MIX, Figures, Load
from benchmarks.turns_table import answers_fact, facts_of_the_run, rows


def test_facts_say_what_stock_learned_for():
    assert any("5 of its 100 epochs" in fact for fact in facts_of_the_run("diet", 5))
    assert not any("epochs" in fact for fact in facts_of_the_run("diet", 100))


def test_all_epochs_of_stock_need_no_word_in_the_table():
    figures = Figures(train_cold=1, memory_idle=1, memory_after=1, turns=[0.05] * 14, messages_per_second=20.0)
    load = Load(turns=14, customers=2, each=3)
    assert rows(figures, figures, load, 100)[0][0] == "training from nothing"


def test_answers_that_differ_are_counted_and_named():
    ours = Figures(answers=[["a"]] * len(MIX))
    theirs = Figures(answers=[["b"], [], *[["a"]] * (len(MIX) - 2)])
    (fact,) = answers_fact(ours, theirs)
    assert f"of the {len(MIX)} messages" in fact
    assert f"answers 2 otherwise than Huike ({MIX[0]}; {MIX[1]}), 1 with nothing" in fact
