"""Levels: where a member stands, how far the next one is, and what each gives."""

from typing import Any, ClassVar

from actions.kit.base import CrmAction, Event, MemberAction, Turn
from crm_store import accrual, tiers
from crm_store.labels import label
from crm_store.language import format_date, format_money, format_number
from crm_store.members import Member
from crm_store.tiers import TierProgress

OWN_PART = {"earn_rate"}
"""Benefits that the table tells in its own column."""


class ActionTier(MemberAction):
    action_name: ClassVar[str] = "action_tier"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        named = turn.entity("tier")
        if turn.member is None and named:
            tier = await tiers.get(turn.session, str(named))
            turn.say(
                "reply_tier_threshold",
                tier=tiers.name(tier.code, turn.language),
                threshold=format_number(tier.threshold_points),
                rate=tier.earn_rate,
            )
            turn.done("answered", tier=tier.code)
            return []
        return await super().answer(turn)

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        progress = await tiers.progress(turn.session, member)
        turn.done("answered", tier=progress.current.code, earned=progress.earned)
        turn.say(_standing(progress), **_values(progress, turn))
        return []


class ActionTierBenefits(CrmAction):
    """The benefits of the named level, of the member's own, or a short table of all levels for strangers."""

    action_name: ClassVar[str] = "action_tier_benefits"
    writes: ClassVar[bool] = False

    async def answer(self, turn: Turn) -> list[Event] | None:
        own = turn.member.tier_code if turn.member else None
        code = str(turn.entity("tier") or own or "")
        turn.done("answered", **({"tier": code} if code else {}))
        if not code:
            turn.say("reply_tier_table", lines=await self._table(turn))
            return []
        tier = await tiers.get(turn.session, code)
        benefits = await tiers.benefits(turn.session, code)
        turn.say(
            "reply_tier_benefits_own" if code == own else "reply_tier_benefits",
            tier=tiers.name(code, turn.language),
            threshold=format_number(tier.threshold_points),
            lines="\n".join(f"· {benefit.texts[turn.language]}" for benefit in benefits),
        )
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
        "amount": format_money(accrual.amount_to_earn(progress.needed, progress.current)),
        "by": format_date(progress.window_end, turn.language),
    }
