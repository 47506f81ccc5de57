"""A reward given back for another one: "undo the tea, swap it for vouchers", 茶退了，换成50的券. What is wished in its
place travels behind the codes in the choice of the button, and its form opens once the points are back."""

import re
from collections.abc import Sequence

from actions.endpoint import action_classes
from actions.kit.base import Event, Turn
from actions.kit.forms import CrmForm
from actions.kit.words.pieces import count_said
from actions.points.reward_words import wished
from crm_store import points
from crm_store.rewards import Redemption, Reward
from crm_store.text import normalise

REDEEM_FORM = "redeem_form"
_FOR, _TIMES = ">", "*"
_INSTEAD = re.compile(
    r"\b(?:swap|change|exchange|switch|replace|trade)\s+(?:\w+\s+){0,3}?(?:for|to|with|into|against)\s+(?P<to>[^.,;!?]+)"
    r"|\b(?:i\s+(?:just\s+)?(?:asked\s+for|wanted|want|said|meant|ordered)|(?:make|get|give)\s+(?:it|me|us))\s+"
    r"(?P<asked>[^.,;!?]+)"
    r"|(?:换成|換成|改成|换回|換回|改要|改换|改換|我?(?:要|说|說|讲|講|话|話|换|換)(?:的|嘅)?(?:是|係|系)"
    r"|(?:我|给我|給我|帮我|幫我)(?:要|想要|换|換)(?!退|回)"
    r"|(?<=[，,。.！!？? ])(?:[换換]|(?:应该|應該|本来|本來)?想?要(?:的)?))(?P<zh>[^，,。.！!？?；;]+)",
    re.IGNORECASE,
)


def codes(choice: str) -> list[str]:
    """The codes that are given back, of the choice that a button carries."""
    return choice.partition(_FOR)[0].split(",")


def instead_said(text: str) -> str:
    """The words for what is wished in place of what goes back; empty where nothing is."""
    found = [each for match in _INSTEAD.finditer(text) for each in match.groups() if each]
    return found[-1].strip() if found else ""


def is_instead(text: str, name: str) -> bool:
    """Whether a reward that the words name is the one that is wished, and not the one that goes back."""
    return normalise(name) in normalise(instead_said(text))


async def wished_instead(turn: Turn, back: Sequence[Redemption]) -> str:
    """What follows the codes in the choice: the rewards wished in their place, and of one how many; empty for none."""
    said = "" if turn.pressed or turn.member is None else instead_said(turn.text)
    gone = {each.reward_code for each in back}
    found = [each for each in await wished(turn, said) if each.code not in gone] if said else []
    if not found:
        return ""
    assert turn.member is not None
    balance = await points.balance(turn.session, turn.member.id) + sum(each.points for each in back)
    if len(found) > 1:
        return _FOR + ",".join(each.code for each in found)
    count = min(_count(said, found) or len(back), balance // found[0].cost)
    return f"{_FOR}{found[0].code}{_TIMES}{count}" if count else ""


def begun(choice: str) -> list[Event]:
    """Events that open the form for what is wished in place of what was given back; none where nothing is."""
    wished_for = choice.partition(_FOR)[2]
    if not wished_for:
        return []
    form = next(cls for cls in action_classes().values() if issubclass(cls, CrmForm) and cls.form_name == REDEEM_FORM)
    code, _, count = wished_for.partition(_TIMES)
    if count:
        return form.begun(redeem_reward=code, redeem_count=int(count))
    return form.begun(redeem_trouble={"kind": "several", "rewards": code.split(",")})


def _count(said: str, found: Sequence[Reward]) -> int | None:
    return count_said(said, but={each.value_minor // 100 for each in found})
