"""The sections of a member as HTML."""

from html import escape

from bot.console import links, markup
from bot.console.members.facts import Facts
from bot.console.words import NameOf, Words
from bot.console.work.rows import address
from crm_store import callbacks as callbacks_store
from crm_store import complaints as complaints_store
from crm_store import risk as risk_store
from crm_store.clock import now
from crm_store.followups import FollowUp
from crm_store.language import format_date, format_limit, format_moment, format_money, format_number, format_window
from crm_store.policy import policy
from crm_store.promises import PromiseStatus
from crm_store.surveys import SCALES
from crm_store.work import Kind


def risk(facts: Facts, words: Words) -> str:
    """The score, and why, in sentences."""
    found = facts.risk
    if found is None:
        return ""
    level = markup.chip(words.label("risk_level", found.level), f"risk-{found.level}")
    percent = round(found.score * 100)
    filled = f'<i class="risk-{escape(found.level)}" style="width:{percent}%"></i>'
    bar = f'<span class="hk-bar" aria-hidden="true">{filled}</span>'
    reasons = "".join(f"<li>{escape(risk_store.sentence(reason, words.language))}</li>" for reason in found.reasons)
    score = escape(words("risk_score", percent=percent))
    return f'<div class="hk-risk">{level}{bar}<b>{score}</b></div><ul class="hk-reasons">{reasons}</ul>'


def numbers(facts: Facts, words: Words) -> str:
    """Points, what expires, and what the member is worth."""
    held = f"<b>{format_number(facts.points)}</b>"
    if facts.owed:
        held += f" {markup.chip(words('members.owed_now', points=format_number(facts.owed)), 'bad')}"
    pairs = [(words("points"), held)]
    for day, amount in facts.expiring[:2]:
        told = words("expires", points=format_number(amount), day=format_date(day, words.language))
        pairs.append((words("points_expiring"), escape(told)))
    value = facts.value
    pairs.append(
        (words("spent_year"), f"{format_money(value.spend_minor)} · {words('orders_count', count=value.orders)}")
    )
    horizon = format_limit(policy().value.horizon, words.language)
    money = format_money(round(value.lifetime_minor / 100) * 100)
    pairs += [(words("spent_year"), format_money(each, name)) for name, each in value.elsewhere.items()]
    pairs.append((words("measures.expected"), escape(words("measures.expected_told", span=horizon, money=money))))
    marks = f"{markup.chip(words.label('life_stage', value.stage), 'plain')} {markup.chip(f'RFM {value.rfm}', 'plain')}"
    pairs.append((words("measures.stage"), marks))
    if value.attitude is not None:
        pairs.append((words("measures.attitude"), markup.chip(words.label("attitude", value.attitude), "plain")))
    if value.last_order_at:
        pairs.append((words("last_order"), escape(format_date(value.last_order_at, words.language))))
    pairs.append((words("joined"), escape(format_date(facts.member.joined_at, words.language))))
    return markup.rows(pairs)


def promises(facts: Facts, words: Words) -> str:
    lines = []
    for promise in facts.promises:
        late = promise.status is PromiseStatus.OPEN and promise.due_at < now()
        bad = promise.status is PromiseStatus.BROKEN or late
        state = words.label("promise_status", promise.status)
        due = words("due", when=format_moment(promise.due_at, words.language))
        chip = markup.chip(words("overdue") if late else state, "bad" if bad else "plain")
        lines.append(markup.entry(f"{escape(promise.text)} {chip}", escape(due), kind="bad" if bad else ""))
    return markup.listed(lines)


def complaints(facts: Facts, words: Words) -> str:
    lines = []
    for complaint in facts.complaints:
        bad = complaints_store.breached(complaint)
        category = words.label("complaint_category", complaint.category)
        severity = words.label("complaint_severity", complaint.severity)
        status = words.label("complaint_status", complaint.status)
        due = words("reply_due", when=format_moment(complaint.due_at, words.language))
        if complaint.replied_at is not None:
            due = words("replied", when=format_moment(complaint.replied_at, words.language))
        chip = markup.chip(severity, f"severity-{complaint.severity}")
        link = f'<a href="{address(Kind.COMPLAINTS, complaint.number)}"><b>{escape(complaint.number)}</b></a>'
        head = f"{link} {escape(category)} {chip}"
        if bad:
            head += markup.chip(words("overdue"), "bad")
        lines.append(
            markup.entry(
                head,
                f"{escape(status)} · {escape(due)}<br>{escape(markup.short(complaint.description))}",
                kind="bad" if bad else "",
            )
        )
    return markup.listed(lines)


