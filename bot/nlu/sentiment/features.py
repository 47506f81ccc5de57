"""What tells a mood besides the sentence vector: words of anger, exclamation marks, capitals, hashed n-grams."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator, Sequence
from re import Pattern

import numpy as np
from scipy.sparse import csr_matrix

from bot.nlu.text.ngrams import ngrams
from bot.nlu.text.normalizer import normalize

#: columns of the hashed n-grams
HASHED_SIZE = 1 << 18
_LONGEST_HAN_GRAM = 4
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_MAX_CHARACTERS = 600

_LISTS: list[Pattern[str]] = [
    # abuse
    re.compile(
        r"他妈|妈的|tmd|去死|傻逼|傻[bB]|白痴|白目|狗屁|狗屎|滚蛋|^滚|我操|卧槽|靠北|干,|仆街|脑残|王八|混蛋|"
        r"不要脸|要脸|无耻|有病|"
        r"\bf+u+c*k\w*|\bwtf\b|\bshit\w*|\bbullshit\b|\bidiots?\b|\bmorons?\b|\bbastards?\b|\bscrew you|"
        r"go to hell|\bcrap\b|\basshole",
        re.ASCII,
    ),
    # rage and reproach
    re.compile(
        r"搞什么|搞乜|什么鬼|气死|气炸|太气人|火大|忍无可忍|受够|离谱|离晒大谱|太过分|过份|太夸张|骗子|诈骗|骗人|"
        r"耍我|耍人|凭什么|叫.{0,4}(?:经理|主管|领导)|"
        r"曝光|爆料|举报|告你|12315|消保|倒闭|恶心|可恶|嬲|当我傻|当.{0,3}傻子|什么破|什么烂|烂透|烂到|垃圾|到底|"
        r"ridiculous|outrageous|unacceptable|furious|disgusting|disgrace|hell\b|damn|bloody|scam\w*|liars?\b|"
        r"lying|thie(?:f|ves)|"
        r"fed up|had enough|how dare|are you kidding|joke\b|useless|worst|rubbish|garbage|shame on|appalling|"
        r"insult|sue|suing|pathetic",
        re.ASCII,
    ),
    # complaint, refusal, repetition
    re.compile(
        r"投诉|客诉|差评|失望|不满|敷衍|踢皮球|没人管|没下文|一拖再拖|又没|第[二三四五]次|还要我|说话不算|说好|"
        r"承诺|太差|太烂|太慢|坑人|"
        r"complain\w*|disappoint\w*|unhappy|terrible|horrible|awful|poor|third time|again\b|never|promised|nobody|"
        r"still (?:no|waiting|not)",
        re.ASCII,
    ),
    # courtesy
    re.compile(r"请|麻烦|劳驾|谢谢|多谢|唔该|辛苦|您|please|thank|could you|would you|appreciate|pls\b|thx", re.ASCII),
    # praise
    re.compile(
        r"满意|喜欢|点赞|太好|很好|好用|惊喜|贴心|好评|推荐|赞|棒|爱了|给力|划算|"
        r"love|great|awesome|excellent|perfect|happy|best\b|good job|well done|brilliant|amazing|wonderful|lovely",
        re.ASCII,
    ),
    # questions
    re.compile(
        r"吗|呢|么\b|什么时候|怎么|多少|几|哪|能不能|可以|可否|如何|请问|\bhow\b|\bwhat\b|\bwhen\b|\bwhere\b|"
        r"\bcan (?:i|you)\b|\bdo (?:i|you)\b|\bis (?:it|there)\b",
        re.ASCII,
    ),
    re.compile("[😡🤬💢😤👿😠🖕]"),
    re.compile("[😊👍❤😍🥰😄🎉🙏😀☺]"),
]
SURFACE_SIZE = len(_LISTS) + 5


def surface(text: str) -> np.ndarray:
    """float32 vector of length `SURFACE_SIZE` from a text as the customer wrote it; every entry roughly in 0..1."""
    normalized = normalize(text).text.lower()
    counts = [min(len(pattern.findall(normalized)), 3) / 2 for pattern in _LISTS]
    letters = [character for character in text if character.isascii() and character.isalpha()]
    capitals = sum(1 for character in letters if character.isupper()) / len(letters) if len(letters) >= 6 else 0.0
    exclamations = sum(text.count(sign) for sign in "!！❗‼")
    questions = sum(text.count(sign) for sign in "?？❓")
    counts += [
        min(math.log1p(exclamations), 2.0),
        float(exclamations >= 2),
        float(questions >= 2),
        float(capitals > 0.7),
        min(math.log1p(len(normalized)) / 5, 1.2),
    ]
    return np.array(counts, dtype=np.float32)


def hashed(texts: Sequence[str]) -> csr_matrix:
    """Hashed n-grams of normalised texts, each once, shape (texts, HASHED_SIZE), rows of length 1."""
    indptr, indices, values = [0], [], []
    for text in texts:
        columns = sorted({zlib.crc32(gram.encode("utf-8")) % HASHED_SIZE for gram in _grams(text)})
        indices.extend(columns)
        values.extend(1 / math.sqrt(len(columns)) for _ in columns)
        indptr.append(len(indices))
    return csr_matrix(
        (np.array(values, dtype=np.float32), np.array(indices, dtype=np.int32), np.array(indptr, dtype=np.int32)),
        shape=(len(texts), HASHED_SIZE),
    )


def _grams(text: str) -> Iterator[str]:
    """The intents' n-grams, and sequences of four characters: 没有想象 tells more of a mood than of a wish."""
    yield from ngrams(text)
    for run in _HAN_RUN.findall(text[:_MAX_CHARACTERS]):
        for start in range(len(run) - _LONGEST_HAN_GRAM + 1):
            yield run[start : start + _LONGEST_HAN_GRAM]
