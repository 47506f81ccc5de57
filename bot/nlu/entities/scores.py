"""Ratings as customers give them: 5分, 8/10, 三星, ⭐⭐⭐, "two stars", "I'd give it a 4"; and amounts of points."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from re import Match, Pattern

from bot.nlu.text import numerals
from bot.nlu.text.normalizer import NormalizedText
from bot.nlu.text.script import lowered

_ZH = numerals.CHINESE
_SMALL = r"(?:10|\d(?:\.5)?|十|[零一二两三四五六七八九]|半)"
_SMALL_NUMBER = r"(?:10|\d(?:\.5)?|zero|one|two|three|four|five|six|seven|eight|nine|ten)(?![a-z])"
_SMALL_EN = r"(?:10|\d(?:\.5)?|zero|one|two|three|four|five|six|seven|eight|nine|ten|half a|an?)"

#: words that make a bare "N分" a rating even where it could be points
_RATING_CUE = re.compile(
    r"评|打分|打个?|给|畀|俾|满意|推荐|服务|客服|态度|体验|分吧|分左右|得分|扣分|好评|差评|建议|rate|rating|"
    r"score|stars?\b|recommend",
    re.ASCII,
)
_POINTS_CUE = re.compile(r"积分|点数|兑|换|余额|到期|过期|红利|points?|redeem|balance|礼品|券", re.ASCII)


@dataclass(frozen=True)
class Score:
    """`text[start:end]` is a rating of `value` on a scale up to `scale`; None when the customer named no scale."""

    start: int
    end: int
    value: int | float
    scale: int | None


@dataclass(frozen=True)
class Points:
    """`text[start:end]` is an amount of `value` points."""

    start: int
    end: int
    value: int


def _value(words: str) -> int | float | None:
    words = words.strip()
    if words in {"半", "half a"}:
        return 0.5
    if words in {"a", "an"}:
        return 1
    if re.fullmatch(r"\d+\.5", words):
        return float(words)
    return numerals.parse(words)


_FRACTION = re.compile(r"(?<![\d./-])(10|\d(?:\.5)?)\s*/\s*(5|10)(?![\d/月号日])")
_OUT_OF = re.compile(
    rf"(?<![a-z0-9./-])({_SMALL_EN})\s*(?:stars?\s*)?(?:/|out of)\s*(5|10|five|ten|100)\b"
    r"(?!\s*(?:orders|items|days|times|of))",
    re.ASCII,
)
#: 10分满分我给7分; 满分10分我给8
_ZH_OUT_OF = tuple(
    re.compile(rf"{scale}[^\d零一二两三四五六七八九十]{{{least},6}}({_SMALL}|\d{{2,3}})分?")
    for scale, least in (
        (r"(5|10|100|五|十)分(?:满分|里面?|制|中)", 0),
        (r"满分(?:是|为)?\s*(5|10|100|五|十)分", 1),
    )
)
_STARS = "⭐★🌟"
_NO_STAR = "☆"
#: the scales on which stars and empty stars together are drawn
_STAR_SCALES = (5, 10)
#: ★★★☆☆, ⭐ ⭐ ⭐: in the normalised text a run is one character
_STAR_ROW = re.compile(rf"[{_STARS}](?: ?[{_STARS}])*(?: ?{_NO_STAR})*")
#: one star is an ornament ("谢谢⭐") unless it is all there is, or stands where a rating would
_NO_WORD = re.compile(r"\W*")
_STAR_GIVEN = re.compile(
    r"(?:[给打评畀俾]|\b(?:rate|rating|score|gives?(?: (?:it|you|u|them))?))[分:为了你们 ]{0,3}$", re.ASCII
)
_ZH_STARS = re.compile(
    rf"(?<![\d.扣减])(?<![扣减]了)({_SMALL})\s*(?:颗|粒|个)?(?:星星|星|[{_STARS}])(?: ?[{_STARS}])*"
    r"(?!期|级酒店|座|巴克|球|光|空|辰)"
)
_EN_STARS = re.compile(rf"(?<![a-z0-9.])({_SMALL_EN})[\s-]*(?:stars?\b|[{_STARS}])(?: ?[{_STARS}])*(?!bucks)", re.ASCII)
_SCALE_AFTER = re.compile(r"满分(?:是|为)?\s*(5|10|100|五|十|百|一百)(?:分|星|$)")
_FULL = re.compile(r"满分|full marks|top marks|perfect score")
_ZH_POINTS_OF_TEN = re.compile(
    rf"(?<![\d.第满点过扣减零一二三四五六七八九十])(?<![扣减]了)({_SMALL}|100)分(?!(?<=一分)[都也]|[钱钟之期店析享类别数开批配销红积手量机辨辩明享级公]|钟|满分)"
)
_CUED = re.compile(
    rf"(?:\b(?:rate|rating|score|scored?)\b[^\d.]{{0,24}}?|\b(?:give|giving|gave)\s+(?:it|you|u|them|him|her|"
    rf"this|the \w+)"
    rf"(?:\s+guys)?\s+(?:a |an )?|put me down for (?:a )?|(?:solid|maybe a|strong|it'?s a)\s+|"
    rf"recommend\w*\s*[::]\s*|would give\s+(?:a )?"
    rf"|评分\s*[::]?\s*(?:是|给|为)?|打分\s*[::]?\s*|推荐(?:指数|程度|度)\s*(?:是|大概|大约|给)?\s*|"
    rf"满意度\s*(?:是|给|大概)?\s*|评价\s*[::]\s*"
    rf"|rating\s*给|满意[^\d]{{0,6}}选|satisfied,?\s*)({_SMALL_NUMBER}|{_SMALL})(?![\d/:%]|\s*(?:days?|times?|"
    rf"points?|orders?|hours?|weeks?|分钟|折|元|"
    rf"块|个|张|件|单|stars?|out of|颗|星|分))",
    re.ASCII,
)


def find_scores(text: str, written: NormalizedText | None = None) -> list[Score]:
    """Ratings in normalised `text`; overlapping readings are settled in favour of the more explicit one.

    `written`: the text's `NormalizedText`, in whose original repeated stars are counted; without it none are.
    """
    said = lowered(text)
    found: list[Score] = []
    for score in (*_candidates(said), *(_rows_of_stars(said, written) if written else ())):
        if all(score.end <= other.start or score.start >= other.end for other in found):
            found.append(score)
    return sorted((score for score in found if score.value >= 0), key=lambda score: score.start)


def _candidates(text: str) -> Iterator[Score]:
    for match in (match for pattern in _ZH_OUT_OF for match in pattern.finditer(text)):
        value, scale = _value(match.group(2)), numerals.parse(match.group(1))
        if value is not None and scale is not None and value <= scale:
            # 10分满分我给7分: the rating is 7分; the scale before it is taken as well, but no rating of its own
            yield Score(match.start(2), match.end(), value, scale)
            yield Score(match.start(), match.start(2), -1, scale)
    for match in _SCALE_AFTER.finditer(text):
        yield Score(match.start(), match.end(), -1, numerals.parse(match.group(1)))
    for match in _OUT_OF.finditer(text):
        yield from _made(match, match.group(1), numerals.parse(match.group(2)))
    for match in _FRACTION.finditer(text):
        yield from _made(match, match.group(1), int(match.group(2)))
    for pattern in (_ZH_STARS, _EN_STARS):
        for match in pattern.finditer(text):
            yield from _made(match, match.group(1), 5)
    for match in _ZH_POINTS_OF_TEN.finditer(text):
        if _reads_as_rating(text, match):
            yield from _made(match, match.group(1), 100 if match.group(1) == "100" else None)
    for match in _CUED.finditer(text):
        value = _value(match.group(1))
        if value is not None:
            yield Score(match.start(1), match.end(1), value, None)
    for match in _FULL.finditer(text):
        yield Score(match.start(), match.end(), 5, 5)


def _rows_of_stars(text: str, written: NormalizedText) -> Iterator[Score]:
    no_word = _NO_WORD.fullmatch(text)
    for match in _STAR_ROW.finditer(text):
        start, end = written.to_original(match.start(), match.end())
        row = written.original[start:end]
        full, drawn = sum(row.count(star) for star in _STARS), sum(row.count(star) for star in _STARS + _NO_STAR)
        if drawn > 1 or no_word or _STAR_GIVEN.search(text[: match.start()]):
            scale = drawn if drawn in _STAR_SCALES else min(_STAR_SCALES)
            # more stars than the scale has are the best there is
            yield Score(match.start(), match.end(), min(full, scale), scale)


def _made(match: Match[str], words: str, scale: int | None) -> Iterator[Score]:
    value = _value(words)
    if value is not None and (scale is None or value <= scale or scale == 5):
        yield Score(match.start(), match.end(), value, scale)


def _reads_as_rating(text: str, match: Match[str]) -> bool:
    """ "5分" and "给8分" are ratings; "差5分就能换了" and "我只有3分积分" are points."""
    rest = text[: match.start()] + text[match.end() :]
    if match.group(1) == "100":
        return bool(_RATING_CUE.search(rest)) or len(rest) <= 4
    if _POINTS_CUE.search(rest):
        return bool(re.search(r"[打给评畀俾]\S{0,3}$", text[: match.start()]))
    return not re.search(r"(?:差|还差|扣|少|多|送|欠)\S{0,2}$", text[: match.start()]) or bool(_RATING_CUE.search(rest))


_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+|{_ZH})"
_SCALE = {"万": 10_000, "w": 10_000, "千": 1000, "k": 1000}
_POINT_PATTERNS: list[tuple[Pattern[str], bool]] = [
    # 500积分, 1.5万积分, 一千个积分, 500點積分, 800点数
    (
        re.compile(
            rf"(?<![\d-])(?<!\d[.,])(\d+(?:\.\d+)?|{_NUMBER})\s*([万wk千])?(?:多|来)?\s*(?:个|点|分)?(?:会员|奖励|红利)?"
            rf"(?:积分|积点|点数|红利|points?\b|pts?\b)",
            re.ASCII,
        ),
        False,
    ),
    (
        re.compile(
            rf"(?<![\d-])(?<!\d[.,])(\d+(?:\.\d+)?|\d{{1,3}}(?:,\d{{3}})+|{numerals.ENGLISH})\s*(k)?\s+(?:\w+\s+)?(?:points?|"
            rf"pts?)\b",
            re.ASCII,
        ),
        False,
    ),
    (re.compile(r"(?<![\d-])(?<!\d[.,])(\d+(?:\.\d+)?)\s*(k)?\s*(?:pts?|points?)\b", re.ASCII), False),
    # 积分有2380, 积分扣了300, points balance 1220
    (
        re.compile(
            rf"(?:积分|点数)(?:余额)?(?:一共|总共)?(?:是|有|还有|还剩|剩下?|只有|才|少了|多了|扣了|被扣了?|"
            rf"显示)\s*({_NUMBER})([万wk])?"
            rf"(?!\s*(?:元|块|号|月|年|日|天|个月|%|次|倍|条|张|笔|折))(?:分|点)?"
        ),
        False,
    ),
    # 500分, 一千五百点: bare, therefore only amounts no rating and no time of day could have
    (
        re.compile(
            rf"(?<![\d第点-])(?<!\d[.,])({_NUMBER})\s*([万wk])?(?:多|来)?[分点](?![钟之期店析享类别开批配销红手半整心评])"
        ),
        True,
    ),
]
_FEW = 24


def find_points(text: str) -> list[Points]:
    """Amounts of points in normalised `text`."""
    said = lowered(text)
    found: list[Points] = []
    for pattern, bare in _POINT_PATTERNS:
        for match in pattern.finditer(said):
            value = _points_value(match.group(1), match.group(2) or "")
            if value is None or any(match.start() < other.end and match.end() > other.start for other in found):
                continue
            start = match.start(1)
            if not bare or _bare_amount(said, match, value):
                found.append(Points(start, match.end(), value))
    return sorted(found, key=lambda points: points.start)


#: of the largest amount of points; longer numbers are something else, and the longest are no finite number
_AMOUNT_DIGITS = 9


def _points_value(words: str, scale: str) -> int | None:
    if sum(character.isdigit() for character in words) > _AMOUNT_DIGITS:
        return None
    if re.fullmatch(r"\d+\.\d+", words):
        number: float | None = float(words)
    else:
        number = numerals.parse(words)
    if number is None:
        return None
    value = number * _SCALE.get(scale, 1)
    return int(value) if value == int(value) and value > 0 else None


#: 三四点 is an hour, and 九十点 after a part of the day; one digit after another, nothing before them
_EITHER_HOUR = re.compile(r"(?:一二|二三|两三|三四|四五|五六|六七|七八|八九)点")
_NINE_OR_TEN = re.compile(r"九十点")
_OF_A_DAY = re.compile(r"(?:[早晚]上?|[上下中]午|今天|明天|后天|[周期拜][一二三四五六日天]|\d[号日]|大概|大约)\s*的?$")


def _is_either_hour(text: str, match: Match[str]) -> bool:
    words = text[match.start(1) : match.end()]
    if _EITHER_HOUR.match(words):
        return True
    return bool(_NINE_OR_TEN.match(words) and _OF_A_DAY.search(text[: match.start(1)]))


def _bare_amount(text: str, match: Match[str], value: int) -> bool:
    if _is_either_hour(text, match):
        return False
    if value == 100 and _RATING_CUE.search(text[: match.start()] + text[match.end() :]):
        return False
    if value > _FEW:
        return True
    if _RATING_CUE.search(text[: match.start()]) and text[match.start() - 1 : match.start()] == "扣":
        # 给4分吧，扣一分是等久了
        return False
    before = text[: match.start()]
    return bool(re.search(r"(?:差|欠|扣|送|得|用|换|有|剩|满|少|多)(?:了|我|到)*\s*$", before)) and not re.search(
        r"第\s*$", before
    )
