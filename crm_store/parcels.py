"""Parcels and every step of their way, each against the time that was promised for it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.db import Base
from crm_store.orders import Order


class ParcelStatus(StrEnum):
    CREATED = "created"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    WAITING_PICKUP = "waiting_pickup"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"


class ParcelCode(StrEnum):
    CREATED = "created"
    PICKED_UP = "picked_up"
    ARRIVED_HUB = "arrived_hub"
    LEFT_HUB = "left_hub"
    CUSTOMS = "customs"
    ARRIVED_STATION = "arrived_station"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERY_FAILED = "delivery_failed"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    RETURNED = "returned"
    LOST = "lost"


class Parcel(Base):
    """One parcel of an order; `promised_at` is the latest moment of delivery the customer was told."""

    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    carrier: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20), default=ParcelStatus.CREATED)
    promised_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    order: Mapped[Order] = relationship(lazy="selectin")
    events: Mapped[list["ParcelEvent"]] = relationship(
        back_populates="parcel", lazy="selectin", cascade="all, delete-orphan"
    )


class ParcelEvent(Base):
    """One step of a parcel: `at` is empty while it is only planned, `place` is in three languages or empty."""

    __tablename__ = "parcel_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcels.id"), index=True)
    code: Mapped[str] = mapped_column(String(24))
    place: Mapped[dict[str, str]] = mapped_column(default=dict)
    promised_at: Mapped[datetime | None]
    at: Mapped[datetime | None]
    key: Mapped[str | None] = mapped_column(String(160), unique=True)

    parcel: Mapped[Parcel] = relationship(back_populates="events")
