"""A risk to somebody, heard before all else: harm, fire, a child, theft of money or data, a life, a threat."""

import re
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from actions.kit.words import lexicon
from actions.kit.words.vocabulary import REMEMBERED
from bot.hearing.danger import risky_state
from bot.hearing.steps import FALLBACK, confidence_of, entities_of, intent_of, with_intent
from crm_store.conversations import Focus, Parsed
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

REPORT_DANGER = "report_danger"
TRUSTED = 0.7
"""Confidence from which the classifier alone, without words that name a danger, is believed."""


class Danger(StrEnum):
    """What somebody is at risk of; the reply says what to do now."""

    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    """The customer threatens us."""
    ABUSE = "abuse"
    """The customer, or a child, is hit at home."""
    CHILD = "child"
    ACID = "acid"
    """What runs out of a battery, on somebody's skin or in their eyes."""
    INJURY = "injury"
    BATTERY = "battery"
    """A battery or power bank that swells, hisses, leaks, smokes or is hot."""
    SWALLOWED = "swallowed"
    """A bit of what came off our goods went down, of no child; told what to look for, and nothing is filed."""
    FIRE = "fire"
    WET = "wet"
    """Water at a plug, a socket or a wire; told to cut the power, and nothing is filed."""
    FRAUD = "fraud"
    SCAM = "scam"
    """A message that asks for a payment, a link or data in our name, and nothing is known to be lost."""
    THREAT = "threat"
    """The customer threatens with authorities, court or press."""
    NEXT = "next"
    """What to do now is asked about a danger that was told before."""
    OTHER = "other"
    """Understood as danger; no word says which."""


