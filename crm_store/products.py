"""Products: what the shop sells, found by the words a customer uses."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store import clock
from crm_store.db import Base


class Product(Base):
    """An article on sale. Prices in minor units of `currency`; `list_price_minor` is the price before a reduction.

    `names` and `descriptions` by language; `attributes` are plain facts (colour, sizes, weight_g …) for comparison;
    `search_text` is derived from the texts on every save.
    """

    __tablename__ = "products"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock"), CheckConstraint("price_minor >= 0", name="price"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]]
    category: Mapped[str] = mapped_column(String(40), index=True)
    price_minor: Mapped[int]
    list_price_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    stock: Mapped[int] = mapped_column(default=0)
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    descriptions: Mapped[dict[str, str]] = mapped_column(default=dict)
    keywords: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)
    released_at: Mapped[datetime] = mapped_column(default=clock.now)
    search_text: Mapped[str] = mapped_column(Text, default="")
