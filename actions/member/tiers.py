"""Levels: where a member stands, how far the next one is, and what each gives."""

import re
from datetime import timedelta
from typing import Any, ClassVar

from actions.kit.base import CrmAction, Event, MemberAction, Turn
from actions.kit.form_input import choice
from actions.kit.mentions import names_another_member
from actions.kit.words import lexicon
from actions.knowledge import earning
from crm_store import clock, earning_rules, points, tiers
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_number
from crm_store.members import Member
from crm_store.text import normalise
from crm_store.tiers import Tier, TierProgress

FROM_FOCUS = "focus"
"""The extractor of a level that was not said but spoken of before."""
ABOVE = "above"
"""The choice of words that ask for the level above the one named, or one's own."""
DROP, KEEP = "drop", "keep"
"""The choice of words that ask where one falls to when the level is lost; what keeps it."""
LOWERED_LATELY = timedelta(days=60)
"""For so long whoever asks for the level hears why it went down."""
OWN_PART = {"earn_rate"}
"""Benefits that the table tells in its own column."""
_OWN = re.compile(
    r"我(?:现在|而家|目前|依家)?(?:是|系|算)?(?:什么|啥|咩|乜|哪个|边个)(?:会员)?(?:等)?级|我(?:自己)?个?(?:会员)?(?:等)?级(?:别)?(?:是|系)(?:什么|啥|咩|乜)"
    r"|\b(?:whats|what s|what is) my (?:\w+ )?(?:level|tier|status)\b|\b(?:what|which) (?:level|tier) am i\b"
)
"""The own level is asked; how far the next one is stands in the same answer."""
_WHY_STILL = re.compile(
    r"(?:为什么|为啥|怎么|点解|咋).{0,6}(?:还是|还系|仲系|还在|仍|没升|不升|没有升|不是)|(?:为什么|为啥|怎么|点解).{0,8}(?:只是|才是)"
    r"|\b(?:why|how come)\b.{0,30}\b(?:still|only|not|no)\b.{0,12}\b(?:bronze|silver|gold|platinum|level|tier)\b"
)
"""The level is asked about that one has, though there seem to be points enough for a higher one."""