STATES = {risky_state.Powered.BATTERY: Danger.BATTERY, risky_state.Powered.MAINS: Danger.FIRE}
"""The danger of a thing in a bad state, by what it runs on."""
OUT_OF_SCOPE, REPORT_FAULT = "out_of_scope", "report_fault"
FAULTS = frozenset({"quality", "damaged"})
_COMES_OFF = re.compile(
    r"[掉断裂松坏脱破烂崩飞滚]|\b(?:c[ao]me|falls?|fell|broke|snapped|ripped|tore|rolled|dropped) ?\w*"
)
_AT_RISK = re.compile(
    "[疼痛血伤烫毒烟火电插线充爆炸焦糊晕吐喘肿麻痒疹敏吞噎医救警死怕险害急]|出事|出了事|律师|法院|孩子|小孩|宝宝|老人"
    r"|\b(?:hurt\w*|pain\w*|sore|burn\w*|bleed\w*|blood|hospital|doctor|ambulance|fire|smok\w*|shock\w*|spark\w*"
    r"|melt\w*|hot|heat\w*|plug\w*|socket|electric\w*|poison\w*|allerg\w*|rash|dizzy|faint\w*|vomit\w*|sick|chok\w*"
    r"|swallow\w*|emergency|urgent\w*|help|police|lawyer|court|danger\w*|unsafe|scared|child\w*|kid|kids"
    r"|baby|toddler|son|daughter|injur\w*)\b"
)
"""Words without which a fault of a thing is no risk to anybody."""
_HAPPENED = re.compile(
    "骗|呃|盗|泄|外流|诈|濁|噎|卡住|咽|误服|吃了|食咗|没了|律|告|法|死|活|打我|家暴|刀|砸|曝光|记者|媒体|爆|漏|烟|裂|摔|滑|电"
    r"|\b(?:breach\w*|leak\w*|scam\w*|hack\w*|stol\w*|steal\w*|fraud\w*|kill\w*|di(?:e|es|ed|ying)|su(?:e"
    r"|ing)|lawyers?|solicitors?"
    r"|knife|hit|press|media|fell|slipped|exploded|shattered|code|threat\w*|attack\w*|beat\w*)\b"
)
"""Words of what happened, without which the classifier's guess at danger is none: a mere guess rings no alarm."""
OURS_ONLY = frozenset({Danger.FRAUD, Danger.THREAT})
"""No danger of ours where the message is surely about somebody else's business: another firm's card or court."""
_NOT_SO = re.compile(
    r"(?:没(?:有)?(?:人|任何人)?|无人|并未|未(?:曾)?|不会(?:去)?|不是(?:要|想|来)?|不(?:想|要|准备|打算)|冇(?:人)?"
    r"|\b(?:nobody|no one|nothing|no|not|never|(?:did|was|is|are|wo|would)n ?t|don ?t want to|not going to)"
    r"(?: (?:was|were|is|got|get|going to|be|been|any|an|a|to|we|that|actually|really|even))*) ?$"
)
_LOST = re.compile(
    "盗刷|盗用|冒用|(?:被|让|畀|给)(?:人|别人|他|她|他们|对方)?(?:骗|呃|盗|偷|黑|转|刷|扣|改)|骗(?:了|走|咗)"
    "|(?:转|汇|打|扣|刷)(?:了|走|咗|掉|出去|过去|款了)(?!电话)|过(?:咗|了)数|少了|没了|不见了|花光|登[录入]|改了密码|不是我|下了单"
    "|把.{0,10}(?:数字|验证码|校验码|密码|卡号|代码|号码).{0,6}(?:给|告诉|报给|念给|发给|传给)(?:了|咗)?(?:他|她|佢|对方|人家|骗子|那)"
    "|(?:已经|全|都|也|刚|刚刚|就)(?:输|填|录)(?:了|入了?|进去了?|完|咗)"
    "|(?:给|告诉|发|报|讲|念|话)(?:了|咗|过|佢|他|她).{0,6}(?:验证码|密码|卡号)|(?:验证码|密码|卡号).{0,6}(?:给|告诉|发|报|念|讲)(?:了|咗|过)"
    "|点(?:了|开|进|咗).{0,6}(?:链接|连结|网址|link)|(?<!没)(?<!没有)(?<!未)(?<!冇)(?:填|输|录|打)(?:了|咗|入了?|进去了?"
    "|过).{0,8}(?:密码|验证码|卡|资料|身份证)"
    r"|\b(?:stolen|stole|hacked|charged|charges?|took|lost|paid|transferred|sent (?:them|him|her|money|\d+)|gave|given"
    r"|unauthori\w+|used my|logged|got into|changed the|gone|spent|clicked|fraudulent|in my name|scammed|compromised"
    r"|hijacked|cloned|placed|read (?:him|her|them)|typed (?:it|them|my|in)|entered my|identity theft"
    r"|i (?:never|didn t|did not) (?:make|made|place|order|authori\w+))\b"
)
"""Money, an account or a code that is lost already."""
_SUSPECTED = re.compile(
    "泄|外流|卖|冒充|自称|骗子|诈骗|钓鱼|可疑|假客服|(?:打来|打电话|来电|短信|简讯).{0,12}(?:说是|话系|讲系|假装)"
    r"|(?:打来|打电话|来电|短信|简讯).{0,40}(?:是(?:不是)?你们|真的吗|是真的|骗人|正常吗)|中(?:了)?奖"
    r"|\b(?:leak\w*|sold|sell\w*|breach\w*|exposed|impersonat\w+|pretend\w*|scam\w*|phish\w*|fake|legit\w*"
    r"|(?:say|says|said|saying|claim\w*) (?:to be|(?:that )?(?:they|he|she)(?: (?:re|s|are|is|were|was))?) from)\b"
)
"""A call that claims to be ours, or data that may have gone out: a question for the privacy article."""
_ASKED_OF_US = re.compile(
    r"\b(?:scam|phishing|fake|suspicious) (?:call|text|email|e mail|message|sms)s?\b|\bleak\w* (?:my|our|customer)\b"
    r"|\b(?:sell|sold|selling) my (?:number|phone number|data|details|info\w*|e ?mail)\b"
)
_BY_FIGURE = re.compile(
    r"(?:笑|忙|累|气|嬲|紧|勒|压|逼|挤|闷|焗|热|穿|衫|裤|衣服?|鞋子?)(?:到|得|的|着|起来)?[我人你]?.{0,2}$"
)
"""What takes one's breath in a manner of speaking, or because it is too tight."""
_NEARLY = re.compile(
    r"差(?:一)?(?:点|啲|少少)(?:就|儿|要|被|给|俾|畀)*$|险些(?:就|被)*$"
    r"|\b(?:nearly|almost|could have|could ve)(?: \w+)? ?$"
)
_NEARLY_WITHIN = re.compile(r"差(?:一)?(?:点|啲)|险些|\b(?:nearly|almost)\b")
_BY_A_THING = re.compile(r"[割划刮砸夹扎刺摔跌滑撞]|烫|\b(?:cut|sliced|gashed|hit|burn\w*|scald\w*|broke|sprained)\b")
"""Harm that a thing does from outside: nearly done, it is a fault of the thing. Breath that nearly went is none."""
_SHOP_TALK = re.compile(
    r"退|换|留着|留低|保留|价|钱|不好[喝吃看用]|唔好[饮食睇用]|难[喝吃]|能不能|可不可以|尺码|颜色"
    r"|\b(?:return\w*|refund\w*|exchange\w*|keep\w*|kept|swap|price|taste\w*|size|colou?r)\b"
)
_ONLY_FEARED = re.compile(
    r"(?:(?<!怎么)(?<!咋)会(?:不会)?(?:容易|突然|很容易)?|(?:会不会|是否|容易|防止|避免|免得|以免|防(?!晒|水|泼|滑|风|尘|烫|爆|护|蚊|摔)|怕|担心"
    r"|万一|可能|如果|要是|能不能|可不可以|别)"
    r".{0,6}?|得|too |so |\b(?:could|can|might|if|in case|afraid|worried|avoid|prevent)\b(?: \w+){0,4}) ?$"
)
_FEARED_WITHIN = re.compile(
    r"(?:会不会|会唔会|会否|不会|怕(?:[他她它佢]|孩子|宝宝|小孩)?|担心|万一|以免|免得|避免|容易|安全).{0,4}"
    r"|\b(?:could|might|would|will|can|may|safe|afraid|worried|if)\b.{0,30}"
)
"""Within what names a child and a harm: harm that is only feared (一岁的娃玩会不会噎到)."""
_HARM_TO_A_CHILD = re.compile(
    r"吞|误食|误服|咽|噎|呛|卡|窒息|吃下去|吃进去|吃咗|食咗|塞|夹|触电|烫|中毒|喘不|吐|呕|疹|过敏|肿|swallow|chok|ate|eat|stuck|breath|hurt|burn|shock"
)
_BURNT = re.compile("烫|灼|烧伤|渌|辣亲|burn|scald")
_WOULD = re.compile(r"会不会.{0,3}$|(?:都话|说|听说|有没有可能|万一|怕).{0,4}会(?:被)?$")
_WONDERED = re.compile(
    r"讲座|宣传|演习|(?:新闻|电视|网上)(?:里|上|说|看)|会不会|会唔会|会否|是否|是不是(?!要|该)|有没有(?:毒|害|危险|副作用)|有冇(?:毒|害)"
    r"|安全(?:吗|么|嘛|不|唔)|安不安全|毒(?:吗|么|嘛|不)|怕不怕|\b(?:lecture|seminar|on the news)\b"
    r"|^(?:can|could|will|would|might|is|are|does|do) (?:the|it|this|that|these|they|your|there|a|an)\b"
    r"|\b(?:is|are) (?:it|they|this|these) (?:\w+ )?(?:safe|toxic|dangerous|harmful|poisonous)\b"
)
"""Asks whether harm could be done."""
_OWN_ACT_DENIED = re.compile(
    r"(?:没|冇|未)(?:有)?(?:下过?(?:这个|这|那)?(?:单|订单)|刷过|买过这|授权)$|(?:不是|唔系)我(?:本人)?下[的嘅]?单?$"
    r"|(?:didn t|did not|never) (?:placed?|made?|make|authori[sz]ed?) (?:this|that|these|any such|the) \w+$"
)
"""An order or a charge that the customer says is none of theirs."""
_DONE_ALL_THE_SAME = re.compile(
    "扣|刷|收到|显示|多(?:了|出)|(?:怎么|咋|为什么|为啥|点解)(?:会)?(?:有|出现|来|收)|有(?:一?个|一?笔|一?张|一?条)?(?:订单|单|账|记录)"
    "|短信|简讯|通知|快递|包裹|账单|盗|冒用|[这那呢嗰](?:个|笔|张|一)?(?:订)?单"
    r"|\b(?:this|that|these|charg\w+|taken|debit\w*|text|sms|e ?mail|parcel|statement|shows?|someone"
    r"|somebody|got|received)\b"
)
"""What shows that such an order or charge is there."""
_BY_ONE_S_OWN = re.compile(
    r"(?:是|系)?(?:我)?(?:老公|老婆|先生|太太|爸|妈|爷|奶|家人|屋企人|朋友|同事|孩子|儿子|女儿|哥|姐|弟|妹|男友|女友|男朋友|女朋友).{0,6}(?:下|买|订|落|帮)"
    r"|\bmy (?:husband|wife|mum|mom|dad|mother|father|son|daughter|friend|partner|brother|sister"
    r"|boyfriend|girlfriend|colleague)"
    r" (?:\w+ ){0,2}(?:did|placed|ordered|bought|made)\b"
)
_SUPPOSED = re.compile(
    r"如果|要是|万一|假如|假设|倘若|若是|的话|到时候|以后|将来|(?:\d+|[一两二三四五六七八九十半几]+)(?:天|日|个?月|周|星期|礼拜|年)(?:之)?(?:里|内|都|以内)"
    r"|\b(?:if|in case|suppos(?:e|ing)|what happens when|should (?:my|someone|somebody))\b"
)
_WHAT_THEN = re.compile(
    r"怎么办|咋办|点算|点办|怎么样|会怎样|会点|怎么处理|吗|么|嘛|咩|呢|会不会|会唔会|退不|赔不|能不能|可不可以|有没有|谁(?:赔|负责)|还(?:在|有|能)"
    r"|\b(?:what|how|who|will|would|do|does|can|could|are|is)\b"
)
"""Beside a condition: what would hold then is asked, and nothing has happened."""
_POLICE_ASKED = re.compile(
    r"(?:为什么|为啥|为何|干嘛|干吗|凭什么|点解|怎么(?:就|又|还|会)?|咋)(?:要|就|又|还|让|叫|跟|给|我|你们?|去|说)*(?:报警|报案|叫警察)"
    r"|(?:报警|报案|叫警察)[^不]{0,4}(?:什么|啥|乜嘢?|咩)(?:意思|情况|东西|鬼|回事|来的)?|(?:刚才|刚刚|刚|头先|你(?:们)?(?:说|讲|叫|让))[^再]{0,6}(?:报警|报案)"
    r"|(?:不用|不要|不需要|没必要|无需|别|唔使|唔好|没|没有|不)(?:去|再|给我|帮我)*(?:报警|报案|叫警察)"
    r"|\bwhy (?:\w+ ){0,4}(?:police|cops)\b|\bwhat (?:\w+ ){0,4}(?:police|cops) (?:\w+ )?(?:for|about)\b"
)
"""The police as they were named by us: asked about, or declined."""
_WHETHER_EVER = re.compile(r"^(?:does|do|could|would|will) (?:the|your|it|this|these|they|a)\b")
"""How a kind of goods is in general, asked before buying: "does the power bank get very hot"."""
_ADVICE = re.compile(
    r"(?:要不要|需不需要|该不该|使唔使|用不用|是不是要|系咪要|需要|(?<!我)要|应该|可以|能)(?:先|去|马上)?(?:报警|报案|叫警察|找警察)"
    r"(?:吗|么|嘛|呢|啊|呀|咩|$)"
    r"|\b(?:should|do|must|can) (?:i|we) (?:\w+ )?(?:call|tell|go to|report (?:it|this|that) to|contact) (?:the )?"
    r"(?:police|authorities)\b"
)
"""Asks whether the police should be told: no threat to us."""
_IN_JEST = re.compile(r"开玩笑|说笑|闹着玩|讲笑|\b(?:joking|just kidding|only kidding|jk|kidding)\b")
_MAY_BE_FEARED = frozenset({
    Danger.CHILD, Danger.ACID, Danger.INJURY, Danger.BATTERY, Danger.SWALLOWED, Danger.FIRE, Danger.WET,
    Danger.SELF_HARM,
})  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def heard(text: str) -> Danger | None:
    """The gravest danger that the words of a message name as happening; None when they name none."""
    flat = normalise(text)
    for kind, pattern in _patterns().items():
        if kind is Danger.FRAUD and _only_suspected(flat):
            continue
        told = [found for found in pattern.finditer(flat) if _is_meant(flat, found, kind)]
        if told and kind is Danger.CHILD and all(_only_burnt(each.group()) for each in told):
            # What helps is what helps anybody who is burnt, not what helps after swallowing.
            return Danger.INJURY
        if told:
            return kind
    state = risky_state.told(text)
    return STATES[state] if state is not None else None


