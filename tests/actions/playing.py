"""A form as Rasa plays it: the validation, then the next question or the submission, all on one message.

Questions and submission are looked for in the module of the form.
"""

import inspect
import sys
from dataclasses import dataclass
from typing import Any

from actions.kit.base import CrmAction
from actions.kit.forms import CrmForm, FixedQuestion
from tests.actions.conftest import Customer, Ran, Said


@dataclass(frozen=True)
class Step:
    """What one message led to in a form: `form` is the validation, `reply` the question asked or the submission."""

    form: Ran
    reply: Ran | None

    @property
    def taken(self) -> bool:
        """Whether the form took the message; otherwise Rasa would answer it by another rule."""
        return any(event["event"] == "slot" and event["name"] != "requested_slot" for event in self.form.events)

    @property
    def said(self) -> list[Said]:
        return [*self.form.said, *(self.reply.said if self.reply else [])]

    @property
    def responses(self) -> list[str]:
        return [each.response for each in self.said]

    @property
    def last(self) -> Said:
        return self.said[-1]


async def play(
    customer: Customer, form: type[CrmForm], text: str = "", intent: str = "inform", *, start: bool = False, **more: Any
) -> Step:
    """One message to an open form (`start`: the message whose action has just opened it)."""
    if start:
        customer.slots["requested_slot"] = None
    ran = await customer.run(form, text, intent, active_loop=form.form_name, **more)
    again = {**more, "message_id": ran.message_id}
    name = f"action_ask_{form.form_name}_{ran.asks}" if ran.asks else f"action_{form.form_name}_submit"
    module = sys.modules[form.__module__]
    known = {
        cls().name(): cls
        for cls in vars(module).values()
        if inspect.isclass(cls) and issubclass(cls, CrmAction | FixedQuestion) and not inspect.isabstract(cls)
    }
    if not ran.asks:
        customer.active_loop = None
    reply = await customer.run(known[name], text, intent, **again) if name in known else None
    return Step(ran, reply)
