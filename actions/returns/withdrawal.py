"""A return that is taken back: asked first, done once, or why it is too late for that."""

from typing import ClassVar

from actions.kit import lexicon
from actions.kit.base import Event, MemberAction, Turn, consent_buttons
from actions.kit.form_input import choice, words
from actions.kit.replies import help_buttons, line_text, service_button
from actions.returns.chosen import chosen
from actions.returns.form import ReturnForm
from actions.returns.heard import kind_wished, reason_said, request_number
from actions.returns.lines import named_beside
from actions.returns.registered import ACT, KEPT, tell_registered
from actions.returns.repairs import faults_told
from crm_store import returns
from crm_store.labels import label
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnRequest, ReturnStatus, ReturnStepRefused


class ActionWithdrawReturn(MemberAction):
    """Called for the wish to undo a return, for its denial, and for the buttons of the question it asks."""

    action_name: ClassVar[str] = "action_withdraw_return"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        pressed = choice(turn) if turn.pressed else None
        if pressed == KEPT:
            turn.say("reply_return_kept")
            turn.done("declined")
            return []
        request = await self._meant(turn, member, pressed)
        if request is None:
            turn.say("reply_return_none_to_withdraw", buttons=help_buttons(turn)[-1:])
            turn.done("not_found")
            return []
        turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
        if pressed is None and (meant := await self._meant_instead(turn, member, request)):
            return await self._put_right(turn, request, *meant)
        if kind_wished(words(turn)) not in (None, request.kind):
            # "不退了，还是换吧": the other kind is wished, not nothing.
            await tell_registered(turn, request)
        elif request.status == ReturnStatus.CANCELLED:
            turn.say("reply_return_withdrawn_already", number=request.number)
            turn.done("answered", request.number, request=request.number)
        elif not request.is_alterable:
            self._too_late(turn, request)
        elif pressed is None:
            self._ask(turn, request)
        else:
            await self._withdraw(turn, request)
        return []

    async def _meant(self, turn: Turn, member: Member, pressed: str | None) -> ReturnRequest | None:
        """The return that is named, else the one spoken of, else the last one."""
        number = pressed or request_number(words(turn))
        if number:
            return await returns.by_number(turn.session, number, member_id=member.id)
        if spoken_of := turn.spoken_of.get("return"):
            return await returns.by_number(turn.session, str(spoken_of), member_id=member.id)
        found = await returns.for_member(turn.session, member.id)
        return next((each for each in found if each.is_running), next(iter(found), None))

    async def _meant_instead(
        self, turn: Turn, member: Member, request: ReturnRequest
    ) -> tuple[Order, OrderLine] | None:
        """The purchase that was meant, where the words say that the one just registered was not."""
        just_done = turn.spoken_of.get("done") == ACT and turn.spoken_of.get("return") == request.number
        if not just_done or not request.is_alterable or not lexicon.corrects(turn.text):
            return None
        return await named_beside(turn, member, request.line)

    async def _put_right(self, turn: Turn, request: ReturnRequest, order: Order, line: OrderLine) -> list[Event]:
        """What was registered by mistake is withdrawn, at no cost, and the same is begun for what was meant."""
        kind = request.kind
        await self._withdraw(turn, request)
        turn.focus(order=order.number, product=line.sku, **{"return": None})
        reason = faults_told(turn).get(line.sku) or reason_said(words(turn))
        known = {"return_reason": reason, "return_kind": kind if reason is not None else None}
        return ReturnForm.begun(**chosen(line, sure=True), **known)

    def _ask(self, turn: Turn, request: ReturnRequest) -> None:
        yes = service_button(turn, "withdraw", "undo", act=ACT, choice=request.number)
        no = service_button(turn, "keep_it", "undo", act=ACT, choice=KEPT)
        kind = label("return_kind", request.kind, turn.language)
        turn.say(
            "reply_return_withdraw_confirm",
            buttons=consent_buttons(yes, no),
            number=request.number,
            kind=kind,
            item=line_text(request.line, turn.language),
        )
        turn.done("answered", request.number, request=request.number)

    async def _withdraw(self, turn: Turn, request: ReturnRequest) -> None:
        try:
            await returns.withdraw(turn.session, request, key=turn.key("withdraw"))
        except ReturnStepRefused:
            self._too_late(turn, request)
            return
        turn.focus(done=None)
        name = "reply_repair_withdrawn" if request.kind == ReturnKind.REPAIR else "reply_return_withdrawn"
        turn.say(name, number=request.number, item=line_text(request.line, turn.language))
        turn.done("return_withdrawn", request.number, request=request.number)

    def _too_late(self, turn: Turn, request: ReturnRequest) -> None:
        status = label("return_status", request.status, turn.language)
        person = help_buttons(turn)[-1:]
        turn.say("reply_return_withdraw_too_late", buttons=person, number=request.number, status=status)
        turn.done("too_late", request.number, request=request.number)
