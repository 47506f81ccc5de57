"""Returns, exchanges and repairs: which thing, why, money, another one or the same one mended. The form listens: what
is said early is kept, what is corrected is changed, what is asked on the way is answered by the rules of returns."""

from collections.abc import Sequence
from typing import ClassVar

from actions.kit.asked import return_matters, sizes_said
from actions.kit.asked.points_enough import Enough
from actions.kit.asked.return_matters import Matter
from actions.kit.base import Turn
from actions.kit.form_input import begins, blank, choice, words
from actions.kit.forms import CrmForm, activating_intents, requested
from actions.kit.replies import line_text
from actions.kit.told import return_details
from actions.kit.told.own_damage import OWN_DAMAGE
from actions.kit.words import consent, lexicon
from actions.kit.words.amending import amends
from actions.kit.words.consent import Answer
from actions.products.sizes import size_said, sizes_named, sizes_of
from actions.returns import brought_back, last_day, notes, pieces, wished_before
from actions.returns.answers import (
    agreed,
    agrees_to_line,
    beside_the_answer,
    changes_kind,
    chooses,
    chooses_kind,
    goes_on,
    puts_right,
)
from actions.returns.apart import keep_kinds, wishes_apart
from actions.returns.asides import tell_aside, tell_ruled_out
from actions.returns.chosen import (
    Slots,
    chosen,
    first_line,
    is_elsewhere,
    is_over,
    that_may_come_back,
    told_before,
)
from actions.returns.colours import asks_colours
from actions.returns.heard import (
    OF_THE_PURCHASE,
    SECOND,
    aside_said,
    asks_rule,
    is_dropped,
    is_fault,
    kind_denied,
    kind_wished,
    nothing_wrong,
    reason_said,
    weighs,
    without_supposed,
)
from actions.returns.lines import bought, found, in_question, named_by_words, of_the_order_in_hand, own_line
from actions.returns.matters_told import tell_wished
from actions.returns.new_size import corrected, tell_sizes
from actions.returns.on_the_way import asks_last_day, asks_on_the_way
from actions.returns.policy import tell_rule
from actions.returns.refusals import tell_refusal
from actions.returns.repairs import (
    keep_powered,
    line_pressed,
    only_repair,
    reason_for_repair,
    tell_only_repair,
    wishes_repair,
)
from actions.returns.whether import asks_of_this, asks_of_warranty, left_aside, tell_whether
from crm_store import returns
from crm_store.members import Member
from crm_store.orders import Order, OrderLine
from crm_store.returns import ReturnKind, ReturnProblem, ReturnReason, ReturnRefused

NONE_OF_THESE = "none"
"""Value of `return_line` when the only line in question is not the one meant."""
NOTE_CHARACTERS = 1000
OF_POINTS = frozenset({"ask_rewards", "ask_points_balance", "redeem_points"})
_WAYS_TO_US = frozenset({"hand_in", "how_back"})
"""Questions beside which a repair may be wished: "repair it, can I hand it in"."""