def is_suspicion(text: str) -> bool:
    """Whether a text only asks whether data went out, or tells of a suspicious call, and nothing is lost."""
    flat = normalise(text)
    named = any(_is_meant(flat, found, Danger.FRAUD) for found in _patterns()[Danger.FRAUD].finditer(flat))
    return (named or _ASKED_OF_US.search(flat) is not None) and _only_suspected(flat)


def _only_suspected(flat: str) -> bool:
    lost = any(not _NOT_SO.search(flat[: found.start()]) for found in _LOST.finditer(flat))
    return _SUSPECTED.search(flat) is not None and not lost


def understood(text: str, heard_parts: list[Parsed]) -> Danger | None:
    """The danger of a message by its words, or by what the classifier is sure of."""
    named = heard(text)
    if named in OURS_ONLY and heard_parts and _is_another_s_matter(heard_parts[0]):
        named = None
    if named is not None:
        return named
    flat = normalise(text)
    if _IN_JEST.search(flat) or is_mere_fault(text) or is_shop_talk(text) or only_wondered(text):
        return None
    if not (_AT_RISK.search(flat) or _HAPPENED.search(flat)) or (_SUPPOSED.search(flat) and _WHAT_THEN.search(flat)):
        return None
    # A clause alone ("the child's eyes got tired over it") sounds like danger to who knows no other story.
    whole = heard_parts[0] if heard_parts else {}
    is_sure = intent_of(whole) == REPORT_DANGER and confidence_of(whole) >= TRUSTED
    return Danger.OTHER if is_sure else None


