"""`huike measures`: loyalty in figures, as a table in the terminal."""

from rich.console import Console
from rich.table import Table

from bot.console.measures_page import segment_name, told
from bot.console.words import Words
from bot.operate.importing import console_language
from bot.operate.up import opened_database
from bot.settings import Settings
from crm_store import measures, migrate
from crm_store.language import format_number
from crm_store.measures import Dimension, Measure, Span


async def show(settings: Settings, console: Console, *, span: Span, by: Dimension, periods: int) -> int:
    """Print each figure of the newest so many periods that have ended, by segment. Returns the exit status."""
    words = Words(console_language())
    async with opened_database(settings) as database:
        await migrate.upgrade(database)
        async with database.reading() as session:
            found = await measures.series(session, span, by)
    starts = sorted({each.starts_on for each in found})[-periods:]
    if not starts:
        console.print(words("measures.empty"), soft_wrap=True)
        return 0
    table = Table(words("measures.column_measure"), words("measures.column_segment"), title=words(f"measures.{span}"))
    for start in starts:
        table.add_column(start.isoformat(), justify="right")
    cells = {(each.measure, each.segment, each.starts_on): each for each in found}
    segments = sorted({each.segment for each in found if each.starts_on in starts})
    for measure in Measure:
        for segment in segments:
            row = []
            for start in starts:
                each = cells.get((measure, segment, start))
                known = each is not None and each.value is not None
                row.append(f"{told(measure, each.value, words)} ({format_number(each.n)})" if each and known else "–")
            table.add_row(words.label("measure", measure), segment_name(by, segment, words), *row)
    console.print(table)
    return 0