def follow_ups(facts: Facts, words: Words, name_of: NameOf) -> str:
    return markup.listed([follow_up(each, words, name_of) for each in facts.follow_ups])


def follow_up(each: FollowUp, words: Words, name_of: NameOf) -> str:
    approach = words.label("follow_up_approach", each.suggested_approach)
    if each.outcome:
        outcome = words.label("follow_up_outcome", each.outcome)
        when = format_date(each.outcome_at or each.opened_at, words.language)
        note = f"<br>{escape(each.outcome_note)}" if each.outcome_note else ""
        return markup.entry(
            f"{markup.chip(outcome, 'plain')} {escape(when)}", escape(name_of(each.outcome_by_id)) + note
        )
    due = words("due", when=format_moment(each.due_at, words.language))
    owner = name_of(each.owner_id) if each.owner_id else words("unclaimed")
    return markup.entry(f"<b>{escape(approach)}</b>", f"{escape(due)} · {escape(owner)}")


def timeline(facts: Facts, words: Words) -> str:
    lines = []
    for contact in facts.timeline:
        when = format_moment(contact.at, words.language)
        wanted = words.label("intent_title", contact.intent) or words("contact")
        mark = {"negative": "▼", "positive": "▲"}.get(contact.sentiment or "", "")
        feeling = (
            markup.chip(f"{mark} {words.label('sentiment', contact.sentiment)}", f"mood {contact.sentiment}")
            if mark
            else ""
        )
        outcome = words.label("interaction_outcome", contact.outcome)
        head = f"{escape(wanted)} → {escape(outcome)} {feeling}"
        where = markup.channel(contact.channel, words)
        below = f"{escape(when)} · {escape(where)}"
        if contact.summary:
            below += f"<br>{escape(markup.short(contact.summary))}"
        lines.append(markup.entry(head, below))
    return markup.listed(lines)


def callbacks(facts: Facts, words: Words) -> str:
    """Calls asked for, with their window and what became of them."""
    lines = []
    for call in facts.callbacks:
        missed = callbacks_store.missed(call)
        state = words("members.call_missed") if missed else words.label("callback_status", call.status)
        window = format_window(call.window_start, call.window_end, words.language)
        below = [call.topic] if call.topic else []
        if call.done_at is not None:
            below.append(words("members.called_at", when=format_moment(call.done_at, words.language)))
        chip = markup.chip(state, "bad" if missed else "plain")
        lines.append(
            markup.entry(f"<b>{escape(window)}</b> {chip}", escape(" · ".join(below)), kind="bad" if missed else "")
        )
    return markup.listed(lines)


def surveys(facts: Facts, words: Words) -> str:
    """Scores the member gave, with their range and the words beside them."""
    lines = []
    for answer in facts.answers:
        scale = SCALES[answer.kind]
        kind = "bad" if answer.score <= scale.bad else "good" if answer.score >= scale.good else "plain"
        score = markup.chip(f"{answer.score} / {scale.high}", kind)
        head = f"{escape(words.label('survey_kind', answer.kind))} {score}"
        below = [format_date(answer.at, words.language), *([markup.short(answer.comment)] if answer.comment else [])]
        lines.append(markup.entry(head, escape(" · ".join(below)), kind="bad" if kind == "bad" else ""))
    return markup.listed(lines)


def talks(facts: Facts, words: Words) -> str:
    """Conversations on all channels, each a link to it."""
    lines = []
    for each in facts.talks:
        outcome = words.label("conversation_outcome", each.outcome)
        when = escape(format_moment(each.last_message_at, words.language))
        link = f'<a href="{escape(links.conversation(each.id))}">{when}</a>'
        chips = markup.chip(words.label("conversation_state", each.state), "plain")
        chips += markup.chip(outcome, "plain") if outcome else ""
        lines.append(markup.entry(f"{link} {chips}", escape(markup.channel(each.channel, words))))
    return markup.listed(lines)