def of_what_was_told(text: str, focus: Focus) -> Danger | None:
    """The danger of the thing whose fault was just told: its state grows worse, or it is feared to burst."""
    state = risky_state.told_of(text, focus)
    return STATES[state] if state is not None and not focus.get("danger") else None


def only_wondered(text: str) -> bool:
    """Whether the words ask if something could do harm, or speak of a lecture about it, and tell of none: 漆会不会有毒,
    "could it overheat"."""
    return heard(text) is None and _WONDERED.search(normalise(text)) is not None


def is_mere_fault(text: str) -> bool:
    """Whether the words tell of a fault of a thing, and of nobody and nothing that is at risk: a zip's pull that came
    off in one's hand. The classifier alone takes such stories for danger."""
    flat = normalise(text)
    comes_off = lexicon.mentions("part_of_goods", text) and _COMES_OFF.search(flat) is not None
    told = comes_off or lexicon.meant("return_reason", text) in FAULTS
    return told and heard(text) is None and _AT_RISK.search(flat) is None


def is_shop_talk(text: str) -> bool:
    """Whether the words are about keeping, returning or liking goods, and of nobody and nothing at risk: a knife that
    one keeps. The classifier alone takes the names of such goods for danger."""
    flat = normalise(text)
    return heard(text) is None and _SHOP_TALK.search(flat) is not None and _AT_RISK.search(flat) is None


