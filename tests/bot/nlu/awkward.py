"""Input that breaks careless code: every component is put to it."""

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
