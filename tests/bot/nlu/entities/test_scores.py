import pytest

from bot.nlu.entities.scores import find_points, find_scores
from bot.nlu.text.normalizer import normalize


def scores(text):
    known = normalize(text).text
    return [(known[found.start : found.end], found.value, found.scale) for found in find_scores(known)]


def points(text):
    known = normalize(text).text
    return [(known[found.start : found.end], found.value) for found in find_points(known)]


class TestScores:
    @pytest.mark.parametrize(
        ("text", "words", "value", "scale"),
        [
            ("5分", "5分", 5, None),
            ("給８分吧", "8分", 8, None),
            ("满意度8/10", "8/10", 8, 10),
            ("3/5", "3/5", 3, 5),
            ("三星", "三星", 3, 5),
            ("兩顆星不能再多了", "两颗星", 2, 5),
            ("two stars", "two stars", 2, 5),
            ("5 ⭐", "5 ⭐", 5, 5),
            ("滿分！", "满分", 5, 5),
            ("10分满分我给7分", "7分", 7, 10),
            ("我打9分，满分10分", "9分", 9, None),
            ("滿分10分我給8", "8", 8, 10),
            ("给4分吧，扣一分是等久了", "4分", 4, None),
            ("I'd give you three stars out of five", "three stars out of five", 3, 5),
            ("打4颗星，扣一星因为太慢", "4颗星", 4, 5),
            ("eight out of ten", "eight out of ten", 8, 10),
            ("i give it a 4", "4", 4, None),
            ("rate the last agent 5", "5", 5, None),
            ("半星都不想给", "半星", 0.5, 5),
            ("100分！", "100分", 100, 100),
            ("推荐指数9", "9", 9, None),
        ],
    )
    def test_rating(self, text, words, value, scale):
        assert scores(text) == [(words, value, scale)]

    @pytest.mark.parametrize(
        "text",
        [
            "等了5分钟",
            "三点二十分",
            "一分都没给我加",
            "十点过五分",
            "我只有3分积分",
            "还差5分",
            "星期三",
            "星巴克",
            "第5分店",
            "2025/8/10",
            "call me at 5",
            "500分",
            "三分之一",
            "rate",
            "5 orders out of 7",
            "starbucks",
            "give me a call",
            "option 3",
            "1 day",
        ],
    )
    def test_no_rating(self, text):
        assert scores(text) == []


def stars(text):
    known = normalize(text)
    places = [(known.to_original(found.start, found.end), found) for found in find_scores(known.text, known)]
    return [(text[start:end], found.value, found.scale) for (start, end), found in places]


class TestRowsOfStars:
    """`words`: as the customer typed them."""

    @pytest.mark.parametrize(
        ("text", "words", "value", "scale"),
        [
            ("⭐⭐⭐⭐", "⭐⭐⭐⭐", 4, 5),
            ("★★★☆☆", "★★★☆☆", 3, 5),
            ("給妳們 ★ ★ ★ ☆ ☆ 謝謝", "★ ★ ★ ☆ ☆", 3, 5),
            ("五星⭐", "五星⭐", 5, 5),
            ("五星⭐⭐⭐⭐⭐好评", "五星⭐⭐⭐⭐⭐", 5, 5),
            ("服务很好🌟🌟🌟🌟🌟！", "🌟🌟🌟🌟🌟", 5, 5),
            ("态度  ⭐️⭐️⭐️ 一般", "⭐️⭐️⭐️", 3, 5),
            ("★★★★★★★☆☆☆", "★★★★★★★☆☆☆", 7, 10),
            ("⭐⭐⭐⭐⭐⭐⭐", "⭐⭐⭐⭐⭐⭐⭐", 5, 5),
            ("⭐", "⭐", 1, 5),
            ("只能给⭐", "⭐", 1, 5),
            ("I give it ⭐⭐", "⭐⭐", 2, 5),
        ],
    )
    def test_rating(self, text, words, value, scale):
        assert stars(text) == [(words, value, scale)]

    @pytest.mark.parametrize("text", ["谢谢你们⭐", "☆☆☆☆☆", "☆", "⭐新品"])
    def test_ornament(self, text):
        assert stars(text) == []

    def test_two_rows_are_two_ratings(self):
        assert [value for _, value, _ in stars("客服⭐⭐⭐⭐ 物流⭐⭐")] == [4, 2]


def test_a_letter_that_grows_when_small_moves_nothing():
    assert stars("İİİ 5分") == [("5分", 5, None)]
    assert points("İİİ 500积分") == [("500积分", 500)]


class TestPoints:
    @pytest.mark.parametrize(
        ("text", "words", "value"),
        [
            ("500积分", "500积分", 500),
            ("够吗，500积分", "500积分", 500),
            ("还能换吗，2000分", "2000分", 2000),
            ("用五百分換券", "五百分", 500),
            ("一千积分", "一千积分", 1000),
            ("兩千五積分", "两千五积分", 2500),
            ("1.5万积分", "1.5万积分", 15000),
            ("1,220 points", "1,220 points", 1220),
            ("five hundred points", "five hundred points", 500),
            ("2k points", "2k points", 2000),
            ("我有800點", "800点", 800),
            ("積分還有2380", "2380", 2380),
            ("扣了我20点", "20点", 20),
            ("300 reward points", "300 reward points", 300),
        ],
    )
    def test_amount(self, text, words, value):
        assert points(text) == [(words, value)]

    @pytest.mark.parametrize(
        "text", ["8点", "3点45分", "5分钟", "下午3点", "5分", "500元", "20251214-0037", "三点建议", "0 points?"]
    )
    def test_no_amount(self, text):
        assert points(text) == []