def as_next_best(parsed: Parsed, than: str = REPORT_DANGER) -> Parsed:
    """What was taken for danger, or for the intent named by `than`, heard as what was held for the next likely."""
    if intent_of(parsed) != than:
        return parsed
    about_goods = any(entity.get("entity") == "product" for entity in entities_of(parsed))
    passed_over = {than, OUT_OF_SCOPE} if about_goods else {than}
    others = [each for each in parsed.get("intent_ranking") or [] if each.get("name") not in passed_over]
    if not others:
        return with_intent(parsed, FALLBACK, confidence=1.0)
    return with_intent(parsed, str(others[0]["name"]), confidence=float(others[0]["confidence"]))


def as_fault(parsed: Parsed) -> Parsed:
    """What was taken for danger, heard as the fault it is."""
    return with_intent(parsed, REPORT_FAULT) if intent_of(parsed) == REPORT_DANGER else parsed


def _is_another_s_matter(whole: Parsed) -> bool:
    return intent_of(whole) == OUT_OF_SCOPE and confidence_of(whole) >= TRUSTED


_BREATH = ("喘不", "透不", "透唔", "喘唔", "唞唔", "抖唔")


def _is_meant(flat: str, found: re.Match[str], kind: Danger) -> bool:
    before = flat[: found.start()]
    if _NOT_SO.search(before):
        return False
    if kind in (Danger.CHILD, Danger.SWALLOWED) and _is_only_feared(found.group()):
        return False
    if kind is Danger.INJURY and found.group().startswith(_BREATH) and _BY_FIGURE.search(before):
        return False
    if kind is Danger.INJURY and _nearly_happened(before, found.group()):
        return False
    if kind is Danger.BATTERY and _WHETHER_EVER.search(flat):
        return False
    if kind is Danger.THREAT and (_ADVICE.search(flat) or _POLICE_ASKED.search(flat)):
        return False
    if kind is Danger.FRAUD and not _is_theft(flat, found):
        return False
    if kind in OURS_ONLY:
        return _WOULD.search(before) is None
    return kind not in _MAY_BE_FEARED or _ONLY_FEARED.search(before) is None


