"""Points, level and rewards of a member, as HTML."""

from html import escape

from actions.kit.phrases import movement, statement_line, why_fewer
from bot.console import markup
from bot.console.members.facts import Facts, Loyalty
from bot.console.words import Words
from crm_store import tiers
from crm_store.language import format_date, format_number
from crm_store.policy import policy
from crm_store.rewards import Redemption

LOTS_SHOWN = 8
FEWER_SHOWN = 8
CHANGES_SHOWN = 6


def level(facts: Facts, words: Words) -> str:
    """The level, how far the next one is, and until when this one is kept."""
    progress = facts.progress
    name = escape(tiers.name(progress.current.code, words.language))
    until = format_date(progress.window_end, words.language)
    if progress.next is None:
        told = [words("members.level_highest")]
        share = 1.0
    else:
        higher = tiers.name(progress.next.code, words.language)
        told = [words("members.level_missing", points=format_number(progress.needed), level=higher, day=until)]
        share = min(1.0, progress.earned / progress.next.threshold_points)
    if progress.kept_until is not None:
        kept = format_date(progress.kept_until, words.language)
        key = "members.level_grace" if progress.in_grace else "members.level_kept"
        told.append(words(key, day=kept, points=format_number(progress.to_keep)))
    percent = round(share * 100)
    earned = escape(words("members.level_earned", points=format_number(progress.earned)))
    bar = f'<span class="hk-bar" role="img" aria-label="{percent}%"><i style="width:{percent}%"></i></span>'
    lines = "".join(f"<p>{escape(line)}</p>" for line in told)
    return f'<div class="hk-level"><b>{name}</b>{bar}<span>{earned}</span></div>{lines}'


def level_changes(loyalty: Loyalty, words: Words) -> str:
    """When and why the level changed, the newest first."""
    ranks = policy().tiers.codes()
    lines = []
    for change in loyalty.level_changes[:CHANGES_SHOWN]:
        known = change.from_tier in ranks and change.to_tier in ranks
        up = not known or ranks.index(change.to_tier) > ranks.index(change.from_tier)
        told = words(
            "members.level_up" if up else "members.level_down",
            day=format_date(change.at, words.language),
            before=tiers.name(change.from_tier, words.language),
            after=tiers.name(change.to_tier, words.language),
            points=format_number(change.earned_points),
        )
        lines.append(markup.entry(escape(told)))
    title = escape(words("members.level_changes"))
    return f"<details><summary>{title}</summary>{markup.listed(lines)}</details>" if lines else ""


def referral(loyalty: Loyalty, words: Words) -> str:
    """The code the member passes on, once there is one, and what came of it."""
    found = loyalty.referral
    if not found.code:
        return ""
    told = words("members.referral_line", code=found.code, named=found.named, rewarded=found.rewarded)
    return f'<p class="hk-dim">{escape(told)}</p>'


def lots(loyalty: Loyalty, words: Words) -> str:
    """What there is, by the day it ends, and where it came from."""
    names = loyalty.reward_names(words.language)
    rows = "".join(
        f"<tr><td>{escape(format_date(lot.day, words.language))}</td><td><b>{format_number(lot.points)}</b></td>"
        f"<td>{escape(movement(lot.entry, words.language, names))}</td></tr>"
        for lot in loyalty.lots[:LOTS_SHOWN]
    )
    if not rows:
        return ""
    heads = "".join(
        f'<th scope="col">{escape(words(f"members.{key}"))}</th>' for key in ("lot_until", "lot_left", "lot_from")
    )
    more = len(loyalty.lots) - LOTS_SHOWN
    rest = f'<p class="hk-dim">{escape(words("members.lots_more", count=more))}</p>' if more > 0 else ""
    return f'<table class="hk-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{rest}'


def fewer(loyalty: Loyalty, words: Words) -> str:
    """Why there are fewer than the member thinks: each entry of a year that took points, named."""
    shown = loyalty.fewer[:FEWER_SHOWN]
    sums: dict[str, int] = {}
    for each in loyalty.fewer:
        sums[each.entry.kind] = sums.get(each.entry.kind, 0) - each.entry.points + each.entry.owed
    if not sums:
        return ""
    chips = "".join(
        markup.chip(f"{words.label('points_kind', kind)} {format_number(amount)}", "plain")
        for kind, amount in sums.items()
    )
    names = loyalty.reward_names(words.language)
    lines = [markup.entry(escape(why_fewer(each, words.language, names))) for each in shown]
    return f'<div class="hk-chips">{chips}</div>{markup.listed(lines)}'


def ledger(loyalty: Loyalty, words: Words) -> str:
    """The newest entries, each in a line."""
    names = loyalty.reward_names(words.language)
    lines = []
    for entry in loyalty.ledger:
        note = words.label("gift_occasion", str(entry.details.get("occasion", "")))
        if entry.owed:
            note = words("members.short_by", points=format_number(entry.owed))
        below = escape(note)
        lines.append(markup.entry(escape(statement_line(entry, words.language, names)), below))
    return markup.listed(lines)


def code(held: Redemption, loyalty: Loyalty, words: Words) -> str:
    """One code: what for, its state, until when, and how it came."""
    state = held.state()
    name = loyalty.reward_names(words.language).get(held.reward_code, "")
    kind = "good" if state == "issued" else "plain"
    head = f"<b>{escape(name)}</b> {markup.chip(words.label('redemption_status', state), kind)}"
    told = [held.coupon_code, words("members.code_until", day=format_date(held.valid_until, words.language))]
    if held.used_on:
        told.append(words("members.code_used_on", order=held.used_on))
    if held.is_gift:
        told.append(words("members.code_gift", why=words.label("gift_occasion", held.given_for)))
    else:
        told.append(words("members.code_cost", points=format_number(held.points)))
    return f'<div>{head}</div><div class="hk-below">{escape(" · ".join(told))}</div>'
