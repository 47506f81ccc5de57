"""Work that is due by the clock, one module per subject. Every job may run twice, or beside itself, without harm."""

from datetime import timedelta
from pathlib import Path

from bot.attachments import remove_orphans
from bot.desk.desk import Desk
from bot.desk.scheduler import Job
from bot.jobs.archive import archive_old
from bot.jobs.complaints import watch_complaints
from bot.jobs.conversations import close_idle
from bot.jobs.imports import work_off
from bot.jobs.points import adjust_levels, expire_points, settle_orders
from bot.jobs.privacy import finish_erasures, forget_imports, forget_proofs, forget_words
from bot.jobs.proactive import tell_own_matters, tell_wished
from bot.jobs.promises import break_promises, remind_owners
from bot.jobs.queue import assign, offer_call_backs, return_abandoned
from bot.jobs.ratings import ask_for_ratings
from bot.jobs.recommendations import learn_purchases
from bot.jobs.risk import assess_everybody
from bot.jobs.search import index_words
from bot.jobs.surveys import ask_about_effort, ask_whether_recommended
from bot.jobs.value import measure_loyalty, value_members
from bot.jobs.winback import fill_lists
from bot.mail import DemoMailer, SmtpMailer
from crm_store.policy import clock_text, policy

FORGOTTEN_AT = "4:20"
"""When what was kept long enough is forgotten: a time of the shop at which nearly nobody writes."""
ARCHIVED_AT = "2:10"
"""When what is old is archived, which ends before that."""


def standard_jobs(
    desk: Desk, files: Path, *, mailer: SmtpMailer | DemoMailer | None = None, public_url: str = ""
) -> list[Job]:
    """What every installation needs."""
    return [
        Job("remind of promises", timedelta(minutes=1), lambda: remind_owners(desk, mailer, public_url)),
        Job("watch complaints", timedelta(minutes=1), lambda: watch_complaints(desk)),
        Job("break promises", timedelta(minutes=1), lambda: break_promises(desk.database)),
        Job("settle points of orders", timedelta(minutes=1), lambda: settle_orders(desk.database)),
        Job("expire points", timedelta(minutes=15), lambda: expire_points(desk.database)),
        Job("adjust levels", timedelta(minutes=15), lambda: adjust_levels(desk.database)),
        Job("ask for ratings", timedelta(minutes=1), lambda: ask_for_ratings(desk)),
        Job("ask about effort", timedelta(minutes=5), lambda: ask_about_effort(desk)),
        Job("ask whether recommended", timedelta(hours=1), lambda: ask_whether_recommended(desk)),
        Job("tell of own matters", timedelta(minutes=1), lambda: tell_own_matters(desk)),
        Job("tell what was wished", timedelta(minutes=15), lambda: tell_wished(desk)),
        Job("return abandoned conversations", timedelta(seconds=20), lambda: return_abandoned(desk)),
        Job("assign the queue", timedelta(seconds=3), lambda: assign(desk)),
        Job("offer call-backs", timedelta(minutes=1), lambda: offer_call_backs(desk)),
        Job("close idle conversations", timedelta(minutes=10), lambda: close_idle(desk)),
        Job("index what was said", timedelta(seconds=10), lambda: index_words(desk.database)),
        Job(
            "assess everybody's risk",
            None,
            lambda: assess_everybody(desk.database),
            at=clock_text(policy().risk.swept_at),
            at_first=True,
        ),
        Job("value members", timedelta(hours=1), lambda: value_members(desk.database)),
        Job(
            "fill win-back and thanks",
            None,
            lambda: fill_lists(desk),
            at=clock_text(policy().win_back.filled_at),
            at_first=True,
        ),
        Job("measure loyalty", timedelta(hours=1), lambda: measure_loyalty(desk.database)),
        Job(
            "learn from purchases",
            None,
            lambda: learn_purchases(desk.database),
            at=clock_text(policy().recommendations.learnt_at),
            at_first=True,
        ),
        Job("finish erasures", timedelta(minutes=1), lambda: finish_erasures(desk, files)),
        Job("archive old conversations", None, lambda: archive_old(desk.database), at=ARCHIVED_AT),
        Job("forget old words", None, lambda: forget_words(desk.database), at=FORGOTTEN_AT),
        Job("forget old imports", timedelta(hours=6), lambda: forget_imports(desk.database)),
        Job("work off imports", timedelta(seconds=2), lambda: work_off(desk)),
        Job("forget old proofs", timedelta(hours=6), lambda: forget_proofs(desk.database)),
        Job("remove orphaned files", timedelta(hours=6), lambda: remove_orphans(desk.database, files)),
    ]
