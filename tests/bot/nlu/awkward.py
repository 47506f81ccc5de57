"""Input that breaks careless code: every component is put to it."""

import random

AWKWARD = {
    "empty": "",
    "blank": " \u3000\t\n ",
    "mixed script": "帮我查下order SF1029384756 到哪了 謝謝 thx",
    "both Chinese scripts": "我的包裹還沒到，什么时候能到",
    "misspelt": "wheres my parsel its suposed to arive yesturday",
    "full width": "我要用５００積分換　ｖｏｕｃｈｅｒ！！！",
    "long": "我的包裹到底在哪里 where is it " * 420,
    "long without a space": "啊" * 10_000,
    "emoji only": "😡😡👍🏻👨‍👩‍👧",
    "emoji between": "👨‍👩‍👧我要退货😡order 20251214-0037",
    "control characters": "\x00我\x07要\u200b退\u202e货\x1b[31m\r\n",
    "lone surrogate": "退\ud83d货",
    "combining": "e\u0301te\u0301 cafe\u0301 point s\u0323\u0307",
    "punctuation only": "？？？!!!...",
    "right to left": "مرحبا 你好",
    "slash": "／退货",
    "ligatures": "ﬁnd my ㎏ ①号 ㈱",
}

LENGTH = 10_000


def repeated(unit):
    return (unit * LENGTH)[:LENGTH]


VERY_LONG = {
    "Chinese without a space": repeated("我上周在你们店里买的跑鞋到现在还没收到货打了几次电话也没人接"),
    "two characters in turn": repeated("给我"),
    "Traditional": repeated("我上週在你們門市買的跑鞋尺寸不合請問要怎麼退貨，"),
    "English": repeated("I ordered running shoes last monday and they still have not arrived. "),
    "one letter": repeated("a"),
    "letters in turn": repeated("ab"),
    "addresses": repeated("a.b@c-d."),
    "digits": repeated("1234567"),
    "digits with punctuation": repeated("1-"),
    "Chinese numerals": repeated("一万二千三百"),
    "times": repeated("明天下午3点到周五"),
    "ratings": repeated("满分10分"),
    "stars": repeated("⭐😡"),
    "right to left": repeated("مرحبا אהלן "),
    "ligatures that unfold": repeated("\ufdfa"),
    "marks on one letter": "e" + "\u0301\u0323" * (LENGTH // 2),
    "zero width": repeated("\u200b"),
    "lone surrogates": repeated("\udc00\ud83d"),
    "spaces": repeated(" \u3000"),
}
SCRAPS = [
    "我要退货", "退貨", "訂單", "order", "SF1029384756", "20251214-0037", "明天", "下午3点", "next", "friday",
    "五一前", "5分", "三星", "500积分", "满分", "HK001234", "a@b.cn", "13812345678", "😡", "👨\u200d👩", "！！！",
    "？", "/", "／", "\u200b", "\u202e", "\u2066", "\x00", "\x1b[31m", "\ud83d", "\udc00", "e\u0301\u0323",
    "مرحبا", "ﬁ", "①", "㎏", "５００", "－", "\ufe0f", "\u0338", "\U0010ffff", "𠮷", "ㄅ", "係咁先",
    "99999999999", "9999年13月40日", "25:99", "0/0", "-1", "1e9", "'", '"', "\\", "{}", "%", "$",
]  # fmt: skip


def scrambled():
    """Two hundred messages of scraps of everything, the same ones each time."""
    chance = random.Random(20261123)
    return ["".join(chance.choice([scrap, scrap + " "]) for scrap in chance.choices(SCRAPS, k=12)) for _ in range(200)]