class ActionTier(MemberAction):
    """Where a member stands, how far a level is that was named, or until when the own one is safe."""

    action_name: ClassVar[str] = "action_tier"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if names_another_member(turn):
            turn.say("reply_of_another_member")
            turn.done("refused")
            return []
        if await earning.told(turn):
            return []
        named = turn.entity("tier")
        if turn.member is None and named:
            tier = await tiers.get(turn.session, str(named))
            turn.say(
                "reply_tier_threshold",
                tier=tiers.name(tier.code, turn.language),
                threshold=format_number(tier.threshold_points),
                rate=tier.earn_rate,
            )
            turn.focus(tier=tier.code)
            turn.done("answered", tier=tier.code)
            return []
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        progress = await tiers.progress(turn.session, member)
        turn.done("answered", tier=progress.current.code, earned=progress.earned)
        if choice(turn) == DROP and not turn.pressed:
            await self._tell_drop(turn, progress)
            return []
        if not turn.pressed and (choice(turn) == KEEP or lexicon.mentions("level_kept", turn.text)):
            await self._tell_safety(turn, progress)
            return []
        if not turn.pressed and _WHY_STILL.search(normalise(turn.text)) and progress.next is not None:
            await self._tell_what_counts(turn, member, progress)
            return []
        named = str(turn.entity("tier") or "")
        asks_own = not turn.pressed and _OWN.search(normalise(turn.text)) is not None
        if (
            named
            and named != progress.current.code
            and not (asks_own and progress.next and named == progress.next.code)
        ):
            await self._tell_distance(turn, progress, await tiers.get(turn.session, named))
            return []
        if named and not turn.pressed and lexicon.mentions("level_threshold", turn.text):
            await self._tell_distance(turn, progress, await tiers.get(turn.session, named))
            return []
        if not await self._tell_lowered(turn, member, progress):
            turn.say("reply_tier_grace" if progress.in_grace else _standing(progress), **_values(progress, turn))
        turn.focus(tier=(progress.next or progress.current).code)
        if progress.next is not None and not turn.pressed and lexicon.mentions("level_above", turn.text):
            await _tell_benefits(turn, progress.next.code, own=None)
        return []

    @staticmethod
    async def _tell_what_counts(turn: Turn, member: Member, progress: TierProgress) -> None:
        """Why the level is no higher: what was earned in the last 12 months counts, not what there is to spend."""
        balance = await points.balance(turn.session, member.id)
        turn.focus(tier=(progress.next or progress.current).code)
        turn.say("reply_tier_what_counts", balance=format_number(balance), **_values(progress, turn))

    @staticmethod
    async def _tell_lowered(turn: Turn, member: Member, progress: TierProgress) -> bool:
        """Why the level went down of late, if it did, and what brings it back."""
        changes = await tiers.changes(turn.session, member.id)
        last = changes[0] if changes else None
        if last is None or last.at < clock.now() - LOWERED_LATELY:
            return False
        before = next((tier for tier in await tiers.all_tiers(turn.session) if tier.code == last.from_tier), None)
        if before is None or before.rank <= progress.current.rank:
            return False
        missing = max(0, before.threshold_points - progress.earned)
        turn.say(
            "reply_tier_lowered",
            **_values(progress, turn)
            | {
                "day": format_date(last.at, turn.language),
                "before": tiers.name(before.code, turn.language),
                "earned_then": format_number(last.earned_points),
                "before_needs": format_number(before.threshold_points),
                "missing": format_number(missing),
                "spend": format_money(earning_rules.amount_to_earn(missing, progress.current)),
            },
        )
        return True

    @staticmethod
    async def _tell_safety(turn: Turn, progress: TierProgress) -> None:
        """Whether the level can be lost: from when on, and what keeps it."""
        turn.focus(tier=progress.current.code)
        if progress.kept_until is None:
            turn.say("reply_tier_never_lost", tier=tiers.name(progress.current.code, turn.language))
            return
        lower = await tiers.reached(turn.session, progress.current.threshold_points - progress.to_keep)
        turn.say(
            "reply_tier_safe",
            lower=tiers.name(lower.code, turn.language),
            **_values(progress, turn),
        )

    @staticmethod
    async def _tell_drop(turn: Turn, progress: TierProgress) -> None:
        """Where the member would fall to: by the points of twelve months, so that a level may be skipped."""
        turn.focus(tier=progress.current.code)
        if progress.kept_until is None:
            turn.say("reply_tier_never_lost", tier=tiers.name(progress.current.code, turn.language))
            return
        left = progress.current.threshold_points - progress.to_keep
        lower = await tiers.reached(turn.session, left)
        below = [each for each in await tiers.all_tiers(turn.session) if each.rank < progress.current.rank]
        steps = " · ".join(
            f"{tiers.name(each.code, turn.language)} {format_number(each.threshold_points)}+"
            for each in sorted(below, key=lambda tier: -tier.rank)
        )
        turn.say(
            "reply_tier_drop",
            steps=steps,
            left=format_number(left),
            lower=tiers.name(lower.code, turn.language),
            **_values(progress, turn),
        )

    @staticmethod
    async def _tell_distance(turn: Turn, progress: TierProgress, wanted: Tier) -> None:
        """How far a level is that is not the own one; one that lies below is reached already."""
        needed = wanted.threshold_points - progress.earned
        turn.focus(tier=wanted.code)
        response = "reply_tier_distance" if wanted.rank > progress.current.rank else "reply_tier_below"
        turn.say(
            "reply_tier_own_threshold" if wanted.code == progress.current.code else response,
            **_values(progress, turn)
            | {
                "wanted": tiers.name(wanted.code, turn.language),
                "threshold": format_number(wanted.threshold_points),
                "missing": format_number(needed),
                "spend": format_money(earning_rules.amount_to_earn(max(0, needed), progress.current)),
            },
        )


