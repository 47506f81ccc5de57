"""A return that is taken back, or several at once: asked first, done once, or why it is too late for that."""

from typing import ClassVar

from actions.kit.base import Event, MemberAction, Turn, button, consent_buttons
from actions.kit.form_input import choice, words
from actions.kit.replies import LIST_LIMIT, help_buttons, line_text, service_button
from actions.kit.words import lexicon, requests
from actions.returns.chosen import chosen
from actions.returns.form import ReturnForm
from actions.returns.heard import kind_wished, reason_said
from actions.returns.lines import named_beside
from actions.returns.meant import Meant, meant_requests
from actions.returns.registered import ACT, KEPT, listed, tell_registered
from actions.returns.repairs import faults_told
from crm_store import returns
from crm_store.labels import label
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnRequest, ReturnStatus, ReturnStepRefused

WHICH = "which:"
"""Before the number behind a button that only says which request is meant: it is asked about next."""


class ActionWithdrawReturn(MemberAction):
    """Called for the wish to undo a return, for its denial, and for the buttons of the question it asks."""

    action_name: ClassVar[str] = "action_withdraw_return"

    async def answer_member(self, turn: Turn, member: Member) -> list[Event] | None:
        pressed = choice(turn) if turn.pressed else None
        if pressed == KEPT:
            turn.say("reply_return_kept")
            turn.done("declined")
            return []
        meant = await self._meant(turn, member, pressed)
        pressed = None if pressed and pressed.startswith(WHICH) else pressed
        if len(meant.requests) != 1:
            await self._several(turn, meant, pressed)
            return []
        request = meant.requests[0]
        turn.focus(order=request.order.number, product=request.line.sku, **{"return": request.number})
        if pressed is None and (instead := await self._meant_instead(turn, member, request)):
            return await self._put_right(turn, request, *instead)
        if _wishes_other_kind(words(turn), request):
            # "不退了，还是换吧": the other kind is wished, not nothing.
            await tell_registered(turn, request)
        else:
            await self._one(turn, request, asked=pressed is not None)
        return []

    async def _one(self, turn: Turn, request: ReturnRequest, *, asked: bool) -> None:
        if request.status == ReturnStatus.CANCELLED:
            turn.say("reply_return_withdrawn_already", number=request.number)
            turn.done("answered", request.number, request=request.number)
        elif not request.is_alterable:
            self._too_late(turn, request)
        elif asked:
            await self._withdraw(turn, request)
        else:
            self._ask(turn, request)

    async def _meant(self, turn: Turn, member: Member, pressed: str | None) -> Meant:
        """The returns that are named; words that name none mean the one spoken of, else the last one."""
        if pressed:
            numbers = pressed.removeprefix(WHICH).split(",")
            found = [await returns.by_number(turn.session, each, member_id=member.id) for each in numbers]
            return Meant([each for each in found if each is not None])
        meant = await meant_requests(turn, member)
        if meant.requests or meant.is_named:
            return meant
        if spoken_of := turn.spoken_of.get("return"):
            request = await returns.by_number(turn.session, str(spoken_of), member_id=member.id)
            return Meant([request] if request is not None else [])
        every = await returns.for_member(turn.session, member.id)
        last = next((each for each in every if each.is_running), next(iter(every), None))
        return Meant([last] if last is not None else [])

    async def _several(self, turn: Turn, meant: Meant, pressed: str | None) -> None:
        """None, or several: all of them are asked about at once where all are meant, else which."""
        open_ones = [each for each in meant.requests if each.is_alterable]
        if pressed is not None and meant.requests:
            for request in meant.requests:
                await self._one(turn, request, asked=True)
        elif meant.is_sure and open_ones:
            for request in meant.requests:
                if request not in open_ones:
                    await self._one(turn, request, asked=False)
            self._ask(turn, *open_ones)
        elif meant.requests or meant.others:
            self._ask_which(turn, meant)
        else:
            turn.say("reply_return_none_to_withdraw", buttons=help_buttons(turn)[-1:])
            turn.done("not_found")

    def _ask_which(self, turn: Turn, meant: Meant) -> None:
        """Which of several; or, where what was named is none of them, what there is."""
        there = meant.requests or meant.others
        buttons = [
            button(line_text(each.line, turn.language), "undo", act=ACT, choice=WHICH + each.number)
            for each in there
            if each.is_alterable
        ][:LIST_LIMIT]
        name = "reply_return_withdraw_which" if meant.requests else "reply_return_withdraw_not_that"
        turn.say(name, requests=listed(turn, there), buttons=buttons or help_buttons(turn)[-1:])
        turn.done("answered")

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

    def _ask(self, turn: Turn, *of: ReturnRequest) -> None:
        """One question that names every request it is about."""
        yes = service_button(turn, "withdraw", "undo", act=ACT, choice=",".join(each.number for each in of))
        no = service_button(turn, "keep_it", "undo", act=ACT, choice=KEPT)
        numbers = " ".join(each.number for each in of)
        if len(of) == 1:
            item, kind = line_text(of[0].line, turn.language), label("return_kind", of[0].kind, turn.language)
            buttons = consent_buttons(yes, no)
            turn.say("reply_return_withdraw_confirm", buttons=buttons, number=numbers, kind=kind, item=item)
        else:
            turn.say("reply_return_withdraw_confirm_all", buttons=consent_buttons(yes, no), requests=listed(turn, of))
        turn.done("answered", numbers, request=of[0].number)

    async def _withdraw(self, turn: Turn, request: ReturnRequest) -> None:
        try:
            await returns.withdraw(turn.session, request, key=turn.key(f"withdraw:{request.number}"))
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


def _wishes_other_kind(text: str, request: ReturnRequest) -> bool:
    """Whether the words wish another kind in place of this one. To name what is withdrawn wishes nothing."""
    if (off := requests.withdrawn(text)) is not None:
        return requests.wished_instead(text, off) is not None
    return kind_wished(text) not in (None, request.kind)
