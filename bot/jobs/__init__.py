"""Work that is due by the clock, one module per subject. Every job may run twice, or beside itself, without harm."""

from datetime import timedelta
from pathlib import Path

from bot.attachments import FOLDER, remove_orphans
from bot.desk.desk import Desk
from bot.desk.scheduler import Job
from bot.jobs.complaints import watch_complaints
from bot.jobs.conversations import close_idle
from bot.jobs.points import expire_points
from bot.jobs.promises import break_promises, remind_owners
from bot.jobs.queue import assign, offer_call_backs, return_abandoned
from bot.jobs.ratings import ask_for_ratings
from bot.jobs.recommendations import learn_purchases
from bot.jobs.search import index_words
from bot.mail import DemoMailer, SmtpMailer
from crm_store.policy import clock_text, policy


def standard_jobs(
    desk: Desk, data_dir: Path, *, mailer: SmtpMailer | DemoMailer | None = None, public_url: str = ""
) -> list[Job]:
    """What every installation needs."""
    return [
        Job("remind of promises", timedelta(minutes=1), lambda: remind_owners(desk, mailer, public_url)),
        Job("watch complaints", timedelta(minutes=1), lambda: watch_complaints(desk)),
        Job("break promises", timedelta(minutes=1), lambda: break_promises(desk.database)),
        Job("expire points", timedelta(minutes=15), lambda: expire_points(desk.database)),
        Job("ask for ratings", timedelta(minutes=1), lambda: ask_for_ratings(desk)),
        Job("return abandoned conversations", timedelta(seconds=20), lambda: return_abandoned(desk)),
        Job("assign the queue", timedelta(seconds=3), lambda: assign(desk)),
        Job("offer call-backs", timedelta(minutes=1), lambda: offer_call_backs(desk)),
        Job("close idle conversations", timedelta(minutes=10), lambda: close_idle(desk)),
        Job("index what was said", timedelta(seconds=10), lambda: index_words(desk.database)),
        Job(
            "learn from purchases",
            None,
            lambda: learn_purchases(desk.database),
            at=clock_text(policy().recommendations.learnt_at),
            at_first=True,
        ),
        Job("remove orphaned files", timedelta(hours=6), lambda: remove_orphans(desk.database, data_dir / FOLDER)),
    ]
