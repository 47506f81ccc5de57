"""The patterns of dates and times, each with what makes an atom of a match; see `bot.nlu.times.atoms`."""

from __future__ import annotations

import re
from re import Pattern

from bot.nlu.text import numerals
from bot.nlu.times import atoms as make
from bot.nlu.times import clock, spoken, zones
from bot.nlu.times.atoms import (
    ABOUT,
    AFTER,
    AROUND,
    BEFORE,
    EN_MONTH,
    EN_NUMBER,
    EN_RELATIVE_DAYS,
    EN_WEEKDAY,
    NUMBER,
    SINCE,
    UNTIL,
    ZH_DAYS,
    ZONE,
    Maker,
)
from bot.nlu.times.holidays import HOLIDAYS

_NAMED_YEAR = "去年|今年|明年|前年|上年|后年"
_YEAR = (
    rf"(?:(?P<named>{_NAMED_YEAR})|民国(?P<roc>{NUMBER})年|"
    r"(?P<year>(?:19|20)\d\d|\d\d|[零〇一二三四五六七八九]{4})年)"
)
_ZH_AFTER = r"(?:以?之?后|过后|以?之?前|以?之?内)"
#: 三点建议, 第三点, 还差三点, 有20点 (points): no times of day
_NOT_A_CLOCK_BEFORE = r"(?<![有差第几用扣送换欠得满\d.])"
_HALF = r"(?:[ap]\.?m\b\.?)"
_TAIL = rf"(?:半|[一1]刻|[三3]刻|{numerals.CHINESE}分?|\d{{1,2}}分?)"
_HOUR = r"(?:十[一二]?|[一二两三四五六七八九])"
#: 十点十一点: what follows is the next hour and no minutes
_NO_HOUR = r"(?![\d一二三四五六七八九十]?[点时])"
_MINUTES = rf"(?:{numerals.CHINESE}|\d{{1,2}})分"
_RANGE_SIGN = r"\s*(?:-|~|–|—|到|至|to|and|till|until)\s*"
_EN_RELATIVE = "|".join(sorted(EN_RELATIVE_DAYS, key=len, reverse=True))
_EN_DAY_FOLLOWS = rf"(?=\s+(?:today|tomorrow|tmr|tonight|on\b|in the\b|this\b|next\b|{EN_WEEKDAY}\b))"
_EN_CLOCK_FOLLOWS = (
    r"(?=\s*(?:$|(?:\w+ ){1,2}time\b"
    r"|[.,!?;)\u3400-\u9fff]|-|please|pls|thx|thanks|or\b|and\b|to\b|till\b|until\b|on\b|in the\b|"
    r"today|tonight"
    r"|tomorrow|tmr|next\b|this\b|mon|tue|wed|thu|fri|sat|sun|eastern|pacific|[ep]s?t\b|gmt|though|if\b|is\b|works|would|ish|cst|beijing|bj|"
    r"when\b|sharp"
    r"|because|so\b|but\b|i'|my\b|ok(?:ay)?\b|then\b|cheers|about\b|regarding\b|suits|[\u2600-\u27bf\U0001f000-\U0001faff]))"
)
_EN_ABOUT = r"(?:around|about|approximately|approx\.?|roughly|abt)"
#: words that begin something new, and no noun of which there could be so many
_NOTHING_COUNTED_FOLLOWS = (
    rf"(?:{_EN_CLOCK_FOLLOWS}|(?=\s+(?:at|for|with|re|via|as|since|after|before|from|unless|while|he|she|it|that|they|"
    r"we|you|u|i|will|can|could|should|may|might|was|fine|good|best|thank|not|no|yes|your|local|any)\b))"
)


def _compile(pattern: str) -> Pattern[str]:
    # ASCII: a Chinese character next to a Latin word or a digit is a border ("明天3pm", "call我at 5").
    return re.compile(pattern, re.ASCII)


