"""Written Cantonese as written Chinese: 點樣改 is 怎么改, 幾時有貨 is 什么时候有货, 呢對 is 这对.

The words stand in words.yml. Both interpreters read by them, Rasa's (`bot.nlu.text.normalizer`) and the app's (articles
and questions, in `actions`), so nothing here needs more than the standard library and PyYAML. What is rewritten is
compared and understood, never shown or kept.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FILE = Path(__file__).with_name("words.yml")

_END = r"(?:[呀啊㗎嘅喇啦吖呢咩嗎吗架嘞囉咯]{0,2}(?:[\s,，。.!！?？;；…~～、]|$))"
_START = r"(?<![^\s,，。.!！?？;；…~～、])"
_TRADITIONAL = (
    "並併來個們傘傢傭傾優兌兩凈凍別刪剛劇動區卽員問喫單嗎嚇圖執塊墊壞奪學實寫尋對層崗帳帶幣幫幹幾廠廢"
    "張彆後從復慮應戰戶捨揀換搵擊擔據數時晝曬會朮東査條榦樓樣機檯歡歸氣沒淨為無煩熱爛爭爲牀現碼禮種積"
    "競筆箇節簽籤籬紅紛細終結絡給統經綫維網緊線緣緻繩纔聞聯聲聽脩臺舊萬薦處號蟲術衕裏補裡複見覺觀訂計"
    "記設証評試話該詳認語說説誰請論諗謂講謝證識譜議負貨責貴買費賞賠賣賬趕較輕轉辦迴這週進運過遞遠遲還"
    "邊釦鈡鋪錢錯鍾鐘長開閑閒間閤闆關陣隻雙難電靚靜韆頂項頭題顛颱飲養馬驚體鬆鬥鬱麥麪麫麵麼麽點齣𠮶著"
    "舖衹锺"
)
_SIMPLIFIED = (
    "并并来个们伞家佣倾优兑两净冻别删刚剧动区即员问吃单吗吓图执块垫坏夺学实写寻对层岗帐带币帮干几厂废"
    "张别后从复虑应战户舍拣换揾击担据数时昼晒会术东查条干楼样机台欢归气没净为无烦热烂争为床现码礼种积"
    "竞笔个节签签篱红纷细终结络给统经线维网紧线缘致绳才闻联声听修台旧万荐处号虫术同里补里复见觉观订计"
    "记设证评试话该详认语说说谁请论谂谓讲谢证识谱议负货责贵买费赏赔卖账赶较轻转办回这周进运过递远迟还"
    "边扣钟铺钱错钟钟长开闲闲间合板关阵只双难电靓静千顶项头题颠台饮养马惊体松斗郁麦面面面么么点出嗰着"
    "铺只钟"
)
_ALIKE = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


class Change(NamedTuple):
    """`text[start:end]` is Cantonese; written Chinese says `written`."""

    start: int
    end: int
    written: str


class _Rules(NamedTuple):
    """The words with the same first character as one pattern of a group for each, and what each is written as."""

    pattern: re.Pattern[str]
    written: list[str]


class _Table(NamedTuple):
    """`beginnings`: finds where a word may begin, by its first two characters, so that hardly any other Chinese is
    looked at twice. `rules`: by the first character."""

    beginnings: re.Pattern[str]
    rules: dict[str, _Rules]


def rewritten(text: str) -> str:
    """The text with its Cantonese in written Chinese; the very same text where it holds none."""
    found = changes(text)
    if not found:
        return text
    parts, at = [], 0
    for change in found:
        parts += [text[at : change.start], change.written]
        at = change.end
    return "".join([*parts, text[at:]])


def changes(text: str) -> list[Change]:
    """What is Cantonese in a text of either script, in its order; places are those of the text as it is given."""
    if text.isascii():
        return []
    alike, table = text.translate(_ALIKE), _table()
    found: list[Change] = []
    at = 0
    while begins := table.beginnings.search(alike, at):
        rules = table.rules[alike[begins.start()]]
        word = rules.pattern.match(alike, begins.start())
        at = begins.start() + 1
        if word is not None and word.lastindex is not None:
            at, written = word.end(), rules.written[word.lastindex - 1]
            if word.group() != written:
                found.append(Change(word.start(), at, written))
    return found


@cache
def _table() -> _Table:
    rules: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for rule in content["in_context"]:
        word = rule["word"].translate(_ALIKE)
        rules[word[0]].append((word, _in_context(word, rule), rule["written"]))
    for said, written in content["words"].items():
        word = said.translate(_ALIKE)
        rules[word[0]].append((word, re.escape(word), written))
    by_first = {first: _ordered(each) for first, each in rules.items()}
    beginnings = "|".join(_beginning(first, {word[1:2] for word, *_ in each}) for first, each in rules.items())
    return _Table(re.compile(beginnings), by_first)


def _ordered(rules: list[tuple[str, str, str]]) -> _Rules:
    # The longest first; sorting keeps the order of those alike, so that a word in its context comes before itself.
    ordered = sorted(rules, key=lambda rule: -len(rule[0]))
    return _Rules(re.compile("|".join(f"({source})" for _, source, _ in ordered)), [written for *_, written in ordered])


def _beginning(first: str, second: set[str]) -> str:
    return first if "" in second else f"{first}(?=[{''.join(sorted(second))}])"


def _in_context(word: str, rule: dict[str, Any]) -> str:
    before, not_before = rule.get("before", ""), rule.get("not_before")
    behind = "".join(f"(?<!{part})" for part in _parts(rule.get("not_after", "")))
    after = "|".join(_START if part == "START" else f"(?<={part})" for part in _parts(rule.get("after", "")))
    ahead = (f"(?={before})" if before else "") + (f"(?!{not_before})" if not_before else "")
    source = (f"(?:{after})" if after else "") + behind + re.escape(word) + ahead
    return source.replace("END", _END).translate(_ALIKE)


def _parts(alternatives: str) -> list[str]:
    """The alternatives of a look behind, each of a width of its own."""
    return [part for part in alternatives.split("|") if part]
