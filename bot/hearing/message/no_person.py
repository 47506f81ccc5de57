"""A person is declined: 我没要排队, 别排我队, "I didn't ask for a colleague". In line it leaves the line; elsewhere it
calls nobody."""

import re

from crm_store.text import normalise

_WHO = r"(?:人工|真人|客服|专人|同事|你们的?人|人)"
_TO_ME = r"(?:来|去|跟|打电话)?(?:联系|联络|跟进?|搵|揾|找|打给|打电话给|回复?)(?:我)?"
_NOT_ASKED = r"(?:我|俺)?(?:刚才|刚刚|又|都|并|可|根本)*(?:没有?|冇|未)(?:你们?)?"
_ASKED = r"(?:(?:说过?|讲过?|话过?|叫|让|请|要求|想|要)(?:你们?)?)+"
_DO_NOT = r"(?:别|不要|不用|不必|唔好|唔使|无需|不需要)(?:再|帮我|给我|替我)*"
_DECLINES = re.compile(
    rf"{_NOT_ASKED}{_ASKED}(?:找|派|转|接|排)?(?:{_WHO}(?:{_TO_ME})?|排队?|队)"
    rf"|(?:我|俺)?(?:刚才|刚刚)?(?:有|什么时候|几时|何时){_ASKED}(?:找|派|转|接|排|搵|揾)?(?:{_WHO}(?:{_TO_ME})?|排队?|队)(?:了|过|咗)?(?:吗|嘛|么|咩|呀)?"
    rf"|(?:谁|边个)(?:{_ASKED})(?:帮我|给我|我)*(?:找|派|转|接|排|搵|揾)(?:{_WHO}|队)?"
    rf"|(?:我|现在|真的?|暂时|都|也|只是)*(?:不|唔)(?:想|愿意?|要)(?:再)?(?:跟|和|同|与|对住)(?:你们?的?|任何|别的)?{_WHO}(?:家)?(?:说话|讲话|说|讲(?:嘢|野)?|聊(?:天)?|谈|倾(?:偈)?|通话|解释)"
    rf"|{_DO_NOT}(?:让|叫|派|请|找|搵|揾)*{_WHO}{_TO_ME}"
    rf"|(?:那|就|叫|让|请|跟)*(?:你们?的?|那个|那位)?{_WHO}(?:们|那边)?(?:也|就|都|那)*{_DO_NOT}{_TO_ME}"
    rf"|{_DO_NOT}(?:把我)?排(?:我进队|我的?队|进队|我|队)"
    rf"|(?:不用|不必|唔使|不想|不要|别|唔好)(?:再)?等{_WHO}"
    rf"|(?:那个|这个)?{_WHO}?(?:的)?(?:排队|队)我?(?:没有?|冇|不)(?:要|想要?|需要)"
    r"|(?:请|麻烦)?[把将]我[从由]?(?:你们)?(?:的)?(?:排队|队伍|队列|队|名单)[里中度]?[拿移去踢剔删撤退][出掉走]?[来去]?"
)
_AFTER = r"(?:了|啦|喇|喔|哦|啊|呀|嘛|的|吧|哈|㗎|先|就我)*"
_DECLINES_EN = re.compile(
    r"(?:(?:and|but|so|ok|okay|n|no|btw|by the way|look|hey|actually|please|then|just) )*(?:i )?"
    r"(?:(?:did not|didn t|didnt|never|haven t) (?:even |actually )?"
    r"(?:ask(?:ed)?|want(?:ed)?|request(?:ed)?)(?: for)?"
    r"|(?:did|have|had|when did) i (?:ever |even |actually )*(?:say|said|ask(?:ed)?|want(?:ed)?|request(?:ed)?)"
    r"(?: that)?(?: i)?(?: want(?:ed)?| need(?:ed)?)?(?: for| to have| to see)?"
    r"|(?:don t|dont|do not|won t) (?:need|want)(?: to (?:talk|speak|chat|deal|be put through)(?: (?:to|with))?)?"
    r"|(?:can t|cant|cannot|rather not|d rather not) (?:talk|speak) (?:to|with)|no need for|no)"
    r" (?:a |an |any |your |the |to be in (?:a |the |any )?)?"
    r"(?:colleagues?|person|people|agents?|humans?|staff|queue|line|anyone|anybody|someone|somebody)"
    r"(?: to (?:contact|call|ring|write to|message|get back to) me)?"
    r"(?: (?:btw|by the way|thanks|please|though|at all|now|right now|today|about (?:it|this|that)))*"
    r"|(?:(?:ok|okay|then|so|and|well|no) )*(?:your |the |a )?(?:colleagues?|staff|agents?|anyone|anybody|nobody) "
    r"(?:doesn t|don t|does not|do not|needn t|need not|no longer) ?(?:need|have|has)?s?(?: to)?"
    r" (?:contact|call|ring|write to|message|get back to) me"
    r"(?: (?:any ?more|any longer|then|now|thanks|about (?:it|this|that)))*"
    r"|(?:(?:please|just|can you|could you|ok|okay|n|and|so|then|well) )*"
    r"(?:take|get) me (?:off|out of) (?:the|your|that|this)"
    r" (?:list|queue|line)(?: for .{1,20})?(?: (?:then|now|please|thanks))*"
)


def declines(part: str) -> bool:
    """Whether a part of a message says nothing but that no person is wanted."""
    flat = normalise(part)
    if flat.isascii():
        return _DECLINES_EN.fullmatch(flat) is not None
    return re.fullmatch(f"(?:{_DECLINES.pattern}){_AFTER}", flat.replace(" ", "")) is not None
