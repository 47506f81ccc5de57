"""`huike risk report`: what follow-ups did, as a table in the terminal."""

from datetime import timedelta

from rich.console import Console
from rich.table import Table

from bot.operate.importing import console_language
from bot.operate.up import opened_database
from bot.settings import Settings
from bot.wording import wording
from crm_store import migrate, risk
from crm_store.labels import label
from crm_store.language import Language


async def show(settings: Settings, console: Console, *, days: int) -> int:
    """Print the report over so many days. Returns the exit status."""
    language = console_language()
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        async with database.reading() as session:
            found = await risk.report(session, over=timedelta(days=days))
    table = Table(title=wording("risk.title", language, days=days), show_header=False)
    for level, count in found.levels.items():
        table.add_row(label("risk_level", level, language), f"{count:,}")
    table.add_row(wording("risk.open", language), f"{found.open:,}")
    for outcome, count in found.outcomes.items():
        table.add_row(label("follow_up_outcome", outcome, language), f"{count:,}")
    for proof, count in found.proofs.items():
        table.add_row(wording("risk.proved", language, what=label("follow_up_proof", proof, language)), f"{count:,}")
    for by, count in found.proved_by.items():
        table.add_row(f"  {label('follow_up_proved_by', by, language)}", f"{count:,}")
    table.add_row(wording("risk.waiting", language), f"{found.waiting_for_proof:,}")
    table.add_row(wording("risk.treated", language), _share(found.treated))
    table.add_row(wording("risk.control", language), _share(found.control))
    console.print(table)
    console.print(_verdict(found, language))
    return 0


def _share(group: risk.Group) -> str:
    low, high = group.interval()
    rate = f"{group.rate:.1%} ({low:.1%}–{high:.1%})" if group.rate is not None else "–"
    return f"{group.saved:,} / {group.members:,}  {rate}"


def _verdict(found: risk.Report, language: Language) -> str:
    gain = found.uplift
    if gain is None:
        return wording("risk.no_comparison", language, needed=f"{found.needed:,}")
    name = "risk.settled" if gain.is_settled else "risk.unsettled"
    figures = {
        "difference": f"{100 * gain.difference:+.1f}",
        "low": f"{100 * gain.low:+.1f}",
        "high": f"{100 * gain.high:+.1f}",
    }
    return wording(name, language, needed=f"{found.needed:,}", **figures)
