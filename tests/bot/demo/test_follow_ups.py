"""The demo shop's past follow-ups: made by the store's own sweeps, noted by agents, proved by orders."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.demo import seed
from crm_store import migrate, points, risk
from crm_store.clock import now
from crm_store.db import Database
from crm_store.followups import FollowUp, ProvedBy
from crm_store.orders import Order
from crm_store.surveys import SurveyAnswer, SurveyKind


async def test_the_demo_shop_has_followed_up_silent_members_for_months(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    await migrate.upgrade(database)
    await seed.seed(database, member_count=40)
    async with database.reading() as session:
        found = await risk.report(session, over=timedelta(days=200))
        followed = (await session.scalars(select(FollowUp).where(FollowUp.arm.is_not(None)))).all()
        effort = (await session.scalars(select(SurveyAnswer).where(SurveyAnswer.kind == SurveyKind.CES))).all()
        weeks = await risk.levels_by_week(session, over=timedelta(days=180))
        assert sum(found.outcomes.values()) > 0
        assert min(each.opened_at for each in followed) < now() - timedelta(weeks=4)
        assert sum(weeks[0].levels.values()) > 0
        assert weeks[0].levels != weeks[-1].levels
        assert effort
        assert all(each.complaint_id is not None for each in effort)
        for each in followed:
            if each.proved_by == ProvedBy.PURCHASE:
                assert each.proved_at is not None
                assert each.proved_at > each.opened_at
                placed = select(Order.id).where(Order.member_id == each.member_id, Order.placed_at == each.proved_at)
                assert await session.scalar(placed) is not None
            assert (await points.verify(session, each.member_id)).agrees
    await database.close()
