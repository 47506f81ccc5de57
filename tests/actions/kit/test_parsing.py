"""What a customer typed for a form: which of several, which day."""

from datetime import date

import pytest

from actions.kit.parsing import birthday_in, choice_in


class TestChoice:
    @pytest.mark.parametrize(
        ("said", "index"),
        [
            ("第一个", 0),
            ("第２个吧", 1),
            ("第兩個", 1),
            ("the 3rd one", 2),
            ("The second, please", 1),
            ("option 4", 3),
            ("选三", 2),
            ("頭一個", 0),
            ("最后一个", 3),
        ],
    )
    def test_which_of_four_is_meant(self, said: str, index: int) -> None:
        assert choice_in(said, 4) == index

    @pytest.mark.parametrize("said", ["第12个", "第十一個", "the 21st", "选一个", "no 100 points", "第五个", "随便"])
    def test_none_of_four_is_meant(self, said: str) -> None:
        assert choice_in(said, 4) is None

    def test_the_fifth_of_five(self) -> None:
        assert choice_in("第五个", 5) == 4


class TestBirthday:
    @pytest.mark.parametrize(
        "said",
        [
            "1992年3月22日",
            "１９９２年３月２２日",
            "一九九二年三月廿二",
            "民國八十一年三月二十二日",
            "19920322",
            "22 March 1992",
        ],
    )
    def test_in_every_writing(self, said: str) -> None:
        assert birthday_in(said) == date(1992, 3, 22)

    def test_a_day_that_is_none(self) -> None:
        assert birthday_in("1992年2月30日") is None