class ActionTierBenefits(CrmAction):
    """The benefits of the named level, of the member's own, or a short table of all levels for strangers."""

    action_name: ClassVar[str] = "action_tier_benefits"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        if await earning.told(turn):
            return []
        own = turn.member.tier_code if turn.member else None
        code = str(_level_meant(turn) or own or "")
        if code and choice(turn) == ABOVE:
            code = await _above(turn, code)
        turn.done("answered", **({"tier": code} if code else {}))
        if not code:
            turn.say("reply_tier_table", lines=await self._table(turn))
            return []
        turn.focus(tier=code)
        await _tell_benefits(turn, code, own=own)
        return []

    @staticmethod
    async def _table(turn: Turn) -> str:
        """One line per level: from how many points, how fast it earns, and what it adds to the level below."""
        lines, before = [], set[str]()
        for tier in await tiers.all_tiers(turn.session):
            codes = [benefit.code for benefit in await tiers.benefits(turn.session, tier.code)]
            added = [tiers.benefit_name(code, turn.language) for code in codes if code not in before | OWN_PART]
            before.update(codes)
            lines.append(
                label(
                    "tier_table",
                    "line" if added else "line_bare",
                    turn.language,
                    tier=tiers.name(tier.code, turn.language),
                    threshold=format_number(tier.threshold_points),
                    rate=tier.earn_rate,
                    benefits=label("list_of", "between", turn.language).join(added),
                )
            )
        return "\n".join(lines)


async def _tell_benefits(turn: Turn, code: str, *, own: str | None) -> None:
    tier = await tiers.get(turn.session, code)
    benefits = await tiers.benefits(turn.session, code)
    turn.say(
        "reply_tier_benefits_own" if code == own else "reply_tier_benefits",
        tier=tiers.name(code, turn.language),
        threshold=format_number(tier.threshold_points),
        lines="\n".join(f"· {benefit.texts[turn.language]}" for benefit in benefits),
    )


async def _above(turn: Turn, code: str) -> str:
    """The level above one; the highest itself, above which there is none."""
    every = sorted(await tiers.all_tiers(turn.session), key=lambda tier: tier.rank)
    place = next((at for at, tier in enumerate(every) if tier.code == code), len(every) - 1)
    return str(every[min(place + 1, len(every) - 1)].code)


def _level_meant(turn: Turn) -> str | None:
    """The level named, or the one spoken of; words about the own level mean no other that was spoken of."""
    found = turn.tracker.latest_message.get("entities") or []
    levels = [each for each in found if each.get("entity") == "tier"]
    own = not turn.pressed and lexicon.mentions("own_level", turn.text)
    meant = next((each for each in levels if not (own and each.get("extractor") == FROM_FOCUS)), None)
    return str(meant["value"]) if meant else None


def _standing(progress: TierProgress) -> str:
    if progress.next is None:
        return "reply_tier_top"
    return "reply_tier" if progress.kept_until else "reply_tier_first"


def _values(progress: TierProgress, turn: Turn) -> dict[str, Any]:
    following = progress.next
    return {
        "tier": tiers.name(progress.current.code, turn.language),
        "earned": format_number(progress.earned),
        "kept_until": format_date(progress.kept_until, turn.language) if progress.kept_until else "",
        "next": tiers.name(following.code, turn.language) if following else "",
        "needed": format_number(progress.needed),
        "amount": format_money(earning_rules.amount_to_earn(progress.needed, progress.current)),
        "by": format_date(progress.window_end, turn.language),
        "threshold": format_number(progress.current.threshold_points),
        "to_keep": format_number(progress.to_keep),
        "spend": format_money(earning_rules.amount_to_earn(progress.to_keep, progress.current)),
    }
