"""Acts that are denied: "不要退订", "please don't call me", "我不是要投诉". Nothing is done that is denied."""

import re
from collections.abc import Set as AbstractSet

from actions.kit.words import lexicon
from crm_store.text import normalise

VERB, ANY = "act_verb", "any"
"""The lexicon's bare verbs of acts, by their intent; and those that stand for whatever is going on."""
ACT = "act"
"""The lexicon's group of words that name acts, by the intent that begins each."""
BEGUN = "act_begun"
"""Those that a form does step by step, so that no guess at them does harm; denied they begin nothing all the same."""

_NEGATOR = re.compile(
    r"(?P<why>为什么|为啥|怎么|干嘛|凭什么|为何|why )?(?P<no>"
    r"不想要|不想|不要(?!了)|不用|不必|不需要|无需|没必要|没有要|没要|没想|没打算|没说要|没让你们?|不打算|不是要|不是想|不是来|不是说要|没说过?(?!明|清|错|完|好)|不准备"
    r"|(?<![是要])(?P<is_not>并?不是|唔系)"
    r"|(?P<who>(?:谁|边个)(?:说|话)?要)|哪(?:里|有)(?:说)?要|几时(?:话|讲)(?:过)?要"
    r"|先不要|先不用|先别|先不|暂时不|暂时别|别再|千万别|别(?!忘|的|人|处|家)|唔使|唔想|唔好|唔系要|咪"
    r"|(?:please )?(?:don t|do not|dont|never)"
    r"(?! forget| hesitate| you| have| see| know| understand| think)"
    r"|(?:^|(?<=but )|(?<=and ))not"
    r"|didn t|did not|no need to|no need for|not going to|won t|wouldn t|not trying to|not asking to|not asking for"
    r"|not here to|i m not|am not|no longer|rather not|without)"
)
_BETWEEN = re.compile(
    r"(?: ?(?:再|给我|帮我|替我|把|真的?|当真|千万|随便|擅自|直接|又|去|现在|马上|就|要|想|急着|登记|提交|提|记|写"
    r"|actually|really|just|go and|go ahead and|ever"
    r"|file|log|raise|register|make|a|any|the|to|want|wanted|ask|asked|need|me|my|you|please|it)){0,4} ?"
)
_CALLED_OFF = re.compile(
    r"(?:那|就|还是|我|你们?|您|可|先|暂时|今天|现在|真的?|都|算了|哈+|嗯|唉|哦)*"
    r"(?:不用|不必|不要|不想|(?<!是)不是(?:要|想|来)?|没说过?要?|没有?(?:要|想|打算)(?!…+(?:了|吗|么))|没(?:让|叫)(?:你们?|您)"
    r"|哪(?:有|里)(?:说)?要|谁(?:说)?(?:我)?要|几时(?:话|讲)(?:过)?要|冇(?:话|讲)?(?:过)?要|说了?不|别|不|唔使|唔好|唔想|唔系|唔)"
    r"(?:急着|帮我|给我|给您|真的?|当真|千万|直接|就|去|再|要)*…+(?:掉|我)?"
    r"(?:了|啦|吧|先|住|喇|嘛|的|呀|啊|哦|喔|㗎|嘞|咯)*"
)
_CALLED_OFF_EN = re.compile(
    r"(?:(?:ok|okay|well|then|so|no|stop|wait|actually|please|pls|just|haha|and|but|oh|you) ?)*(?:(?:i|let s)(?= ))?"
    r" ?(?:ll not|m not|am not|not|never|won t|don t|dont|do not|rather not"
    r"|d rather not|don t want to|do not want to|don t need to|needn t"
    r"|(?:ve |have )?never (?:asked|said|wanted|told you|meant|said i wanted|asked you) to"
    r"|didn t (?:ask|want|say|mean|ask you|tell you|say i wanted) to|did not (?:ask|want|mean|ask you|tell you) to)"
    r"(?: actually| really| just| go and| go ahead and)* …"
    r"(?: (?:then|now|yet|after all|today|anymore|any more|thanks|please|pls"
    r"|ok|okay|for real|just yet|right))*"
)
_OBJECT_FIRST = re.compile(
    r"[把将](?:我|俺|咱)?的?(?P<what>[^把将，,。；;！!？?]{1,6}?)(?:给|都|也|就)*"
    r"(?P<act>删除?|注销|取消|退订?|关闭?|撤销?|改)(?:掉|了|除)?"
)
"""The thing before the act (把我账号删了), which is put behind it."""
_RINGS = re.compile("[给打来回]")
"""After "who will" these ask for the caller: 谁要给我打电话."""
_ASKS = re.compile("[吗嘛么咩]")
"""After "it is not" these ask or remind: 不是取消了吗."""
_PAUSES = re.compile(r"[，,。；;！!？?\s]+")
_ENDED = re.compile(r"(?:^|(?P<before>.))不(?!(?P=before))(?P<act>\S{1,6}?)了$")


def denied(text: str) -> str | None:
    """The intent of the act that the text says is not to be done; None when it denies none."""
    flat = _OBJECT_FIRST.sub(r"\g<act>\g<what>", normalise(text))
    if lexicon.meant("only_letting_off", flat) is not None and not lexicon.mentions("complaint_wish", flat):
        return "make_complaint"
    for act in (*lexicon.heard(ACT, flat), *lexicon.heard(BEGUN, flat)):
        if _is_denied(flat, act.start):
            return act.value
    ended = _ENDED.search(_last_words(text))
    if ended is not None and not flat.startswith(("为什么", "怎么", "为啥")):
        return lexicon.meant(ACT, ended["act"])
    return None


def denies_cancelling(text: str, heard_as: str) -> bool:
    """Whether words taken for the wish to cancel deny it: 不是要取消，是想再买一个 beside a question."""
    return heard_as == "cancel_order" and denied(text) == heard_as


def _last_words(text: str) -> str:
    """What stands behind the last pause: 买了不合脚，帮我退了 wishes, and its 不 is of another matter."""
    parts = [part for part in _PAUSES.split(text) if part]
    joint = len(parts) > 1 and parts[-2].endswith("不")
    return normalise("".join(parts[-2:] if joint else parts[-1:])).replace(" ", "")


def called_off(text: str, acts: AbstractSet[str]) -> bool:
    """Whether the text says nothing but that one of these acts, or "it", is not to be done: 先不改, 那不用约了."""
    flat = normalise(text)
    for act in {*acts & lexicon.values(VERB), ANY}:
        for verb in map(normalise, lexicon.words(VERB, act)):
            if verb.isascii() and _CALLED_OFF_EN.fullmatch(flat.replace(verb, "…")):
                return True
            if not verb.isascii() and _CALLED_OFF.fullmatch(flat.replace(" ", "").replace(verb, "…")):
                return True
    return False


def _is_denied(flat: str, at: int) -> bool:
    for negator in _NEGATOR.finditer(flat, 0, at):
        between = _BETWEEN.match(flat, negator.end(), at)
        reaches = between is not None and between.end() == at
        asks = (
            (negator["who"] and _RINGS.match(flat, at))
            or (negator["is_not"] and _ASKS.search(flat, at))
            or flat[: negator.start("no") + 1].endswith(("是不", "系唔"))
        )
        if reaches and not negator["why"] and not asks:
            return True
    return False
