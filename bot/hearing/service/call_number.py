"""Another number for a call, told where it is asked whether the known one is right: 可以 但换个号码 打我老公的 139….
The yes beside it is to the call, and neither to the known number nor to a change of the member's own."""

import re

from actions.kit import slot_text
from bot.hearing.message.said import INFORM, Said, words
from bot.hearing.steps import Heard, entities_of
from crm_store.conversations import Context
from crm_store.text import closed_up

CALLBACK_FORM, CONFIRMED, DENY = "callback_form", "callback_phone_confirmed", "deny"
_ANOTHER = re.compile(
    r"(?:换|用|打|改|拨)(?:成|打|去|到)?(?:另外?(?:一)?|别的|其他|第二|一|第|我的?)?个?(?:手机|电话)?(?:号码?|电话)(?!.{0,3}(?:对|没错|可以|行))"
    r"|打(?:给|去|到|俾)?(?:我|俺)(?:的)?(?:老公|老婆|先生|太太|爱人|妈|爸|儿子|女儿|家里|公司|办公室|屋企|男友|女友|同事)"
    r"|(?:不是|唔系)(?:这|呢|那)个(?:号|电话)"
    r"|\b(?:another|a different|the other|my other|a new"
    r"|my (?:husband|wife|partner|mum|mom|dad|son|daughter|work|home|office)(?: s)?)"
    r" (?:phone|number|mobile|line)\b"
    r"|\b(?:call|ring|phone) my (?:husband|wife|partner|mum|mom|dad|son|daughter|office|work|home)\b"
)


def heard(said: Said, context: Context) -> Heard | None:
    """The message for the form with its number; as a no to the known one where none is told. None for anything else."""
    if (context.expects.form, context.expects.slot) != (CALLBACK_FORM, CONFIRMED) or slot_text.is_question(said.text):
        return None
    if any(each.get("entity") == "phone" for each in entities_of(said.whole)):
        return Heard.of(words(said, INFORM))
    return Heard.of(words(said, DENY)) if _ANOTHER.search(closed_up(said.text)) else None
