"""How the staff signs in to the console."""

from typing import Annotated

from pydantic import PlainValidator

from crm_store.policy.section import ByCode, Section, entry, group
from crm_store.policy.units import Span, Unit

DEMANDS = ("off", "optional", "required")
_READERS = "crm_store.second_factor"


def read_demand(value: object) -> str:
    """`off` (which is a truth value to YAML), `optional` or `required`."""
    told = "off" if value is False else value
    if told not in DEMANDS:
        raise ValueError(f"{value!r} must be one of {', '.join(DEMANDS)}")
    return str(told)


Demand = Annotated[str, PlainValidator(read_demand), Unit("`off`, `optional` or `required`")]


class SecondFactors(ByCode):
    """Whether an agent of each role signs in with a code of their phone besides the password. Off: nobody is asked for
    one, who has set one up neither. Required: nothing else opens before it is set up. A demo requires nothing."""

    agent: Demand = entry("agents", read_by=_READERS)
    supervisor: Demand = entry("supervisors", read_by=_READERS)
    admin: Demand = entry("administrators", read_by=_READERS)


class SigningIn(Section):
    """How the staff signs in to the console."""

    second_factor: SecondFactors = group("codes of a phone besides the password, by role")
    password_link_valid: Span = entry(
        "a link for a new password, sent by mail, opens for so long", read_by="crm_store.password_links"
    )
