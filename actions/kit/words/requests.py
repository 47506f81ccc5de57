"""Returns, exchanges and repairs that are registered, as customers speak of them: by number (R-2026-0001), by kind, and
whether they are to be withdrawn or only asked about."""

import re
from collections.abc import Mapping

from actions.kit.words import alternatives
from crm_store.text import normalise

NUMBER = re.compile(r"(?<![a-z0-9])r[ -]?(20\d\d)[ -]?(\d{1,5})(?!\d)", re.IGNORECASE)
WAYS: Mapping[str, str] = {"exchange": "exchange", "return": "refund_wish", "repair": "repair_wish"}
"""The kinds of requests, and the group of the lexicon that wishes for each."""

_KIND = {
    "exchange": r"换货|换新|调换|\b(?:exchanges?|swaps?|replacements?)\b",
    "repair": r"维修|送修|报修|修理|\brepairs?\b",
    "return": r"(?<!或)退货|\breturns?\b",
    "any": r"退换货?|申请单?|登记的|\brequests?\b",
}
_ANY_KIND = "|".join(_KIND.values())
_OFF_ZH = r"(?<!不能)(?<!不可以)(?<!没法)(?<!无法)(?:撤(?!诉|换)[回销掉了下]?|取消掉?|作废)"
_GIVEN_UP_ZH = rf"(?:{_OFF_ZH}|不要了|不用了|不办了|不弄了|不做了|免了)"
_GAP_ZH = r"(?:(?!订单|那单|这单|单子|投诉|电话|会员|不了|不成|就|再).){0,8}?"
_LINK_ZH = r"(?:我|也|都|就|先|还是|帮|给|请|麻烦|把|申请|登记|的|单|那个|这个|一起|全部|两个|和|跟| )*"
_OFF_EN = r"\b(?:cancel|withdraw|undo|scrap|revoke|call off|take back|forget|forget about)\b"
_GAP_EN = r"(?: (?!orders?\b|an?\b|any\b|because\b|if\b|then\b|do\b|but\b|complaint\b|call\b)\w+){0,5}?"
_WITHDRAWN = re.compile(
    rf"{_OFF_ZH}{_GAP_ZH}(?:{_ANY_KIND})|(?:{_ANY_KIND}){_LINK_ZH}{_GIVEN_UP_ZH}"
    rf"|{_OFF_EN}{_GAP_EN} (?:{_ANY_KIND})|(?:{_ANY_KIND})(?: \w+){{0,4}}?"
    r" (?:cancelled|canceled|withdrawn|called off)\b"
)
_OFF = re.compile(rf"{_GIVEN_UP_ZH}|不[修换退]了|{_OFF_EN}|\b(?:withdrawn|called off|drop it|scrap it)\b")
_KEPT = re.compile(
    r"(?:别|不要|不用|不想|不必|先不|没说要?|没有要|唔好|唔使)(?:再|给我|帮我|把|急着)*(?:撤|取消|作废)"
    r"|\b(?:don t|dont|do not|didn t|did not|never|not|no need to)(?: \w+){0,2}"
    r" (?:cancel|withdraw|undo|scrap|call off|forget)\b"
)
_WAS_IT = re.compile(
    r"(?:取消|撤[回销掉]?)(?:掉)?了?(?:成功)?(?:了吗|了没|了么|没有?$|咗未)|(?:为什么|为啥|怎么|谁).{0,6}(?:取消|撤)"
    r"|\b(?:why|who)\b|\b(?:did|have|has|was|were|is)\b.{0,24}\b(?:cancel|withdraw|cancelled|canceled|withdrawn)\b"
)
"""Asks whether, or why, something was withdrawn: no wish."""
_ALL = re.compile(r"全部|全都|都|两个|两样|两件|一起|一并|所有|\b(?:both|all|everything|every one)\b")
_AS_WELL = re.compile(r"也|还有|一起|一并|连|\b(?:too|as well|also|both|plus|and the)\b")
_ORDER = re.compile(r"(?<!不是)(?<!唔系)(?:订单|下单|那单|这单)|(?<!not an )(?<!not the )\borders?\b")
_PROGRESS = re.compile(
    r"到哪|去到边|进度|进展|怎么样|怎样|咋样|如何了|点样|点呀|什么情况|处理得|办到|办得|状态|审核|批了|好了没|好了吗|现在.{0,6}还是"
    r"|\b(?:status|progress|update|updates|news|going|coming along|getting on|happening|approved)\b"
    r"|\bwhere(?: s| is| are)\b|\bhow(?: s| is| are| far)\b"
)
_REGISTERED = re.compile(
    r"(?:有没有|有冇|到底|是不是|是否|究竟)[^，。]{0,4}(?:登记|登到|申请)|(?:登记|申请)(?:好|上|成功|到)?(?:了没|了吗|了么|没有|咗未|好没)"
    r"|\b(?:did|have) you (?:\w+ ){0,2}(?:register|registered|book|booked|file|filed|log|logged|put in|set up)\b"
    r"|\b(?:is|was|has) (?:it|that|this|(?:my|the) \w+) (?:been )?(?:really |actually )?(?:registered|booked|logged)\b"
    r"|(?<!订单)(?<!包裹)(?<!快递)(?<!商品)编号(?:是|系)?(?:多少|几多|几号|什么|乜|咩|呢)|(?:给|俾|要|记下?)(?:我|个)*编号"
    r"|\b(?:reference|request|return|exchange|repair|its|case) (?:number|no|ref)\b|\bwhats? (?:s )?the ref(?:erence)?\b"
)
_OF_ANOTHER = re.compile(r"投诉|电话|会员|客诉|账号|\b(?:complaints?|calls?|callback|account|member|membership)\b")
_CLAUSE_END = re.compile(r"[，,。.;；!！?？\n]+")


