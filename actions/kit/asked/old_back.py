"""Whether it is asked if the thing itself has to come back, where a new one or the money is wished for it: "do I have
to post the leaky one back", 舊嗰個要唔要寄返; and what is asked of the new one before it is there, which wishes
nothing."""

import re

from actions.kit import slot_text
from actions.kit.words import consent
from crm_store.text import closed_up

_OLD = r"(?:旧|坏|烂|裂|漏|破|原来|原本|之前|有问题|那|这|嗰|呢|个)"
_HAS_TO = (
    r"(?:要不要|要唔要|用不用|使唔使|需不需要|需唔需要|是不是要|是不是得|系咪要|还要|还得|必须|一定要|需要|使|要|得)"
)
_BACK = r"(?:寄|退|还|送|交|拿|快递|发)(?:返|回|还|去|给|俾|畀|过)"
_ASKS_ZH = re.compile(
    rf"(?:要不要|要唔要|用不用|使唔使|需不需要)(?:我|自己)*{_BACK}(?:去|来|嚟|俾你哋|给你们)*[啊呀㗎呢]*$"
    rf"|{_OLD}.{{0,10}}{_HAS_TO}.{{0,4}}{_BACK}.{{0,8}}(?:[吗么嘛咩㗎呢不没]|未)$"
    rf"|(?:旧|坏|烂|裂|漏|破|原来|嗰|那).{{0,10}}(?:要不要|要唔要|用不用|使唔使|需不需要|需唔需要|是不是要|系咪要).{{0,4}}{_BACK}"
    r"|(?:旧|坏|烂|裂|漏|破|原来).{0,8}(?:可以|能|可唔可以|能不能|可不可以)?.{0,4}(?:扔|丢|处理掉|留着|揼).{0,4}(?:吗|么|嘛|咩|不|行吗|得唔得|可以吗)$"
)
_THING = r"(?:the|that|this|my|it|them|those|these|one|a|an)"
_ASKS_EN = re.compile(
    r"\b(?:do|must|should|shall|will|would|am|have|need|got|gotta)\b(?: \w+){0,3}? ?\bi\b(?: \w+){0,4}?"
    rf" ?(?:post|send|ship|mail|return|give|bring|take|hand) {_THING}\b.{{0,40}}\b(?:back|in|or not|to you)\b"
    r"|\b(?:do|must|should|need|will) (?:you|u) (?:need|want|have)(?: \w+){0,3}? "
    r"(?:old|leaky|broken|faulty|cracked|damaged|bad|first) (?:one|bottle|\w+)(?: \w+)? back\b"
    r"|\bcan i (?:just )?(?:bin|chuck|keep|throw|throw away|dispose of) (?:the|my) "
    r"(?:old|leaky|broken|faulty|cracked|damaged|bad|first) \w+"
)
_CLAUSE = re.compile(r"[，,。;；！!?？\n]+|\.(?!\d)|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_OF_ELSE = re.compile(
    r"怎么|怎样|点样|点寄|哪里|哪儿|边度|几时|什么时候|多久|运费|邮费|钱|盒|包装|吊牌|发票|赠品"
    r"|\b(?:how|where|when|which|pay|cost|postage|box|packaging|tags?|invoice|receipt)\b"
)
"""How, where and when, at whose cost, and what comes with the thing are other questions."""
_IF_NEW_ONE = re.compile(
    r"\bif (?:the |my |your |that |this )?(?:new|next|other|second|replacement|exchanged)\b"
    r"|\bif (?:it|that|this|they)(?: one)?(?: \w+){1,3} (?:too|again|as well|also)\b"
    r"|(?:要是|如果|万一|萬一|若是?|假如)(?:到时|到時)?(?:换来|换回来|换到|寄来|寄返来|换|新)(?:的|嘅|嗰个|那个|这个)?"
    r"|新(?:的|嘅|嗰个|那个)(?:一个)?(?:要是|如果|万一)"
    r"|新(?:的|嘅|嗰个|那个).{0,6}(?:也|又|都|仲).{0,6}(?:坏|漏|裂|烂|有问题|唔得|不行).{0,4}(?:的话|咧|呢)"
)


def supposes_new_one(text: str) -> bool:
    """Whether it is asked what would be if the new one were wrong as well: "if the new bottle leaks too, can I get a
    refund instead?"."""
    flat = closed_up(text)
    return _IF_NEW_ONE.search(flat) is not None and (slot_text.is_question(text) or consent.asks_back(text))


def asks(text: str) -> bool:
    """Whether one of its clauses asks that."""
    return any(_asks(closed_up(clause)) for clause in _CLAUSE.split(text) if clause.strip())


def _asks(flat: str) -> bool:
    if _OF_ELSE.search(flat):
        return False
    return (_ASKS_EN if flat.isascii() else _ASKS_ZH).search(flat) is not None
