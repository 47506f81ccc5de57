"""A call that is wished after a danger was told: 下午两点半打给我. It is arranged at once, at the time that was said.

Whether a person comes, or when, is a question that stays with the danger (`after_danger`, `person_comes`)."""

import re
from typing import Any

from actions.kit.words import lexicon
from bot.hearing.danger import after_danger
from bot.hearing.message.said import Said
from bot.hearing.steps import Heard, Step, entities_of, with_intent
from crm_store.conversations import Context, Parsed
from crm_store.text import normalise

CALL, TIME = "request_callback", "time"
_CALLS_ME = re.compile(
    r"(?:打|拨|挂)(?:一?(?:个|通))?(?:电话)?(?:来|过来)?(?:给|畀|俾)?(?:给|畀|俾)?我(?!老|爸|妈|手机号|的号)|(?:给|畀|俾)我(?:打|来|回"
    r"|拨)(?:一?(?:个|通))?(?:电话|电)?|回(?:个|通)?电"
    r"|(?:叫|让|请|要)(?:他|她|佢|同事|你们|客服|人|专人)+.{0,8}(?:打电话|致电|来电)"
    r"|\b(?:call|ring|phone) me\b|\bgive me a (?:call|ring|bell)\b|\bget (?:someone|somebody"
    r"|them) to (?:call|ring|phone)\b"
)
_WHETHER = re.compile(
    r"(?:有人|有冇人|谁|边个|哪位|(?:同事|客服|专人|他们)(?:会|几时|什么时候)|几时|什么时候|啥时候|何时|多久|几点)(?:会|要|能|来|才|有)*.{0,3}(?:打|回电|给我|畀我|俾我)|会(?:不会"
    r"|唔会)?(?:有人)?.{0,3}打"
    r"|\b(?:who|when|will|is|does|did|has) (?:\w+ ){0,4}(?:call|ring|phone)\w* me\b|\bhow long (?:\w+ ){0,5}call\b"
)
_DENIED = re.compile(
    r"(?:不用|不要|不必|别|先别|唔使|唔好|没(?:有)?人|没|冇人|不想)(?:再)?.{0,3}$"
    r"|\b(?:don t|do not|no need to|not|never|nobody|no one)(?: \w+){0,2} ?$"
)
_SENTENCE = re.compile(r"[。！!？?；;\n]|\.(?=\s)")


def heard(said: Said, context: Context) -> Heard | None:
    """The wish for a call as the booking of one; of several times that of its own sentence."""
    told = after_danger.told_before(context.focus)
    if told is None or told in after_danger.HEARD_OUT or context.expects.form is not None:
        return None
    if lexicon.mentions("callback_off", said.text) or not wishes(said.text, said.whole):
        return None
    return Heard.of(Step(text=said.text, heard=with_intent(_of_its_sentence(said), CALL)))


def wishes(text: str, whole: Parsed) -> bool:
    """Whether the words wish to be called; without a time, not where they only ask whether somebody will."""
    flat = normalise(text)
    found = _CALLS_ME.search(flat)
    if found is None or _DENIED.search(flat[: found.start()]):
        return False
    has_time = any(each.get("entity") == TIME for each in entities_of(whole))
    return has_time or _WHETHER.search(flat) is None


def _of_its_sentence(said: Said) -> Parsed:
    """The parse without the times of other sentences: at nine somebody works, at half past two they can be called."""
    begins = 0
    for part in [*_SENTENCE.split(said.text)]:
        ends = begins + len(part)
        times = [each for each in _times(said.whole) if begins <= int(each.get("start") or 0) < ends]
        if times and _CALLS_ME.search(normalise(part)):
            others = [each for each in entities_of(said.whole) if each.get("entity") != TIME]
            return {**said.whole, "entities": [*others, *times]}
        begins = ends + 1
    return said.whole


def _times(whole: Parsed) -> list[dict[str, Any]]:
    return [each for each in entities_of(whole) if each.get("entity") == TIME]