def numbers(text: str) -> list[str]:
    """The numbers of requests, R-2026-0001, however they are typed; each once."""
    return list(dict.fromkeys(f"R-{year}-{int(number):04d}" for year, number in NUMBER.findall(text)))


def kinds(text: str) -> set[str]:
    """The kinds of requests that are named: exchange, repair, return; "any" for words that say only "request"."""
    flat = normalise(text)
    return {kind for kind, words in _KIND.items() if re.search(words, flat)}


def withdrawn(text: str) -> set[str] | None:
    """The kinds of the requests that the words withdraw, "any" where only a number or the request as such is; None when
    they withdraw none."""
    flat = normalise(text)
    if _KEPT.search(flat) or _WAS_IT.search(flat):
        return None
    named = [normalise(clause) for clause in _CLAUSE_END.split(NUMBER.sub(" ", text))]
    found = set().union(*(kinds(part[0]) for clause in named for part in [_WITHDRAWN.search(clause)] if part))
    is_off = _OFF.search(flat) is not None
    if found and is_off and (_ALL.search(flat) or len(kinds(text)) == 1):
        return kinds(text) | found
    if found:
        return found
    if is_off and numbers(text):
        return kinds(text) or {"any"}
    takes_all = is_off and _ALL.search(flat) and kinds(text) and not _ORDER.search(flat)
    return kinds(text) if takes_all else None


def wished_instead(text: str, of: set[str]) -> str | None:
    """The group of the lexicon for what is wished in place of what is withdrawn: "and give me my money back"."""
    denied = {WAYS[kind] for kind in of if kind in WAYS}
    wished = [each for each in alternatives.wished(alternatives.WAYS, text) if not each.denied]
    others = [(each.start, each.group) for each in wished if each.group not in denied]
    return max(others)[1] if others else None


def names_other_matter(text: str) -> bool:
    """Whether a complaint, a call or the membership is named, which are withdrawn and registered as well."""
    return _OF_ANOTHER.search(normalise(text)) is not None


def says_all(text: str) -> bool:
    """Whether all of them are meant: both, 都, 全部."""
    return _ALL.search(normalise(text)) is not None


def adds_one(text: str) -> bool:
    """Whether the words add another to the one just spoken of: "and the bag one too"."""
    return _AS_WELL.search(normalise(text)) is not None


def asks_progress(text: str) -> bool:
    """Whether the words ask how far a request is that they name by its kind: 换货到哪了, "how is my repair going"."""
    named = kinds(text) & {"exchange", "repair"} or "any" in kinds(text)
    return bool(named) and _PROGRESS.search(normalise(text)) is not None and not names_other_matter(text)


def asks_registered(text: str) -> bool:
    """Whether the words ask if something of the kind is registered at all: 到底有没有帮我登记."""
    return _REGISTERED.search(normalise(text)) is not None and not names_other_matter(text)
