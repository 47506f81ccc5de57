"""What the shop's rules come to for one case: instalments, shipping at home and abroad, warranty; from the policy.

Money in minor units.
"""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import ceil

from crm_store.policy import policy
from crm_store.policy.goods import AbroadZone, InstalmentPlan
from crm_store.policy.units import Term

DAYS_A_MONTH = 365.25 / 12
APPLIANCES = "electronics"
"""The category of small appliances and electronics in the catalogue."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One of `parts` monthly payments: `monthly` in all, `fee` of it the fee."""

    parts: int
    monthly: int
    fee: int


def plan(parts: int) -> InstalmentPlan | None:
    """The plan with so many parts, if it is on offer."""
    return next((each for each in policy().instalments.plans.root if each.parts == parts), None)


def instalment(amount: int, chosen: InstalmentPlan) -> Instalment:
    """What an order of `amount` costs a month."""
    fee = _rounded(amount * Fraction(str(chosen.fee)))
    return Instalment(chosen.parts, _rounded(Fraction(amount, chosen.parts)) + fee, fee)


def can_be_split(amount: int) -> bool:
    return amount >= policy().instalments.smallest


def shipping_at_home(goods: int) -> int:
    """What shipping within mainland China costs for goods of that amount."""
    return 0 if goods >= policy().shipping.free_from else policy().shipping.fee


def zone_of(place: str) -> AbroadZone | None:
    """The zone of a place (ISO code); None where the shop does not ship to."""
    return next((zone for zone in policy().shipping.abroad.root if place in zone.places), None)


def shipping_abroad(zone: AbroadZone, kilograms: float) -> int:
    """A parcel's price; a part of a kilogram counts in full."""
    further = max(0, ceil(kilograms) - 1)
    return zone.first_kilogram + further * zone.further_kilogram


def wrapping(goods: int, pieces: int) -> int:
    """What it costs to have so many things wrapped as gifts, of goods of that amount."""
    gifts = policy().gifts
    return 0 if goods >= gifts.wrapping_free_from else gifts.wrapping * pieces


def warranty_term(kind: str) -> Term:
    """Of `appliances` or `other_goods`, from delivery."""
    terms = policy().warranty
    return terms.by_category.get(APPLIANCES, terms.usual) if kind == "appliances" else terms.usual


def warranty(kind: str) -> timedelta:
    """The same as a length of time."""
    term = warranty_term(kind)
    return timedelta(days=term.months * DAYS_A_MONTH + term.days)


def _rounded(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))
