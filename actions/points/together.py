"""Several rewards in one wish: 茶罐1个 保温杯1个 都换了吧, "the tin and two mugs". They are asked about one after the
other, each with its own question and yes; and what they come to (一共多少分)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actions.kit.base import Turn, button
from actions.kit.phrases import listed, name_in
from actions.kit.words import pieces
from actions.points.reward_words import wish_of, worths_said
from crm_store import points, rewards
from crm_store.errors import NotFound
from crm_store.labels import label
from crm_store.language import format_number
from crm_store.rewards import Reward, RewardKind
from crm_store.text import normalise

NEXT = "rewards_next"
"""In the focus: what else was wished in the same breath, as `[code, count]`, in the order to be asked."""
BETWEEN = ","
"""Between the codes behind a button that wishes several."""
_PARTS = re.compile(
    r"[，,、。；;！!？?+＋&\n]|(?:和|跟|同埋|还有|還有|以及|外加|加上?)|\s+(?:and|plus|as well as|with)\s+"
    r"|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff\d])",
    re.IGNORECASE,
)
_EITHER = re.compile(r"还是|或者|或是|定系|抑或|要么|\b(?:or|either|instead|rather)\b")
_EACH = re.compile(r"各|\beach\b")
_JOINTLY = re.compile(
    r"和|跟|同埋|都|各|一起|一齐|以及|还有|加上|外加|\b(?:and|both|plus|all|each|together|as well|too|also)\b"
)
_OF_VOUCHER = re.compile(r"券|元|块|蚊|张|\b(?:vouchers?|coupons?|yuan|rmb)\b|¥")
_GENERIC = frozenset({"voucher", "coupon", "bag"})
"""Other names of a reward that every one of its kind has."""


@dataclass(frozen=True, slots=True)
class Piece:
    reward: Reward
    count: int = 1

    @property
    def cost(self) -> int:
        return self.reward.cost * self.count


async def wished_together(turn: Turn) -> list[Piece]:
    """The rewards that a message wishes together, in the order said; empty where it names fewer than two, or one or
    the other."""
    said = str(turn.entity("reward") or "")
    if turn.pressed:
        return await _of_codes(turn, said.split(BETWEEN)) if BETWEEN in said else []
    wish = wish_of(turn.text)
    if wish.out or _EITHER.search(normalise(turn.text)):
        return []
    offered = await rewards.catalogue(turn.session)
    worths = {reward.value_minor // 100 for reward in offered if reward.value_minor}
    found: dict[str, Piece] = {}
    for part in filter(None, map(str.strip, _PARTS.split(turn.text))):
        count = pieces.count_said(part, but=worths)
        for reward in _named_in(pieces.without_count(part, but=worths), offered, whole=turn.text):
            found.setdefault(reward.code, Piece(reward, count or 1))
    counted = sum(pieces.count_said(part, but=worths) is not None for part in _PARTS.split(turn.text))
    if counted < 2 and "、" not in turn.text and not _JOINTLY.search(normalise(turn.text)):
        # "I have the tote, the tea then": both are named, and one is wished.
        return []
    each = pieces.count_said(turn.text, but=worths) if _EACH.search(normalise(turn.text)) else None
    if len(found) < 2:
        return []
    return [Piece(piece.reward, each) if each else piece for piece in found.values()]


async def named_in_words(turn: Turn) -> list[Reward]:
    """Every reward whose name, or worth, stands in the message."""
    offered = await rewards.catalogue(turn.session)
    worths = {reward.value_minor // 100 for reward in offered if reward.value_minor}
    return _named_in(pieces.without_count(turn.text, but=worths), offered, whole=turn.text)


def keep(turn: Turn, wanted: Sequence[Piece]) -> None:
    """Keep what is asked about next; nothing forgets it."""
    turn.focus(**{NEXT: [[piece.reward.code, piece.count] for piece in wanted] or None})


async def kept(turn: Turn) -> list[Piece]:
    """What else was wished, as far as the shop still has it."""
    known: dict[str, Any] = {**turn.spoken_of, **turn.focused}
    found = []
    for code, count in known.get(NEXT) or []:
        found += [Piece(piece.reward, int(count)) for piece in await _of_codes(turn, [str(code)])]
    return found


async def tell_sum(turn: Turn) -> bool:
    """What the rewards named in one message come to, and whether the points are enough; False for fewer than two."""
    wanted = await wished_together(turn)
    if not wanted:
        return False
    total = sum(piece.cost for piece in wanted)
    lines = [_line(turn, piece) for piece in wanted]
    values: dict[str, Any] = {"lines": listed(lines, turn.language), "total": format_number(total)}
    if turn.member is None:
        turn.say("reply_rewards_sum", **values)
        turn.done("answered", total=total)
        return True
    balance = await points.balance(turn.session, turn.member.id)
    values |= {"balance": format_number(balance)}
    if balance < total:
        turn.say("reply_rewards_sum_short", missing=format_number(total - balance), **values)
    else:
        codes = BETWEEN.join(code for piece in wanted for code in [piece.reward.code] * piece.count)
        all_of_it = button(label("form_button", "redeem_all", turn.language), "redeem_points", reward=codes)
        turn.say("reply_rewards_sum_own", left=format_number(balance - total), buttons=[all_of_it], **values)
    turn.focus(reward=wanted[0].reward.code)
    turn.done("answered", total=total)
    return True


def names(turn: Turn, wanted: Sequence[Piece]) -> str:
    return listed([name_in(piece.reward.names, turn.language) for piece in wanted], turn.language, last="last_and")


def _line(turn: Turn, piece: Piece) -> str:
    kind = "one" if piece.count == 1 else "several"
    name, cost = name_in(piece.reward.names, turn.language), format_number(piece.cost)
    return label("reward_piece", kind, turn.language, reward=name, count=piece.count, cost=cost)


def _named_in(text: str, offered: Sequence[Reward], *, whole: str) -> list[Reward]:
    """Every reward whose name, or worth beside a word for vouchers, stands in the text."""
    flat = normalise(text)
    of_vouchers = bool(_OF_VOUCHER.search(normalise(whole)))
    worths = worths_said(text) if of_vouchers else set()
    found = []
    for reward in offered:
        if reward.kind == RewardKind.COUPON:
            said = reward.value_minor // 100 in worths
        else:
            said = any(_stands(normalise(name), flat) for name in [*reward.names.values(), *reward.keywords])
        found += [reward] if said else []
    return found


def _stands(name: str, flat: str) -> bool:
    if len(name) < 2 or name in _GENERIC:
        return False
    if name.isascii():
        # No `\b`: a Chinese sign right before or after it is no letter of the word.
        return re.search(rf"(?<![a-z0-9]){re.escape(name)}s?(?![a-z0-9])", flat) is not None
    return name in flat.replace(" ", "")


async def _of_codes(turn: Turn, codes: Sequence[str]) -> list[Piece]:
    found = []
    for code in dict.fromkeys(codes):
        try:
            found.append(Piece(await rewards.by_code(turn.session, code), list(codes).count(code)))
        except NotFound:
            continue
    return found