def _is_theft(flat: str, found: re.Match[str]) -> bool:
    """Whether a theft is told, and not supposed (万一被盗了怎么办): "I placed no order" is none by itself, nor where
    somebody of one's own did."""
    condition = _SUPPOSED.search(flat[: found.end()])
    lost = any(not _SUPPOSED.search(flat[: each.start()]) for each in _LOST.finditer(flat))
    if condition is not None and not lost and _WHAT_THEN.search(flat):
        return False
    if _OWN_ACT_DENIED.search(flat[: found.end()]) is None:
        return True
    beside = flat[: found.start()] + " " + flat[found.end() :]
    shown = _DONE_ALL_THE_SAME.search(beside) or _DONE_ALL_THE_SAME.search(found.group())
    return shown is not None and _BY_ONE_S_OWN.search(flat) is None


def _nearly_happened(before: str, told: str) -> bool:
    """Whether a thing nearly hurt somebody, and did not: 差点割到手."""
    nearly = _NEARLY.search(before) or _NEARLY_WITHIN.search(told)
    return nearly is not None and _BY_A_THING.search(told) is not None


def _is_only_feared(told: str) -> bool:
    """Whether each harm that is named of a child is one that might come: would it choke?"""
    harms = list(_HARM_TO_A_CHILD.finditer(told))
    return bool(harms) and all(_FEARED_WITHIN.search(told[: harm.start()]) for harm in harms)


def _only_burnt(told: str) -> bool:
    """Whether the harm of a child is a burn, and nothing went down or got stuck."""
    harms = _HARM_TO_A_CHILD.findall(told)
    return _BURNT.search(told) is not None and all(_BURNT.search(harm) or harm == "hurt" for harm in harms)


@cache
def _patterns() -> dict[Danger, re.Pattern[str]]:
    content = read_yaml(files("bot.hearing.danger").joinpath("danger.yml"))
    return {
        Danger(kind): re.compile("|".join(f"(?:{each})" for each in patterns)) for kind, patterns in content.items()
    }
