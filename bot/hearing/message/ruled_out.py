"""What a customer says they do not mean: "not the lamp", 不是问付款，是问自取, 我没提外套. The denied part is taken out
of the message and named to the actions as the entity `ruled_out`; the rest is heard by itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from actions.kit.base import RULED_OUT
from bot.hearing.danger import danger
from bot.hearing.message import agreed, denial
from bot.hearing.steps import FALLBACK, FROM_FOCUS, Step, entities_of, intent_of
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

OPEN = frozenset({FALLBACK, "inform", "deny", "deny_act", "out_of_scope", "report_fault", "ask_product"})
"""What words that only rule a thing out are taken for."""
GOODS = frozenset({"ask_recommendation", "ask_rewards"})
"""Topics that go on without the thing that is ruled out."""
THINGS = frozenset({"product", "reward"})
ARTICLE = frozenset({"article", "question", "answer"})
"""What was told of the shop's rules is not gone on with by whoever means something else; a figure is put into it."""
CHARACTERS, WORDS = 12, 5
"""A thing that is ruled out is named in few words."""

_CLAUSE = re.compile(r"[，,、。！!？?；;\n]+|\.(?!\d)|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_LEAD = (
    r"(?:(?:啊|哎|欸|诶|喂|呃|唉|哎呀|拜托|拜託|但|可是|都|就|我都"
    r"|no|nah|hey|um|well|look|but|sorry|i (?:just |already )?said)[\s,，:]*)*"
)
_SPEAKING = r"问|問|说|說|讲|講|提|聊|指|谈|談"
_NOT_SPOKEN = r"(?!题|題|话|話|货|貨|交|究|清|明|完|错|錯|好|什么|什麼|了|过了|過了|到|谁|誰|得)"
_ENDS = r"(?:啊|呀|啦|喇|哈+|喔|哦|欸|诶|好吗|好嗎|好不好|吧|的|了|嘛|哋|噢)*$"
_SURELY = r"(?:又|真的?|可|根本|从来|從來)?(?:并|並)?"
_IS_NO = r"(?:不是|不係|唔係|唔是)"
_DENIES = re.compile(
    rf"^{_LEAD}(?:"
    rf"(?:我|俺)?{_SURELY}{_IS_NO}(?:在|来|來|想|要)?(?:问的是|問的是|问|問|聊|谈|談|要买|要買|想买|想買|买|買|找)"
    rf"|(?:我|俺){_SURELY}{_IS_NO}(?:在|想|要)?(?:{_SPEAKING})"
    rf"|(?:我|俺)?{_SURELY}(?:没有?|沒有?|冇)(?:在|想|要)?(?:{_SPEAKING})(?:过|過|起|到)?"
    rf")(?:的是)?{_NOT_SPOKEN}(?P<what>.+?){_ENDS}",
    re.IGNORECASE,
)
_DENIES_EN = re.compile(
    rf"^{_LEAD}(?:i|it|that)?\s*(?:'?m|'?s| am| was| is)?\s*"
    r"(?:not|never|wasn'?t|didn'?t|did not|don'?t|do not|haven'?t)\s+"
    r"(?:(?:asking|ask|asked|say|saying|said|mean|meant|mention|mentioned|talking|looking)"
    r"(?:\s+(?:about|for|of|at))?|about)\s+(?!to\b|that\b|this\b|it\b|anything\b|so\b|you\b|if\b)"
    r"(?:the |a |an |my |your |any )?(?P<what>.+)$",
    re.IGNORECASE,
)
_NOTHING_TO_DO = re.compile(
    rf"^{_LEAD}(?:这|這|那)?(?:跟|和|同|与|與)(?P<what>(?![我你您他她]).{{1,8}}?)(?:没有?|沒有?|无|無|冇)(?:关系|關係|关|關){_ENDS}"
    r"|^(?:no,? )?(?:(?:it|this|that) )?(?:has|had|is) nothing to do with (?:the |my )?(?P<what_en>[\w' -]{2,30})$",
    re.IGNORECASE,
)
"""跟鞋子没关系, "it has nothing to do with the shoes"."""
_IS_NOT = re.compile(
    rf"^{_LEAD}(?:(?:我)?(?:说|說|要|问|問)的)?(?:不是|不係|唔係|唔是)(?P<what>[^吗嗎么]{{1,8}}?){_ENDS}", re.IGNORECASE
)
_IS = re.compile(r"^(?:而)?(?:是|係|应该是|應該是|我(?:说|說|讲|講|要|问|問|想问|想問)的?(?:是|係)?|我是|我係)(?=.)")
_MEANS = re.compile(
    rf"^{_LEAD}我(?:刚才|剛才|刚刚|剛剛|頭先|头先|明明|一直)?(?:都)?(?:是|係)?"
    rf"(?:{_SPEAKING})(?:紧|緊|(?:的|嘅)?(?:是|係))(?=.)",
    re.IGNORECASE,
)
"""我问的是电饭煲, in front of 不是不粘锅."""
_BARE = re.compile(
    rf"^{_LEAD}not\s+(?P<the>(?:the|my|your|about)\s+)?(?P<what>(?!"
    r"(?:the|my|your|about|right|same|one|best|first|last|case|point|issue|problem|way|time|size|colou?r)\b"
    r"|sure|yet|now|really|today|working|bad|good|at\b"
    r"|only|just|that\b|this\b|so\b|too|very|even|enough|happy|ok|okay|interested"
    r"|available|allowed|possible|me\b|in\b|on\b|any"
    r"|for\b|to\b|what|as\b|with|been|be\b|all|always|right|here|there|much|many|a\b|an\b|fair|funny|helpful|fine"
    r"|great|necessarily|again|until|before|if\b|when|because|i\b|you\b|he\b|she\b|it\b|we\b|they\b|received|arrived"
    r"|\w+ed\b|\w+ing\b)[\w.'’-]+(?:\s+[\w.'’-]+){0,3})$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"^(?P<rest>.+?)\s+(?:and\s+)?not\s+(?:about\s+)?(?:the|my|your)\s+(?P<what>[\w'’-]+(?:\s+[\w'’-]+){0,2})$",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(
    r"\b(?:is|are|am|was|were|do|does|did|has|have|had|can|could|will|would|should|may|it's|i'm|that's|he's|she's"
    r"|we're|they're|you're|why|if|or|whether|but|and|still|just|it|i"
    r"|you|they|we|of course|certainly|definitely|maybe|probably)$",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"^(?:我|我是)?(?:刚才|剛才|刚刚|剛剛|頭先|头先|明明)?(?:是)?(?:问|問|说|說|讲|講)(?:緊|紧)?(?:[的嘅][是係])?(?=.)"
    r"|^(?:no,?\s+)?i (?:said|meant|mean|asked about|am asking about|was asking about)\s+",
    re.IGNORECASE,
)
_NOT_THIS = re.compile(r"(?:不是|不係|唔係|不要|唔要)(?P<what>[^吗嗎么不]{1,8}?)(?:啊|呀|啦|喇|的|了|哈+)*[。！!]*")
_COMPLAINS = re.compile(
    r"老是|老说|老說|老讲|老講|怎么又|怎麼又|怎么还|怎麼還|干嘛|幹嘛|成日|^i (?:just |already )?(?:said|told you)$"
    r"|why do you|you keep|stop (?:saying|telling|talking)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RuledOut:
    """`things` that are not meant, as the customer wrote them; `rest`: the message without them, empty when nothing
    else is said."""

    things: tuple[str, ...]
    rest: str = ""


def read(text: str) -> RuledOut | None:
    """What a message rules out; None when it rules nothing out, denies an act, or names a danger."""
    if danger.heard(text) is not None or denial.denied(text) is not None:
        return None
    clauses = [part.strip() for part in _CLAUSE.split(text) if part and part.strip()]
    things: list[str] = []
    left: list[str] = []
    for place, clause in enumerate(clauses):
        behind = clauses[place + 1] if place + 1 < len(clauses) else ""
        rest, what = _taken_out(clause, behind, clauses[place - 1] if place else "")
        if what is None:
            left.append(_IS.sub("", clause) or clause if things else clause)
        else:
            things.append(what)
            left += [rest] if rest else []
    if not things:
        return None
    told = [_SAYS.sub("", each) for each in left if not _only_says_so(each, things)]
    return RuledOut(tuple(things), _joined(told))


def heard(ruled_out: RuledOut, whole: Parsed, context: Context) -> tuple[str, dict[str, str]] | None:
    """The intent, and entities, of a message that rules something out and says nothing else. None where it answers a
    question for yes or no."""
    if ruled_out.rest or agreed.asks_yes_or_no(context.expects):
        return None
    what = ruled_out.things[0]
    topic = str(context.focus.get("topic") or "")
    if topic in GOODS and int(context.focus.get("age") or 0) <= 1 and intent_of(whole) in OPEN | GOODS:
        return topic, {RULED_OUT: what}
    return "inform", {"choice": RULED_OUT, RULED_OUT: what}


def of_goods(text: str, whole: Parsed, context: Context) -> RuledOut | None:
    """What a bare 不是豆子, 唔要茶 rules out while goods are spoken of: a thing that was understood in it."""
    topic, form = context.focus.get("topic"), context.expects.form
    found = _NOT_THIS.fullmatch(text.strip())
    if found is None or form is not None or topic not in GOODS | {"ask_product"} or denial.denied(text) is not None:
        return None
    things = [str(each.get("value")) for each in entities_of(whole) if each.get("entity") in (*THINGS, "choice")]
    return RuledOut((found["what"],)) if any(_is_in(thing, found["what"]) for thing in things) else None


def marked(step: Step, things: Sequence[str]) -> Step:
    """The step with what is not meant, for the actions."""
    if step.heard is None or not things:
        return step
    added = [{"entity": RULED_OUT, "value": each, "start": 0, "end": 0, "extractor": FROM_FOCUS} for each in things]
    return replace(step, heard={**step.heard, "entities": [*entities_of(step.heard), *added]})


def forgotten(context: Context, things: Sequence[str]) -> Context:
    """The context without the things that are not meant: they leave the last list, and what was told of it."""
    if any(not sign.isdigit() for each in things for sign in each):
        focus = {kind: thing for kind, thing in context.focus.items() if kind not in ARTICLE}
        context = replace(context, focus=focus)
    listed = list(context.focus.get("listed") or [])
    kept = [option for option in listed if not any(_is_in(each, str(option.get("title"))) for each in things)]
    out = [option for option in listed if option not in kept]
    if not out:
        return context
    named = " ".join(str(option.get("payload")) for option in out)
    focus = {kind: thing for kind, thing in context.focus.items() if kind not in THINGS or f'"{thing}"' not in named}
    return replace(context, focus={**focus, "listed": kept})


def _taken_out(clause: str, behind: str, before: str) -> tuple[str, str | None]:
    """What is left of a clause and what it rules out, beside the clauses on both sides of it; None for the latter
    when it rules nothing out."""
    if re.search(r"[吗嗎么咩]$", clause):
        return clause, None
    for pattern in (_DENIES, _DENIES_EN, _BARE):
        if (found := pattern.search(clause)) and _is_short(found["what"]):
            return "", found["what"].strip()
    if found := _NOTHING_TO_DO.search(clause):
        return "", (found["what"] or found["what_en"]).strip()
    if (found := _BEHIND.search(clause)) and not _UNFINISHED.search(found["rest"]) and len(found["rest"].split()) > 1:
        return found["rest"].strip(), found["what"].strip()
    if (found := _IS_NOT.search(clause)) and (_IS.match(behind) or _MEANS.match(before)):
        return "", found["what"].strip()
    return clause, None


def _only_says_so(clause: str, things: Sequence[str]) -> bool:
    """Whether a clause beside the denial only complains of it: "I just said", 你怎么老说外套."""
    return bool(_COMPLAINS.search(clause)) and (clause.isascii() or any(_is_in(each, clause) for each in things))


def _is_short(what: str) -> bool:
    return len(what.split()) <= WORDS if what.isascii() else len(what) <= CHARACTERS


def _joined(parts: Sequence[str]) -> str:
    between = ", " if all(part.isascii() for part in parts) else "，"
    return between.join(part for part in parts if part)


def _is_in(said: str, title: str) -> bool:
    return normalise(said) in normalise(title)
