"""What goes together, by what members bought; learnt at night and read by every replica."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.db import Base
from crm_store.products import Product


class ProductAffinity(Base):
    """Of the members who bought `sku`, so many bought `other_sku` `together` with it at some time; `score` 0 to 1."""

    __tablename__ = "product_affinities"

    sku: Mapped[str] = mapped_column(String(40), primary_key=True)
    other_sku: Mapped[str] = mapped_column(String(40), primary_key=True)
    together: Mapped[int]
    score: Mapped[float]


class Reason(StrEnum):
    """Why something is recommended."""

    BOUGHT_TOO = "bought_too"
    USED_UP = "used_up"
    SAME_KIND = "same_kind"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`bought`: the names, by language, of the member's own purchase it follows from; `bought_at`: when they bought
    that last; `together`: members who bought both, 0 where that is not the reason."""

    product: Product
    reason: Reason
    bought: dict[str, str]
    bought_at: datetime
    together: int = 0