#: tried in this order at every place; the longest match wins, the earlier one among equals
RULES: list[tuple[Pattern[str], Maker]] = [
    (_compile(r"((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?![\d-])"), make.iso_day),
    (
        _compile(rf"(?:{_YEAR}\s*的?)?(?P<month>{NUMBER})\s*月\s*(?P<day>{NUMBER})\s*(?:[日号]|(?!\d))"),
        make.zh_month_day,
    ),
    (
        _compile(
            r"(?<![\d./])(\d{1,2})/(\d{1,2})(?=号|日|前|后|以|之|到|[上中下]午|[早晚傍凌]|\s|$|[,，。.!?])(?!\s*/)"
        ),
        make.slash_day,
    ),
    (_compile(r"(?<![\d./])(\d{1,2})\.(\d{1,2})[号日]"), make.slash_day),
    # "twenty to two" is no range; "ten to two" may be one
    (
        _compile(
            rf"\b(?P<m>twenty[ -]five|twenty|\d{{1,2}}(?= min)) (?:min(?:ute)?s? )?(?P<side>to) "
            rf"(?P<h>\d{{1,2}}|{numerals.ENGLISH})\b"
        ),
        spoken.minutes_past,
    ),
    # 2点到4点, 2-4点, 2:30-4pm, "between 2 and 4", "10 to 2 tomorrow"
    (
        _compile(
            rf"(?<![\w./:-])(?:(?:between|from)\s+)?(?P<h1>\d{{1,2}})(?::(?P<m1>\d\d))?\s*(?P<a1>{_HALF})?(?P<t1>(?!))?"
            rf"{_RANGE_SIGN}(?P<h2>\d{{1,2}})(?::(?P<m2>\d\d))?\s*(?P<a2>{_HALF})(?P<t2>(?!))?"
        ),
        clock.clock_range,
    ),
    # "1pm-3"
    (
        _compile(
            rf"(?<![\w./:-])(?:(?:between|from)\s+)?(?P<h1>\d{{1,2}})(?::(?P<m1>\d\d))?\s*(?P<a1>{_HALF})(?P<t1>(?!))?"
            rf"{_RANGE_SIGN}(?P<h2>\d{{1,2}})(?::(?P<m2>\d\d))?(?P<a2>(?!))?(?P<t2>(?!))?{_EN_CLOCK_FOLLOWS}"
        ),
        clock.clock_range,
    ),
    (
        _compile(
            rf"(?:\b(?:between|from)\s+|(?<![\w./:-])(?=\S{{1,8}}\s*\S{{1,5}}\s*\S{{1,8}}{_EN_DAY_FOLLOWS}))"
            rf"(?P<h1>\d{{1,2}}|{numerals.ENGLISH})(?::(?P<m1>\d\d))?(?P<a1>(?!))?(?P<t1>(?!))?"
            rf"{_RANGE_SIGN}(?P<h2>\d{{1,2}}|{numerals.ENGLISH})(?::(?P<m2>\d\d))?(?P<a2>(?!))?(?P<t2>(?!))?(?![\w:%])"
            rf"(?!\s*(?:days?|weeks?|months?|hours?|points?|stars?|yuan|items?|orders?|minutes?|mins?|people))"
        ),
        clock.clock_range,
    ),
    (
        _compile(
            r"(?<![\w./:-])(?P<h1>\d{1,2}):(?P<m1>\d\d)(?P<a1>(?!))?(?P<t1>(?!))?\s*(?:-|~|–|—|到|至|to)\s*"
            r"(?P<h2>\d{1,2}):(?P<m2>\d\d)(?P<a2>(?!))?(?P<t2>(?!))?(?![\d:])"
        ),
        clock.clock_range,
    ),
    (
        _compile(
            rf"{_NOT_A_CLOCK_BEFORE}(?P<h1>\d{{1,2}}|{numerals.CHINESE})(?P<a1>(?!))?(?P<m1>(?!))?"
            rf"(?:[点时]钟?(?P<t1>{_TAIL})?)?\s*(?:-|~|–|—|到|至)\s*"
            rf"(?P<h2>\d{{1,2}}|{numerals.CHINESE})(?P<a2>(?!))?(?P<m2>(?!))?[点时]钟?(?P<t2>{_TAIL})?"
        ),
        clock.clock_range,
    ),
    (
        _compile(
            rf"{_NOT_A_CLOCK_BEFORE}(?<!十)(?P<h1>十一|[一二两三四五六七八九])(?P<h2>[二两三四五六七八九十])"
            rf"[点时](?![数评心]|建议|意见|问题|要求)钟?"
        ),
        spoken.either_hour,
    ),
    (
        _compile(
            rf"{_NOT_A_CLOCK_BEFORE}(?P<h1>\d{{1,2}}|{_HOUR})[点时]?\s*[、,或/]\s*(?P<h2>\d{{1,2}}|{_HOUR})[点时]钟?"
        ),
        spoken.either_hour,
    ),
    (_compile(rf"差(?P<m>一刻|{_MINUTES})钟?(?:到|就)?(?P<h>\d{{1,2}}|{_HOUR})点"), spoken.short_of),
    (_compile(rf"(?P<h>\d{{1,2}}|{_HOUR})点差(?P<m>一刻|{_MINUTES})"), spoken.short_of),
    (_compile(r"(?<![说表声证发])明(?=、?(?:、|跟|和)?后[天日两])"), spoken.two_days),
    (_compile("|".join(sorted(ZH_DAYS, key=len, reverse=True))), make.zh_day),
    (_compile(r"[昨今明听当琴寻](?=[晚早朝晨](?!点)|(?:上午|下午|中午|凌晨|傍晚))|[前后](?=晚)"), make.zh_glued_day),
    (
        _compile(r"((?:[上下]{1,2}|这|本|今)个?)?(?:周|星期|礼拜|拜)([一二三四五六日天]|[1-7](?![\d天周个]))"),
        make.zh_weekday,
    ),
    (_compile(r"((?:[上下]{1,2}|这|本)个?)(?:周|星期|礼拜)(末)?"), make.zh_week),
    (_compile(r"(这|本)?(?:周|礼拜)(末)"), make.zh_week),
    (
        _compile(
            rf"((?:[上下]{{1,2}}|这|"
            rf"本)个?月)?(?<![大小第楼巷弄路街道段栋幢座村里\d-])({NUMBER})[号日](?![店楼线门机码电库仓铺桌球院])"
        ),
        make.zh_day_of_month,
    ),
    (
        _compile(
            rf"(?:(?P<prefix>(?:[上下]{{1,2}}|这|本)个?)|(?:{_YEAR}\s*的?)?(?P<month>{NUMBER}))月份?(?P<place>初|中旬|上旬|下旬|底|末)?"
        ),
        make.zh_month,
    ),
    (_compile(rf"(?P<prefix>)(?:(?!){_YEAR})?(?P<month>(?!))?月(?P<place>初|底|末)"), make.zh_month),
    (
        _compile(rf"(?:(?P<named>{_NAMED_YEAR})的?年?|年)[底末]|end of (?:the |this )?year"),
        make.year_end,
    ),
    (
        _compile(
            rf"(?:再?过\s*)?(?P<n>半|{NUMBER})\s*个?(?P<half>半)?"
            rf"(?P<unit>分钟|小时|钟头|钟|天|日|周|星期|礼拜|月|年)(?P<after>{_ZH_AFTER})"
        ),
        make.zh_relative,
    ),
    (
        _compile(
            rf"再?过\s*(?P<n>半|{NUMBER})\s*个?(?P<half>半)?(?P<unit>分钟|小时|钟头|钟|天|日|周|星期|礼拜|月|"
            rf"年)(?P<after>)"
        ),
        make.zh_relative,
    ),
    (
        _compile(
            # 等了一上午 and 哭了一晚上 last so long, 周一上午 is a time
            r"(?<![^周期拜]一)(?<!整)(凌晨|清晨|大清早|清早|早上|早晨|一大早|一早|朝头早|朝早|上午|中午|午饭|午间|午休|午后|下午|下昼|晏昼|傍晚|晚饭|"
            r"晚上|晚间|晚黑|夜晚|夜间|夜里|半夜|深夜|白天|日头)(?:时间?)?(?!好|安)"
        ),
        clock.part,
    ),
    (
        _compile(r"(?:(?<=[昨今明听琴寻前后天周二三四五六日号])|(?<=[周期拜]一))([早晚朝晨])(?:上|间)?(?!好|安|点)"),
        clock.part,
    ),
    (_compile(r"([早晚])(?=(?:\d{1,2}|[二两三四五六七八九十]{1,2})[点:](?!点|儿))"), clock.part),
    (_compile(r"(?:下班|放工|收工)(?:以|之)?后|\bafter work\b"), clock.after_work),
    (_compile(r"\blast (?:night|evening)\b"), clock.last_night),
    (_compile(r"\b(?P<n>first thing)(?: in the morning)?\b|\b(?P<e>eve)\b"), spoken.part_after_day),
    (_compile(r"(?<![一二三四五六七八九十半几两多数\d去今明])年前(?!面)"), make.before_new_year),
    (
        _compile(
            rf"{_NOT_A_CLOCK_BEFORE}(?<![:])(?<![有差用扣送换欠得满] )(?P<h>\d{{1,2}})\s*[点时](?!数|击|评|积)钟?整?"
            rf"(?P<m>(?:半|[一1]刻|[三3]刻|{numerals.CHINESE}分?|\d{{1,2}}分?){_NO_HOUR})?(?!\d)"
        ),
        clock.zh_clock,
    ),
    (
        _compile(
            rf"{_NOT_A_CLOCK_BEFORE}(?P<h>[二两三四五六七八九十]|十[一二三四五六七八九]|二十[一二三四]?)\s*[点时](?!心|评|建议|意见|问题|要求|数|击|"
            rf"子)"
            rf"钟?整?(?P<m>(?:半|[一1]刻|[三3]刻|{numerals.CHINESE}分?|\d{{1,2}}分?){_NO_HOUR})?"
        ),
        clock.zh_clock,
    ),
    (
        _compile(
            r"(?P<h>一)点(?:钟|整|(?=以?之?[前后]|左右|到|至|[-~])|(?P<m>半|[一1]刻|[三3]刻|[零二三四五]十?[五]?分))"
        ),
        clock.zh_clock,
    ),
    (_compile(r"(?:(?<=[午上晨])|(?<=[今明昨听琴]晚))\s*(?P<h>一)点(?P<m>)"), clock.zh_clock),
    (
        _compile(
            r"(?<![\d:])(\d{1,2})(?::|\.(?=\d\d\s*[ap]m)|(?:(?<=at \d)|(?<=at \d\d))\.)(\d{2})(?![\d:])"
            r"\s*([ap]\.?m\b\.?)?"
        ),
        clock.colon_clock,
    ),
    (_compile(rf"(?<![\w.])(\d{{1,2}}|{numerals.ENGLISH})\s*(a\.?m\b\.?|p\.?m\b\.?|o'? ?clock\b)"), clock.en_clock),
    (
        _compile(
            rf"(?:\ba )?\b(half past|quarter past|quarter to|"
            rf"(?:(?<=at )|(?<=around )|(?<=about )|(?<=after )|(?<=by ))half)"
            rf"\s+(\d{{1,2}}|{numerals.ENGLISH})\b"
        ),
        clock.en_spoken_clock,
    ),
    (
        _compile(
            rf"(?:(?<=at )|(?<=around )|(?<=about )|(?<=after )|(?<=before )|(?<=by )|(?<=until )|(?<=till )|"
            rf"(?<=between )|(?<=roughly )|(?<=approx )|(?<=abt )"
            rf"|(?<=from )|(?<=past ))(\d{{1,2}}|{numerals.ENGLISH})(?:ish)?(?![\d:/%])(?!\.\d)(?<!\d\d\d)"
            rf"{_EN_CLOCK_FOLLOWS}"
        ),
        clock.en_bare_clock,
    ),
    # "make it five in the afternoon": the part of the day that follows gives the half
    (
        _compile(
            rf"(?<![\w.:/-])(\d{{1,2}}|{numerals.ENGLISH})(?= in the (?:early |late )?(?:morning|afternoon|evening)\b)"
        ),
        clock.en_bare_clock,
    ),
    # "next friday around 4 about my order": after a day no noun may follow, for that would be counted
    (
        _compile(
            rf"\b{_EN_ABOUT}\s+(\d{{1,2}}|{numerals.ENGLISH})(?:ish)?(?![\w:/%])(?!\.\d){_NOTHING_COUNTED_FOLLOWS}"
        ),
        clock.en_clock_after_day,
    ),
    # "8 tonight": the first word, and "tomorrow 11": the last one
    (
        _compile(r"^(\d{1,2})(?= (?:tonight|tonite|tomorrow|tmrw|this (?:morning|afternoon|evening)))"),
        clock.en_bare_clock,
    ),
    (_compile(r"(?<![\w.:/-])(\d{1,2})(?=\s*[?!.]*$)"), clock.en_clock_after_day),
    (_compile(rf"(?<![\w.:/])(\d{{1,2}}|{numerals.ENGLISH})[ -]?ish\b"), clock.en_bare_clock),
    (
        _compile(
            rf"\b(?P<m>five|ten|twenty[ -]five|twenty|\d{{1,2}}) (?:min(?:ute)?s? )?(?P<side>past) "
            rf"(?P<h>\d{{1,2}}|{numerals.ENGLISH})\b"
        ),
        spoken.minutes_past,
    ),
    (_compile(rf"\bat (?P<h>[01]\d|2[0-3])(?P<m>[0-5][05]){_EN_CLOCK_FOLLOWS}(?![-:.]\d)"), spoken.military),
    (_compile(r"\b(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d) ?(?:hrs|hours)\b"), spoken.military),
    (_compile(r"\b(?P<h>[01]?\d|2[0-3])h(?P<m>[0-5]\d)\b"), spoken.military),
    (_compile(r"\b(?:12 ?)?(?:midnight|noon|midday)(?:ish)?\b"), clock.named_hour),
    (_compile(r"\bthe day after\b(?! (?:tomorrow|yesterday|the|my|it|i|we|you)\b)"), spoken.day_after),
    (_compile(rf"\b(?:{_EN_RELATIVE})\b"), make.en_relative_day),
    (
        _compile(
            rf"\b(?P<n>a|one|two|three|[23]) (?:weeks?|fortnight) (?:on|from|after) "
            rf"(?:(?P<rel>{_EN_RELATIVE})|(?:next )?(?P<wd1>{EN_WEEKDAY}))\b(?P<wd2>(?!))?"
        ),
        spoken.weeks_on,
    ),
    (
        _compile(r"\b(?P<n>a) (?:week|fortnight) (?P<rel>today|tomorrow)\b(?P<wd1>(?!))?(?P<wd2>(?!))?"),
        spoken.weeks_on,
    ),
    (
        _compile(rf"\b(?P<wd1>{EN_WEEKDAY}) (?:week|fortnight)\b(?P<n>(?!))?(?P<rel>(?!))?(?P<wd2>(?!))?"),
        spoken.weeks_on,
    ),
    (
        _compile(rf"\b(?:(?P<wd>{EN_WEEKDAY}) (?:of )?)?(?:in )?the week after next\b"),
        spoken.week_after_next,
    ),
    (_compile(rf"\b((?:this coming|this|next|last|coming)\s+)?({EN_WEEKDAY})\b(?!'(?!s\b))"), make.en_weekday),
    (
        _compile(rf"\bnext week\s+(?:on\s+)?({EN_WEEKDAY})\b|\b({EN_WEEKDAY})\s+(?:of\s+)?next week\b"),
        make.en_weekday_of_next_week,
    ),
    (
        _compile(rf"(?:(?<=in )|(?<=by )|(?<=until )|(?<=before )|(?<=since )|(?<=this )|(?<=last ))({EN_MONTH})\b"),
        make.en_month,
    ),
    (_compile(r"\b((?:this|next|last|past|the|over the)\s+)(week|weekend|month)\b(?!s)"), make.en_span_of_days),
    (_compile(r"\b(?P<none>(?!))?(weekend)\b"), make.en_span_of_days),
    (
        _compile(rf"\b(?:the )?(early|beginning|start|middle|mid|late|end)(?: of)?[ -]({EN_MONTH})\b(?!\s*\d)"),
        make.en_part_of_month,
    ),
    (
        _compile(
            rf"\b(?:(?P<m1>{EN_MONTH})\.?\s+(?:the\s+)?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y1>(?:19|20)\d\d))?"
            rf"|(?:the\s+)?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<m2>{EN_MONTH})(?:,?\s+(?P<y2>(?:19|"
            rf"20)\d\d))?)\b"
        ),
        make.en_month_day,
    ),
    (_compile(r"\bthe\s+(\d{1,2})(?:st|nd|rd|th)\b"), make.en_day_of_month),
    (_compile(r"\b((?:the )?end of (?:the |this |next )?)(day|week|month)\b"), make.end_of),
    (_compile(r"\b(?P<none>(?!))?(eod)\b"), make.end_of),
    (
        _compile(
            rf"\b(?P<before>in|within(?: the next)?|(?:over |in )?the next)\s+(?:about\s+|around\s+)?"
            rf"(?P<n>half an|half a|{EN_NUMBER})\s+(?P<unit>min(?:ute)?s?|hours?|hrs?|days?|weeks?|"
            rf"months?)\b(?P<after>)"
        ),
        make.en_relative,
    ),
    (
        _compile(rf"\bin (?:about )?(?:(?P<n1>{EN_NUMBER}) hours? and a half|(?P<n2>{EN_NUMBER}) and a half hours?)\b"),
        spoken.hour_and_a_half,
    ),
    (
        _compile(
            rf"\b(?P<before>)(?P<n>half an|half a|{EN_NUMBER})\s+(?P<unit>min(?:ute)?s?|hours?|hrs?|days?|weeks?|"
            rf"months?|years?)"
            rf"\s+(?P<after>ago|from now|later)\b"
        ),
        make.en_relative,
    ),
    (
        _compile(
            r"(?<!good )\b(?:in the |at |this )?(?<!good )(early morning|early afternoon|late afternoon|morning|"
            r"lunch ?time|lunch|dinner|afternoon"
            r"|arvo|evening|night|nite)\b(?!\s+(?:cream|light|lamp|shirt|dress|stand))"
        ),
        clock.part,
    ),
    *[
        (
            _compile(
                rf"(?<![a-z0-9零一二三四五六七八九十])(?:(?:(?P<named>{_NAMED_YEAR}|(?:last|this|next) )的?)?"
                rf"(?:{pattern}))"
                r"(?![a-z0-9零一二三四五六七八九])"
            ),
            make.holiday(pattern),
        )
        for pattern in HOLIDAYS
    ],
    (zones.PATTERN, make.modifier(ZONE)),
    (_compile(r"(?:以前|之前|前(?![台面天年]))"), make.modifier(BEFORE)),
    (_compile(r"(?:以后|之后|过后|后(?![台面天年来]))"), make.modifier(AFTER)),
    (_compile(r"(?:之|以)?内(?![容部衣裤存])"), make.modifier(UNTIL)),
    (_compile(r"起(?![来码])|开始"), make.modifier(SINCE)),
    (_compile(r"左右|前后|上下"), make.modifier(AROUND)),
    (_compile(r"\b(?:any ?time before|before|until|till|no later than)\b"), make.modifier(BEFORE)),
    (_compile(r"\bby\b"), make.modifier(UNTIL)),
    (_compile(r"\b(?:any ?time after|after|past)\b"), make.modifier(AFTER)),
    (
        _compile(r"\b(?:not before|not until|not till|no earlier than|not earlier than|earliest)\b"),
        make.modifier(SINCE),
    ),
    (_compile(r"\b(?:not after|not later than|at the latest by)\b"), make.modifier(BEFORE)),
    (_compile(r"(?:不要?|别)早于|最早"), make.modifier(SINCE)),
    (_compile(r"(?:不要?|别)晚于|最晚|最迟"), make.modifier(BEFORE)),
    (_compile(r"\b(?:since|(?<!order )(?<!parcel )(?<!purchase )from)\b"), make.modifier(SINCE)),
    (_compile(rf"(?<!how )(?<!what )\b{_EN_ABOUT}\b(?=\s+\S)"), make.modifier(ABOUT)),
    (_compile(r"\bish\b|大概|大约|差不多|(?<!纽)约"), make.modifier(AROUND)),
]
