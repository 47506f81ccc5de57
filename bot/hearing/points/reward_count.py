"""A number of pieces beside the answer to what shall be redeemed: "yes but 3 of them", 对 要两张, "the 100, 2 of em".
It is part of the wish: the question is put once more with it before anything is redeemed. And another reward asked for
right behind the yes (好 换 茶罐呢)."""

import json
import re

from actions.kit import slot_text
from actions.kit.asked import reward_asides, rewards_asked
from actions.kit.words import consent, lexicon, pieces
from actions.kit.words.consent import Answer
from bot.hearing.answers.answered import AFFIRM
from bot.hearing.message import expectation
from bot.hearing.message.said import CHOICE, Said
from bot.hearing.points.reward_wish import REDEEM, REDEEM_FORM
from bot.hearing.points.rewards_asked import VOUCHERS
from bot.hearing.steps import Heard, Step, intent_of, with_intent
from crm_store.conversations import Context, Option
from crm_store.text import normalise

CONFIRM, CHOOSE = "redeem_confirm", "redeem_reward"
WORTHS = frozenset({10, 20, 30, 50, 100, 200})
"""Numbers that may be the worth of a voucher: "the 20 please" counts none."""
SAID = "hearing"
"""The extractor of a reward that the words choose among those on offer."""
_GOOD_FOR = re.compile(r"\b(?:good|valid|last|lasts|expire|expires) ?(?:for|until|till)?\b|有效|过期|到期|用到")
_YES_AND_ANOTHER = re.compile(
    r"^(?:好的?|行|可以|对|嗯+|ok|okay|yes|yeah|yep|sure)?[\s,，。.!！]*"
    r"(?:换吧?|换了吧?|換吧?|兑吧?|兌吧?|就换|redeem it|do it|go ahead|swap it)[\s,，。.!！;；]+(?P<rest>.+)$",
    re.IGNORECASE,
)
_AND_ANOTHER = re.compile(
    r"^(?:那|还有|還有|那还有)?\S{1,8}(?:呢|咧)[?？]*$|^(?:and|what about|how about|also)\b.{2,40}$", re.IGNORECASE
)

_ONLY_THE_THING = re.compile(
    r"^(?:那|还有|還有)+|(?:呢|咧)?[?？]*$|^(?:and|what about|how about|also)\b(?: the)?", re.IGNORECASE
)
_FILLING = re.compile(r"\b(?:of|them|em|those|please|pls)\b|[\s,，.。!！吧啊那就再换兑来要给我的]", re.IGNORECASE)
OPEN = frozenset(
    {
        "affirm",
        "inform",
        "nlu_fallback",
        REDEEM,
        "deny",
        "ask_rewards",
        "ask_vouchers",
        "out_of_scope",
        "ask_points_expiring",
    }
)
"""What such an answer is taken for."""


def heard(said: Said, context: Context) -> Heard | None:
    """The steps of such an answer; None where no number stands in it, or it asks."""
    expects = context.expects
    if expects.form is None:
        return _of_the_one_offered(said, context)
    if expects.form != REDEEM_FORM or expects.slot not in (CONFIRM, CHOOSE):
        return None
    count = pieces.count_said(said.text, but=WORTHS)
    if expects.slot == CONFIRM and (another := _another(said)):
        return another
    if expects.slot == CONFIRM and _wishes_also(said.text):
        # "The tin as well" stays a wish for a reward, whatever it sounds like.
        return Heard.of(Step(text=said.text, heard=with_intent(said.whole, REDEEM)))
    asks = rewards_asked.asked(said.text, of_points=True) or reward_asides.asked(said.text, of_points=True)
    if count is None or asks:
        # 下一張單退貨 counts no pieces.
        return None
    if expects.slot == CHOOSE:
        return _chosen(said, context)
    # A condition beside the number ("but how long are they good for") does no harm: the question is put once more.
    is_no = consent.read(said.text).answer is Answer.NO or consent.hesitates(said.text)
    return None if is_no or lexicon.mentions("drop", said.text) else _counted(said)


def _wishes_also(text: str) -> bool:
    is_no = consent.read(text).answer is Answer.NO
    return rewards_asked.wishes_also(text) and not slot_text.is_question(text) and not is_no


def _counted(said: Said, code: str = "") -> Heard:
    """The number for the form, or for the reward of a code; until when it is valid, asked beside it, is told first."""
    asked = [clause.text for clause, _ in said.clauses if _asks_until(clause.text)]
    text = said.text
    for each in asked:
        text = text.replace(each, "").strip(" ,，.。;；?？")
    steps = [
        Step(text=each, heard=with_intent(said.whole, VOUCHERS, {CHOICE: rewards_asked.RULES}) | {"text": each})
        for each in asked
    ]
    named = [{"entity": "reward", "value": code, "start": 0, "end": 0, "extractor": SAID}] if code else []
    wish = with_intent(said.whole, REDEEM) | {"text": text}
    return Heard.of(*steps[:1], Step(text=text, heard=wish | ({"entities": named} if code else {})))


def _asks_until(text: str) -> bool:
    until = lexicon.meant("reward_question", text) == "until" or bool(_GOOD_FOR.search(normalise(text)))
    return (
        until
        and pieces.count_said(text, but=WORTHS) is None
        and (slot_text.is_question(text) or consent.asks_back(text))
    )


def _of_the_one_offered(said: Said, context: Context) -> Heard | None:
    """So many of the one reward whose button stands below what was told last: "yes, 2 of em", 那来两个."""
    codes = {code for option in context.expects.options if (code := _code(option))}
    count = pieces.count_said(said.text, but=WORTHS)
    asks_else = rewards_asked.asked(said.text, of_points=True) is not None
    if len(codes) != 1 or count is None or asks_else or intent_of(said.whole) not in OPEN:
        return None
    agrees = consent.read(said.text).answer is Answer.YES
    is_all = not _FILLING.sub("", pieces.without_count(said.text, but=WORTHS))
    return _counted(said, codes.pop()) if agrees or is_all else None


def _chosen(said: Said, context: Context) -> Heard | None:
    """So many of the one that a clause chooses among those on offer, or of the one spoken of ("the same one")."""
    options = context.expects.options
    texts = [said.text, *(clause.text for clause, _ in said.clauses)]
    bare = [pieces.without_count(text, but=WORTHS) for text in texts]
    option = next((found for text in bare if text and (found := expectation.by_title(text, options))), None)
    code = _code(option) if option else ""
    if not code and lexicon.mentions("same_reward", said.text):
        code = str(context.focus.get("reward") or "")
    return _counted(said, code) if code else None


def _code(option: Option) -> str:
    act, _, told = str(option["payload"]).partition("{")
    return str(json.loads("{" + told).get("reward") or "") if act == f"/{REDEEM}" and told else ""


def _another(said: Said) -> Heard | None:
    """The yes, and then the other reward that is asked for behind it."""
    found = _YES_AND_ANOTHER.search(said.text.strip())
    if found is None or not _AND_ANOTHER.search(found["rest"].strip()):
        return None
    rest = found["rest"].strip()
    thing = _ONLY_THE_THING.sub("", rest).strip()
    head = said.text[: said.text.index(rest)].strip()
    yes = Step(text=head, heard=with_intent(said.whole, AFFIRM) | {"text": head, "entities": []})
    return Heard.of(yes, Step(text=thing, heard=with_intent(said.whole, REDEEM) | {"text": thing}))
