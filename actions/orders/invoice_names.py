"""What a message says of the name and the tax number of an invoice, however they are written."""

import re

from actions.kit.words import lexicon

TITLE_CHARACTERS = 100
_TAX_NUMBER = re.compile(r"(?<![A-Za-z0-9-])(?=[A-Z0-9]*\d)([A-Z0-9]{15,20}|\d{8})(?![A-Za-z0-9]|-\d)", re.IGNORECASE)
_SPOKEN = re.compile(r"(?<![零〇一二三四五六七八九])[零〇一二三四五六七八九]{8,20}(?![零〇一二三四五六七八九])")
_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_NARROW = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FULL_WIDTH = {ord(sign) + 0xFEE0: sign for sign in _NARROW}
_TAX_NUMBER_SAID = re.compile(
    r"[,，;；\s]*(?:税号|稅號|统编|統編|统一编号|統一編號|tax (?:number|no|id)|vat(?: number| no)?)"
    r"\s*(?:是|为|為|[:：])?\s*$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[「『“\"《]([^「」『』“”\"《》]{2,100})[」』”\"》]")
_BEFORE_NAME = re.compile(
    r"^(?:(?:发票|發票)?(?:抬头|抬頭))?\s*(?:应该|應該|应|應)?(?:只有|就是|只是|改成|改为|改為|换成|換成|写成|寫成|开给|開給|开成|開成|公司(?:名称?)?(?:是|叫|為|为)|公司名称?|只写|只寫|写|寫|叫|是)?\s*[:：]?\s*"
)
_AFTER_NAME = re.compile(r"\s*(?:(?:这|這)?[几幾一二三四五六七八九十]+个?個?字.*|就好|就行|就可以|而已|才对|才對)$")
_CLAUSE_END = re.compile(r"[，,；;。！!？?\n]+|\.\s+|(?<=[\u4e00-\u9fff）)])\s+|\s+(?=[\w.+-]+@)")
_WHOLE_NAME = re.compile(
    r"(?!.*[我你您他她它咱哪谁誰那这這])[\u4e00-\u9fffA-Za-z0-9（）()·&]{2,40}"
    r"(?:公司|集团|集團|事务所|事務所|工作室|商行|工程行|企业社|企業社|诊所|診所|基金会|基金會|协会|協會)"
    r"|[A-Z][\w&'’. -]{1,60}\b(?:Ltd|Limited|Inc|LLC|GmbH|Corp|Corporation|plc)\.?"
)
"""A clause that is nothing but a company's name with what its law calls it."""
_LEAST_CHARACTERS = 5
"""Shorter ones only say of which kind it is: 公司, 开公司."""


def company_named(text: str) -> str | None:
    """The company of which some clause gives the whole name, whatever the others say; the last one said."""
    bare = [bare_company(clause) for clause in _CLAUSE_END.split(without_spoken_mail(text)) if clause.strip()]
    named = [each for each in bare if len(each) >= _LEAST_CHARACTERS and _WHOLE_NAME.fullmatch(each)]
    return named[-1] if named else None


def without_spoken_mail(text: str) -> str:
    """The words without an e-mail address, whose parts are no names."""
    return re.sub(r"\S+@\S+", " ", text)


def digits_written(text: str) -> str:
    """The text with full-width signs, and numbers read out in Chinese, as ordinary digits; no sign moves its place."""
    plain = text.translate(_FULL_WIDTH)
    return _SPOKEN.sub(lambda found: found.group().translate(_DIGITS), plain)


def tax_number_in(text: str) -> str | None:
    """The tax number in a text: eight digits, or fifteen to twenty digits and letters."""
    found = _TAX_NUMBER.search(digits_written(text))
    return found.group(1).upper() if found else None


def without_tax_number(said: str) -> str:
    """The name without a tax number that came with it."""
    number = _TAX_NUMBER.search(digits_written(said))
    title = _TAX_NUMBER_SAID.sub("", said[: number.start()].rstrip(" ,，;；")) if number else said
    return title.strip(" ,，;；。:：\n")[:TITLE_CHARACTERS]


def quoted_name(text: str, *, asked: bool) -> str | None:
    """A name in quotation marks, where one is asked for or the words speak of a title, or that names a company."""
    found = _QUOTED.search(text)
    if found is None:
        return None
    named = found.group(1).strip()
    speaks_of_it = asked or lexicon.mentions("title_word", text) or lexicon.meant("company", named) is not None
    return named if speaks_of_it and named else None


def bare_company(clause: str) -> str:
    """A company's name without words around it: 抬头只有…几个字."""
    return _AFTER_NAME.sub("", _BEFORE_NAME.sub("", clause.strip()))