class ReturnForm(CrmForm):
    form_name: ClassVar[str] = "return_form"
    slots: ClassVar[tuple[str, ...]] = (
        "return_line",
        "return_line_confirmed",
        "return_reason",
        "return_kind",
        "return_new_size",
        "return_new_colour",
        "return_note",
        "return_confirmed",
    )
    consents: ClassVar[frozenset[str]] = frozenset({"return_confirmed"})

    async def fill(self, turn: Turn) -> Slots:
        if turn.member is None:
            return blank(self)
        if begins(self, turn):
            if await notes.begin_nothing(turn, turn.member):
                return blank(self)
            if turn.intent not in activating_intents(self.form_name):
                # Begun by an action that knows what was asked: after a fault was reported, or a visitor was verified.
                return {}
            return await self._counted(turn, blank(self) | await self._begun(turn, turn.member))
        if not turn.pressed and turn.intent in OF_POINTS and lexicon.mentions("points_word", words(turn)):
            # What points may be had for (有积分能换点啥) exchanges nothing of the return.
            return {}
        return await self._counted(turn, await self._heard(turn, turn.member))

    async def fill_again(self, turn: Turn) -> Slots:
        return await self._counted(turn, await self._heard(turn, turn.member)) if turn.member is not None else {}

    async def _counted(self, turn: Turn, filled: Slots) -> Slots:
        """With another number of pieces than before, the last question is put once more; neither yes nor no counts."""
        known = filled.get("return_line") or turn.slot("return_line")
        line = await own_line(turn, known)
        if line is None or not pieces.heard(turn, line[1]):
            says_again = line is not None and not turn.pressed and pieces.said(words(turn), line[1]) is not None
            return filled or ({"return_line": known} if says_again else {})
        return {**filled, "return_line": known, **({"return_confirmed": None} if "return_confirmed" in filled else {})}

    async def required(self, turn: Turn) -> list[str]:
        if turn.member is None or turn.slot("return_confirmed") is False:
            return []
        only_told = choice(turn) == return_details.MORE and not begins(self, turn)
        if only_told or (begins(self, turn) and await notes.begin_nothing(turn, turn.member)):
            return []
        chosen, reason = turn.slot("return_line"), turn.slot("return_reason")
        if chosen is None:
            if begins(self, turn) and await is_elsewhere(turn, turn.member):
                return []
            return ["return_line"] if len(await in_question(turn, turn.member)) > 1 else []
        line = await own_line(turn, chosen)
        if line is None or await is_over(turn, *line, reason, turn.slot("return_kind")):
            return []
        keep_powered(turn, line[1], reason)
        needed = ["return_line_confirmed", "return_reason"]
        if reason is not None:
            needed.append("return_kind")
        if turn.slot("return_kind") == ReturnKind.EXCHANGE and reason == ReturnReason.WRONG_SIZE:
            needed.append("return_new_size")
        return [*needed, "return_confirmed"]

    async def _begun(self, turn: Turn, member: Member) -> Slots:
        """The first message: a story may name the thing, the reason and the wish at once."""
        if await is_elsewhere(turn, member):
            return {}
        filled = await first_line(turn, member)
        if filled and tell_ruled_out(turn, await self._said_wrong(turn, filled)):
            return filled | {"return_confirmed": False}
        if last_day.asks(turn):
            await last_day.tell(turn, member, in_hand=filled.get("return_line"))
        elif filled and asks_rule(words(turn)):
            await tell_rule(turn)
        filled |= self._reason(turn, {})
        if "return_reason" not in filled and (told := await told_before(turn, filled.get("return_line"))):
            filled["return_reason"] = told
        if weighs(words(turn)) and wishes_repair(turn, words(turn)):
            filled |= reason_for_repair(filled)
        says_why = filled.get("return_reason") or wishes_repair(turn, words(turn))
        if says_why and filled.get("return_line") and (await found(turn, member)).sure:
            # Thing and reason were told at once: what is asked next names the thing.
            filled["return_line_confirmed"] = True
        if not weighs(words(turn)):
            filled |= await self._wish(turn, blank(self) | filled)
        if ReturnKind.EXCHANGE in (filled.get("return_kind"), kind_wished(words(turn))):
            filled |= await wished_before.colour(turn, blank(self) | filled)
        filled |= await wished_before.taken(turn, member, blank(self) | filled)
        return filled | await self._what_is_left(turn, blank(self) | filled)

    async def _said_wrong(self, turn: Turn, filled: Slots) -> Slots:
        """What is wished of the thing and why, as far as this message or one before told it."""
        said = reason_said(words(turn)) or await told_before(turn, filled.get("return_line"))
        return blank(self) | {"return_kind": kind_wished(words(turn)), "return_reason": said}

    async def _what_is_left(self, turn: Turn, known: Slots) -> Slots:
        """The repair, where the time for money or another piece is over and the warranty is not; said once."""
        line = await own_line(turn, known["return_line"])
        kind = known["return_kind"]
        if line is None or kind == ReturnKind.REPAIR or not await only_repair(turn, *line, known["return_reason"]):
            return {}
        was_told = not begins(self, turn) and turn.slot("return_kind") == ReturnKind.REPAIR
        await tell_only_repair(turn, *line, known["return_reason"], again=was_told)
        return {"return_kind": ReturnKind.REPAIR.value, "return_new_size": None, "return_confirmed": None}

    async def _heard(self, turn: Turn, member: Member) -> Slots:
        """An answer to the open question, a correction of an earlier one, a question on the way; or nothing."""
        if choice(turn) == OWN_DAMAGE or choice(turn) in list(Enough):
            # Told by the action of faults, which leaves the form: nothing free is registered. 有积分能换点啥 is of
            # points, and no exchange of this.
            return {}
        known: Slots = {slot: turn.slot(slot) for slot in self.slots}
        if choice(turn) == return_details.ONE_MORE:
            return {"return_line": known["return_line"]}
        if await brought_back.tell(turn, member, in_hand=known["return_line"], reason=known["return_reason"]):
            return {"return_line": known["return_line"]}
        if tell_ruled_out(turn, known):
            return {"return_confirmed": False}
        if matters := return_matters.read(choice(turn)):
            return await self._asked_of_it(turn, known, matters)
        return await self._told(turn, member, known)

    async def _told(self, turn: Turn, member: Member, known: Slots) -> Slots:
        """What the message tells or asks that no other reader has taken."""
        if await self._only_asked(turn, member, known):
            # "Not yet, then. How long is the warranty": answered, and nothing is registered.
            is_left = requested(turn, "return_confirmed") and not turn.pressed and self._is_left(turn)
            return {"return_confirmed": False} if is_left else {"return_line": known["return_line"]}
        await tell_whether(turn, known)
        answered = await self._answered(turn, known)
        if not turn.pressed and self._is_left(turn):
            return {"return_confirmed": False}
        refused = answered == {"return_confirmed": False}
        filled = {} if refused else dict(answered)
        apart = await self._apart(turn, member, known)
        if apart is None:
            filled |= await self._line(turn, member, answered)
        if await tell_sizes(turn, filled.get("return_line") or known["return_line"]):
            return filled or {"return_line": known["return_line"]}
        aside = aside_said(words(turn))
        if (aside is None or self._brings_wish(turn, known, aside)) and not weighs(words(turn)):
            filled |= self._reason(turn, known)
            filled |= await self._reason_before(turn, known, filled)
            filled |= await self._wish(turn, known | filled, apart)
        filled |= await wished_before.colour(turn, known | filled)
        filled |= await wished_before.once_settled(turn, member, known, filled)
        filled |= self._note(turn, known, filled, aside, refused=refused)
        if refused and not filled:
            return answered
        if left := await self._what_is_left(turn, known | filled):
            return filled | left
        if self._same_wish(turn, known, filled):
            filled["return_confirmed"] = True
        if requested(turn, "return_line_confirmed") and "return_line" not in filled and goes_on(filled):
            # Who tells why, or what is wished instead, speaks of the very thing that was asked about.
            filled.setdefault("return_line_confirmed", True)
        if tell_aside(turn, words(turn), kind=filled.get("return_kind") or known["return_kind"]):
            return filled or {"return_line": known["return_line"]}
        return filled

    async def _asked_of_it(self, turn: Turn, known: Slots, matters: Sequence[Matter]) -> Slots:
        """Answers what is asked of this return; what is wished beside it, or told to be wrong, counts."""
        told = return_matters.beside(words(turn))
        filled: Slots = self._reason(turn, known) if reason_said(told) is not None else {}
        if kind_wished(told) is not None:
            filled |= await self._wish(turn, known | filled)
        await tell_wished(turn, matters, known | filled)
        if left := await self._what_is_left(turn, known | filled):
            filled |= left
        return filled or {"return_line": known["return_line"]}

    def _brings_wish(self, turn: Turn, known: Slots, aside: str | None) -> bool:
        """Whether a wish stands beside a question that is asked on the way."""
        if aside in _WAYS_TO_US and wishes_repair(turn, words(turn)):
            return True
        if (aside in OF_THE_PURCHASE and chooses_kind(turn)) or changes_kind(turn, known["return_kind"]):
            return True
        # "Size 40 please. And what if that doesn't fit either?"
        told = without_supposed(words(turn))
        return aside == SECOND and told != words(turn) and not turn.pressed and bool(sizes_said.wished(told))

    async def _only_asked(self, turn: Turn, member: Member, known: Slots) -> bool:
        """Answers a question on the way; whether there was one."""
        return (
            await asks_last_day(turn, member)
            or await asks_colours(turn, await bought(turn, member))
            or await asks_on_the_way(turn)
            or await asks_of_this(turn, known)
            or await asks_of_warranty(turn, known)
            or await self._of_another(turn, member)
        )

    async def _answered(self, turn: Turn, known: Slots) -> Slots:
        """Yes or no to the open question; nothing for a no that is to something else."""
        said = agreed(turn)
        if said == {"return_line_confirmed": False} and not turn.pressed and reason_said(words(turn)):
            # "Nah, nothing wrong with them, I just don't like them": the no is not to the thing.
            return {}
        if said == {"return_line_confirmed": False} and self._chooses_way(turn, known):
            # "No, let's exchange it after all, who pays": the no is to the money.
            return {}
        if said == {"return_confirmed": False} and await self._another_size(turn, known):
            # "No no, 40": the no is to the size; it is asked once more with the right one.
            return {}
        return said

    def _chooses_way(self, turn: Turn, known: Slots) -> bool:
        """Whether one way is wished in the place of another: 不用换，退掉就好."""
        one_for_another = kind_denied(words(turn)) and kind_wished(words(turn)) is not None
        return changes_kind(turn, known["return_kind"]) or (one_for_another and not turn.pressed)

    async def _another_size(self, turn: Turn, known: Slots) -> bool:
        line = await own_line(turn, known["return_line"])
        offered = await sizes_of(turn.session, line[1]) if line else []
        of_exchange = known["return_kind"] == ReturnKind.EXCHANGE and not turn.pressed
        return of_exchange and line is not None and corrected(turn, line[1], offered, known["return_new_size"])

    async def _of_another(self, turn: Turn, member: Member) -> bool:
        """Another purchase spoken of on the way: it is left aside, or its fault is told, with how it stands where
        it can come back no more."""
        if await left_aside(turn, member):
            return True
        reason = None if turn.pressed else reason_said(words(turn))
        if not is_fault(reason) or turn.slot("return_line") is None:
            return False
        named = await named_by_words(turn, await bought(turn, member))
        if named.one is None or str(named.one[1].id) == turn.slot("return_line") or chooses(turn, named):
            return False
        order, line = named.one
        if not await is_over(turn, order, line, reason):
            return False
        refusal = ReturnRefused(
            ReturnProblem.WINDOW_OVER, order.number, until=returns.window_ends_at(order, str(reason))
        )
        await tell_refusal(turn, refusal, order, line, reason)
        return True

    def _is_left(self, turn: Turn) -> bool:
        """ "要不不退了，取消吧"; a plain no to another question than the last is no wish to leave."""
        # 保修多久 asks of the warranty, and wishes no repair.
        text = lexicon.without("warranty_term", words(turn))
        if return_details.told(text):
            # "Leave it with the neighbour" leaves nothing.
            return False
        denies_line = requested(turn, "return_line_confirmed") and consent.read(text).answer is Answer.NO
        return is_dropped(text) and not denies_line and reason_said(text) is None and not sizes_named(text)

    def _same_wish(self, turn: Turn, known: Slots, filled: Slots) -> bool:
        """ "退吧", or the size once more, to the question whether to register just that is a yes."""
        if not requested(turn, "return_confirmed") or known["return_kind"] is None:
            return False
        if not turn.pressed and not consent.says_again(words(turn)):
            return False
        changed = [slot for slot, value in filled.items() if value != known[slot] and slot != "return_note"]
        repeated = filled.get("return_kind") == known["return_kind"]
        return repeated and not changed and aside_said(words(turn)) is None

    async def _line(self, turn: Turn, member: Member, answered: Slots) -> Slots:
        pressed = choice(turn) if requested(turn, "return_line") else None
        if pressed and (line := await own_line(turn, pressed)):
            return chosen(line[1], sure=True)
        if turn.pressed and not answered:
            return {}
        everything = await bought(turn, member)
        named = await named_by_words(turn, everything)
        lines = await that_may_come_back(turn, member, named.lines)
        current = turn.slot("return_line")
        if agrees_to_line(turn) and not puts_right(turn):
            # "Yes. And about the coat, …": what is named beside the yes is another matter.
            return {}
        if len(lines) > 1 and puts_right(turn):
            # "Not the coat, the sunscreen": the one of the same order.
            lines = await of_the_order_in_hand(turn, lines) or lines
        may_change = current is None or chooses(turn, named) or puts_right(turn)
        tells_fault = named.sure and is_fault(reason_said(words(turn)))
        may_change = may_change or (tells_fault and not beside_the_answer(turn, named))
        if len(lines) == 1 and str(lines[0][1].id) != current and may_change:
            turn.focus(order=lines[0][0].number, product=lines[0][1].sku)
            open_still = requested(turn, "return_reason") or requested(turn, "return_kind")
            names_it = puts_right(turn) or not chooses(turn, named) or open_still
            if current is not None and names_it:
                turn.say("reply_return_other_line", item=line_text(lines[0][1], turn.language))
            of_the_other = {} if current is None else await self._afresh(turn, lines[0][1])
            return chosen(lines[0][1], sure=True) | of_the_other
        asks_thing = requested(turn, "return_line") or requested(turn, "return_line_confirmed")
        if len(lines) > 1 and puts_right(turn) and current not in {str(line.id) for _, line in lines}:
            # One of several takes its place: which is asked.
            return {"return_line": None, "return_line_confirmed": None, "return_confirmed": None}
        if named.unknown and (asks_thing or puts_right(turn)):
            turn.say("reply_return_not_bought", item=named.unknown)
            return {"return_line": None if len(everything) > 1 else NONE_OF_THESE, "return_line_confirmed": None}
        if answered.get("return_line_confirmed") is False:
            several = len(await in_question(turn, member)) > 1
            return {"return_line": None if several else NONE_OF_THESE, "return_line_confirmed": None}
        return {}

    async def _afresh(self, turn: Turn, line: OrderLine) -> Slots:
        """What was said of the thing before counts no more for another one, nor does a yes beside its name."""
        forgotten = {"return_new_size": None, "return_new_colour": None, "return_confirmed": None}
        by_wish = kind_wished(words(turn)) is not None and not puts_right(turn)
        if not requested(turn, "return_confirmed") and not by_wish:
            return forgotten
        return forgotten | {"return_kind": None, "return_reason": await told_before(turn, str(line.id))}

    def _reason(self, turn: Turn, known: Slots) -> Slots:
        pressed = choice(turn) if requested(turn, "return_reason") else None
        reason = ReturnReason(pressed) if pressed in set(ReturnReason) else reason_said(words(turn))
        if reason is None and requested(turn, "return_reason") and nothing_wrong(words(turn)):
            # "It works, I just fancy another one": no fault, and no other reason that we know by name.
            reason = ReturnReason.NOT_WANTED
        if reason is None:
            return {}
        given = known.get("return_reason")
        asks_size = requested(turn, "return_new_size") or requested(turn, "return_kind")
        if reason == given or (given is not None and asks_size and not lexicon.corrects(words(turn))):
            # Said once more, or words of size in answer to another question: the reason stays.
            return {"return_reason": given}
        offers_size = {"return_kind": None} if reason == ReturnReason.WRONG_SIZE else {}
        return {"return_reason": reason.value, "return_new_size": None} | offers_size

    async def _reason_before(self, turn: Turn, known: Slots, filled: Slots) -> Slots:
        """Why the thing that was just chosen goes back, where an earlier message told it."""
        is_open = known["return_reason"] is None and "return_reason" not in filled
        told = await told_before(turn, filled.get("return_line")) if is_open else None
        return {"return_reason": told} if told else {}

    async def _apart(self, turn: Turn, member: Member, known: Slots) -> ReturnKind | None:
        """The wish for the thing in question, where the message wishes something for others as well; theirs is kept."""
        line = await own_line(turn, known["return_line"])
        current = line[1] if line else None
        wished = await wishes_apart(turn, await bought(turn, member), current, known["return_kind"])
        if not wished or current is None:
            return None
        keep_kinds(turn, wished)
        return wished.get(current.sku)

    async def _wish(self, turn: Turn, known: Slots, apart: ReturnKind | None = None) -> Slots:
        """Money or another one, and which size, as said at any place of the form."""
        text = words(turn)
        asked = any(requested(turn, slot) for slot in ("return_kind", "return_new_size", "return_confirmed"))
        pressed = choice(turn) if asked else None
        line = await own_line(turn, known["return_line"])
        offered = await sizes_of(turn.session, line[1]) if line and line[1].size else []
        size = pressed if pressed in offered else _size(text, line, offered)
        kind = ReturnKind(pressed) if pressed in set(ReturnKind) else apart or kind_wished(text)
        if kind == ReturnKind.REPAIR and size and sizes_said.corrects(text):
            # "Fix it, 37 not 38" puts the size right.
            kind = ReturnKind.EXCHANGE
        if line_pressed(turn):
            kind = ReturnKind.REPAIR
        may_be_size = known["return_reason"] in (None, ReturnReason.WRONG_SIZE)
        if size and may_be_size and kind != ReturnKind.RETURN and (asked or kind or known["return_kind"]):
            exchange = {"return_kind": ReturnKind.EXCHANGE.value, "return_new_size": size}
            return exchange | {"return_reason": ReturnReason.WRONG_SIZE.value}
        if size and is_fault(known["return_reason"]) and (kind or known["return_kind"]) == ReturnKind.EXCHANGE:
            # The faulty one for another size: the fault stays the reason, the size stands in the request.
            return {"return_kind": ReturnKind.EXCHANGE.value, "return_new_size": size}
        if kind == ReturnKind.EXCHANGE and known["return_reason"] == ReturnReason.WRONG_SIZE and line and not offered:
            turn.say("reply_return_no_other_size", item=line_text(line[1], turn.language))
            return {"return_kind": None}
        if kind is not None and self._is_clear(turn, kind, known):
            cleared = {} if kind == ReturnKind.EXCHANGE else {"return_new_size": None}
            needed = reason_for_repair(known) if kind == ReturnKind.REPAIR else {}
            return {"return_kind": kind.value, **cleared, **needed}
        return self._only_kind(known, line is not None, bool(offered))

    def _is_clear(self, turn: Turn, kind: ReturnKind, known: Slots) -> bool:
        """At the beginning 退货 is said of any return; whether another size would serve better is asked once."""
        offers_size = known["return_reason"] == ReturnReason.WRONG_SIZE
        return kind != ReturnKind.RETURN or not begins(self, turn) or not offers_size

    def _only_kind(self, known: Slots, is_known: bool, has_sizes: bool) -> Slots:
        """Money, where nothing else could serve."""
        reason = known["return_reason"]
        if known["return_kind"] is not None or reason is None or not is_known or is_fault(reason):
            return {}
        if reason == ReturnReason.WRONG_SIZE and has_sizes:
            return {}
        return {"return_kind": ReturnKind.RETURN.value}

    def _note(self, turn: Turn, known: Slots, filled: Slots, aside: str | None, *, refused: bool) -> Slots:
        """What the customer tells of a fault, and what is to be known for the collection, in their own words."""
        text = words(turn).strip()
        described = filled.get("return_reason") == ReturnReason.NOT_AS_DESCRIBED
        if described and known["return_reason"] != ReturnReason.NOT_AS_DESCRIBED:
            turn.say("reply_return_described")
        told = is_fault(filled.get("return_reason")) or described or aside == "pickup"
        is_detail = not told and return_details.told(text)
        corrects = is_fault(known["return_reason"]) and not filled and aside is None and not consent.doubts(text)
        # Which thing it is that is asked for is put right, and no detail of a fault.
        corrects = corrects and not requested(turn, "return_line") and not weighs(text)
        # "不对" by itself is a no; "不对，是右边" puts right what was told.
        corrects = corrects and (amends(text) if refused else lexicon.corrects(text))
        # That we left a question open is no word about the thing.
        corrects = corrects and not lexicon.mentions("not_answered", text)
        if not text or not (told or is_detail or corrects) or text in (known["return_note"] or ""):
            return {}
        if corrects or (is_detail and aside is None):
            turn.say("reply_return_noted", note=text)
        return {"return_note": "; ".join(filter(None, [known["return_note"], text]))[:NOTE_CHARACTERS]}


def _size(text: str, line: tuple[Order, OrderLine] | None, offered: list[str]) -> str | None:
    """The size that is wished; while the thing is not known, the last one said."""
    if line is None:
        return next(iter(reversed(sizes_said.wished(text))), None)
    return size_said(text, line[1], offered) if offered else None
