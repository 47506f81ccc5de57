"""Which of the member's registered requests words mean: by their numbers, their kinds, or the things they are about."""

from collections.abc import Sequence
from dataclasses import dataclass

from actions.kit.base import Turn
from actions.kit.form_input import CHOICE, words
from actions.kit.words import requests
from actions.returns.lines import bought, named_by_words
from crm_store import returns
from crm_store.members import Member
from crm_store.returns import ReturnRequest

GENERIC = frozenset({"any", "return"})
"""Words that customers use of any request: "cancel the return" may be said of an exchange."""


@dataclass(frozen=True)
class Meant:
    """The requests that words mean. `is_named`: they name some; `is_sure`: each of `requests` is meant, not one of
    them; `others`: what is registered where nothing fits what was named."""

    requests: Sequence[ReturnRequest] = ()
    is_named: bool = False
    is_sure: bool = False
    others: Sequence[ReturnRequest] = ()


async def meant_requests(turn: Turn, member: Member) -> Meant:
    """What the words mean of the member's requests; of those named by no number only what is running."""
    text = words(turn)
    every = await returns.for_member(turn.session, member.id)
    running = [each for each in every if each.is_running]
    beside = str(turn.entity(CHOICE) or "").split(",") if not turn.has_entity_said(CHOICE) else []
    asked = [each for each in every if each.number in beside]
    if numbers := requests.numbers(text):
        found = [await returns.by_number(turn.session, each, member_id=member.id) for each in numbers]
        known = [each for each in found if each is not None]
        return Meant(_together(asked, known), True, True, () if known else running)
    named = await _named(turn, member, [each for each in running if each not in asked])
    if asked and not named.requests:
        # "Both of them, please": of the one asked about, and whatever else there is.
        return Meant(running if requests.says_all(text) else asked, True, True)
    return Meant(_together(asked, named.requests), named.is_named, named.is_sure or bool(asked), named.others)


async def _named(turn: Turn, member: Member, running: Sequence[ReturnRequest]) -> Meant:
    text = words(turn)
    kinds = requests.kinds(text) - GENERIC
    of_kind = [each for each in running if each.kind in kinds] if kinds else list(running)
    things = await named_by_words(turn, [(each.order, each.line) for each in running], whole=True)
    lines = {line.id for _, line in things.lines}
    of_thing = [each for each in of_kind if each.line_id in lines]
    if of_thing and len(kinds) < 2:
        return Meant(of_thing, True, len(of_thing) == 1 or requests.says_all(text))
    if len(kinds) < 2 and (things.unknown or (not lines and await _names_another(turn, member))):
        return Meant((), True, others=running)
    if kinds:
        is_sure = len(kinds) > 1 or len(of_kind) == 1 or requests.says_all(text)
        return Meant(of_kind, True, is_sure, running)
    if requests.says_all(text):
        return Meant(running, True, True)
    return Meant()


async def _names_another(turn: Turn, member: Member) -> bool:
    """Whether the words name something that was bought, and for which nothing is registered."""
    return (
        len({line.sku for _, line in (await named_by_words(turn, await bought(turn, member), whole=True)).lines}) == 1
    )


def _together(asked: Sequence[ReturnRequest], named: Sequence[ReturnRequest]) -> list[ReturnRequest]:
    return [*asked, *(each for each in named if each not in asked)]
