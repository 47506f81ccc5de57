"""What is said after a danger was told: what to do now, that it is over, a telephone number, that it was no alarm."""

import re
from functools import cache
from importlib.resources import files

from actions.kit.words import consent
from actions.kit.words.consent import Answer
from bot.hearing.danger import danger
from bot.hearing.danger.danger import REPORT_DANGER, Danger
from bot.hearing.steps import entities_of, is_wish
from crm_store.conversations import Context, Focus, Parsed
from crm_store.text import normalise
from crm_store.yaml_files import read_yaml

TOLD, CONTACT_KEPT = "danger", "danger_contact"
"""In the focus: the kind of danger that was told last; whether a visitor was asked for a telephone number."""
OFF_ASKED = "danger_off_asked"
"""In the focus: the case of which it was asked whether it shall be taken back."""
KEPT = frozenset({TOLD, CONTACT_KEPT, OFF_ASKED, "danger_harm", "danger_said", "danger_case", "complaint", "done"})
"""What stays spoken of while somebody in danger waits for help."""
ASKED = "asked"
SURE_OF_ANOTHER = 0.8
"""Confidence from which a message of another subject is no question about the danger."""
NEXT, OFF, CONTACT = Danger.NEXT.value, "off", "contact"
"""Values of `choice`: what to do now (with a colon and the guidance that fits), no alarm any more, a number to call."""
BURN, REACTION, FREEZE, REFUND = "burn", "reaction", "freeze", "refund"
NOW = "now"
"""The guidance that fits any danger that comes from a thing."""
LATELY = 3
"""Messages without a subject of their own that may have come between where no kind is known."""
NEVER_CALLED_OFF = frozenset({Danger.SELF_HARM, Danger.ABUSE, Danger.VIOLENCE})
HEARD_OUT = frozenset({Danger.SELF_HARM, Danger.ABUSE})
NO_HARM_NAMED = frozenset({Danger.OTHER, Danger.FRAUD, Danger.THREAT})
"""Dangers that "nobody was hurt" calls off; after a fire it is only good news."""
_BY_A_PERSON = {
    Danger.SELF_HARM: "self_harm", Danger.ABUSE: "abuse", Danger.VIOLENCE: "person", Danger.THREAT: "person",
}  # fmt: skip
"""Dangers that no thing is the cause of, with their guidance."""
_FROM_A_THING = frozenset({
    Danger.BATTERY, Danger.FIRE, Danger.ACID, Danger.INJURY, Danger.CHILD, Danger.SWALLOWED, Danger.WET,
})  # fmt: skip
_LED_BY_PEOPLE = frozenset({*_FROM_A_THING, Danger.OTHER}) - {Danger.SWALLOWED, Danger.WET}
"""Dangers after which colleagues settle what becomes of the thing."""
_OF_ANOTHER = frozenset({"product", "reward", "order_number", "parcel_number", "request_number"})
_HOT = frozenset({Danger.FIRE, Danger.BATTERY})
DEEDS = ("fridge", "open", "soak", "pull")
"""What makes a hot, smoking or swollen thing worse, by the guidance that stops it."""
_SCAM_TOLD = frozenset({Danger.SCAM, Danger.FRAUD})
_HURT_BY_IT = frozenset({Danger.INJURY, Danger.CHILD, Danger.SWALLOWED})
"""The thing is kept as it is: what holds of what burns would only puzzle."""


def heard(text: str, whole: Parsed, context: Context) -> str | None:
    """The `choice` of a message that goes on with the danger told before; None when it does not."""
    told = told_before(context.focus)
    if told is None:
        return None
    if context.expects.form:
        return _amid_a_form(text, told)
    if answer := _answers_whether_off(text, context.focus):
        return f"{OFF}:{answer}"
    if calls_off(text, context.focus):
        return OFF
    gives_phone = any(entity.get("entity") == "phone" for entity in entities_of(whole))
    if gives_phone and context.focus.get(CONTACT_KEPT) == ASKED:
        return CONTACT
    if told is Danger.SCAM and _says("given", normalise(text)):
        return Danger.FRAUD.value
    is_other = is_wish(whole, SURE_OF_ANOTHER)
    # Whoever is in despair or is hit at home is listened to, whatever they say, until they wish something else.
    heard_out = told in HEARD_OUT and not is_other
    frozen = told is Danger.FRAUD and _says("freeze", normalise(text))
    goes_on = heard_out or frozen or is_hurt(text, told) or deed(text, told) is not None
    goes_on = goes_on or (told in _LED_BY_PEOPLE and _asks_of_the_case(text, whole))
    if not goes_on and not _goes_on(text, is_other=is_other and not _is_topic(context.focus)):
        return None
    guidance = guidance_for(text, told)
    if guidance == Danger.INJURY and context.focus.get("danger_harm") in (BURN, REACTION):
        guidance = str(context.focus["danger_harm"])
    return f"{NEXT}:{guidance}" if guidance else NEXT


def _asks_of_the_case(text: str, whole: Parsed) -> bool:
    """Whether it is asked if the thing may go back, if pictures are wanted, or if a person comes. What names goods or
    an order speaks of those."""
    names = any(entity.get("entity") in _OF_ANOTHER for entity in entities_of(whole))
    flat = normalise(text)
    return not names and any(_says(name, flat) for name in ("may_return", "photo", "person_comes"))


def _amid_a_form(text: str, told: Danger) -> str | None:
    """What surely goes on with the danger, though a form has asked something else: harm, and a deed that would do
    more of it."""
    flat = normalise(text)
    if told is Danger.SCAM and _says("given", flat):
        return Danger.FRAUD.value
    if told is Danger.FRAUD and _says("freeze", flat):
        return f"{NEXT}:{FREEZE}"
    if told not in _FROM_A_THING or not (is_hurt(text, told) or deed(text, told) or _says("number", flat)):
        return None
    return f"{NEXT}:{guidance_for(text, told)}"


def is_hurt(text: str, told: Danger) -> bool:
    """Whether somebody's skin was hurt by the hot thing that was told of: 小孩的手红红的, "her fingers are red"."""
    return told in _HOT and _says("hurt", normalise(text))


def deed(text: str, told: Danger) -> str | None:
    """The guidance that stops what somebody did or means to do to a thing that burns, smokes or swells."""
    flat = normalise(text)
    # After somebody was hurt ice and needles may be meant for the skin, which has its own guidance.
    if told not in _HOT and not (told in _FROM_A_THING and _says("thing", flat)):
        return None
    return next((name for name in DEEDS if _says(name, flat)), None)


def _answers_whether_off(text: str, focus: Focus) -> Answer | None:
    """A clear yes or no to the question whether the case and its urgent mark are given up: 撤吧, "keep it"."""
    if not is_asked_whether_off(focus):
        return None
    flat = normalise(text)
    if _says("stays", flat):
        return Answer.NO
    answer = consent.read(text)
    if answer.answer in (Answer.YES, Answer.NO) and not answer.rest:
        return answer.answer
    return Answer.YES if _says("called_off", flat) and not consent.doubts(text) else None


def is_asked_whether_off(focus: Focus) -> bool:
    """Whether it was just asked if the case and its urgent mark shall be given up."""
    return bool(focus.get(OFF_ASKED)) and focus.get("age", 0) == 0


def told_before(focus: Focus) -> Danger | None:
    """The danger that is still spoken of."""
    if focus.get(TOLD):
        return Danger(focus[TOLD])
    return Danger.OTHER if _is_topic(focus) else None


def _is_topic(focus: Focus) -> bool:
    return focus.get("topic") == REPORT_DANGER and focus.get("age", 0) <= LATELY


def choice_of(text: str, named: Danger, focus: Focus) -> str:
    """The `choice` for a message that names a danger: with what to do next where that same alarm was given before."""
    told = told_before(focus)
    is_new = told is None or (named not in (told, Danger.OTHER))
    if is_new or not focus.get(TOLD):
        said = _harm(normalise(text)) if named is Danger.INJURY else None
        said = said or deed(text, named)
        if named is Danger.FRAUD and _says("freeze", normalise(text)):
            # "Lock it": whether we can is told beside the alarm.
            said = FREEZE
        return f"{named}:{said}" if said else named.value
    return f"{named}:{guidance_for(text, told or named) or NOW}"


def calls_off(text: str, focus: Focus) -> bool:
    """Whether a message says that there was no alarm, and names no danger."""
    told = told_before(focus)
    if told is None or told in NEVER_CALLED_OFF or danger.heard(text) is not None:
        return False
    flat = normalise(text)
    return _says("called_off", flat) or (told in NO_HARM_NAMED and _says("no_harm", flat))


def asks_next(text: str) -> bool:
    """Whether somebody asks what to do after a danger, or says that it grows worse."""
    flat = normalise(text)
    return _says("asks", flat) or _says("number", flat)


def guidance_for(text: str, told: Danger) -> str:
    """The guidance that fits what is asked and the danger that was told; empty where none is known."""
    flat = normalise(text)
    if told in _BY_A_PERSON:
        return _BY_A_PERSON[told]
    for name in ("number", "hospital"):
        if _says(name, flat) and (told is not Danger.SWALLOWED or name == "number"):
            return name
    if not is_hurt(text, told) and (worse := deed(text, told)):
        return worse
    if is_hurt(text, told):
        return BURN
    if told is Danger.FRAUD and _says("freeze", flat):
        return FREEZE
    if of_the_case := _of_the_case(flat, told):
        return of_the_case
    if told in _FROM_A_THING and _says("use", flat):
        return NOW
    if _says("calm", flat) and not _says("asks", flat) and told is not Danger.FRAUD:
        return "calm"
    if of_the_body := _of_the_body(flat, told):
        return of_the_body
    return told.value if told in {Danger.BATTERY, Danger.FIRE, Danger.WET, Danger.INJURY, *_SCAM_TOLD} else ""


def _of_the_case(flat: str, told: Danger) -> str | None:
    """The guidance on what colleagues settle: pictures, what becomes of the thing, that a person comes."""
    if told in _LED_BY_PEOPLE and _says("photo", flat):
        return "photo"
    if told in _FROM_A_THING - _HURT_BY_IT and _says("money_back", flat) and not _says("dispose", flat):
        return REFUND
    gives_back = told in _FROM_A_THING and _says("refund", flat)
    gives_back = gives_back or (told in _LED_BY_PEOPLE and _says("may_return", flat))
    if _says("dispose", flat) or gives_back:
        return "dispose" if told not in _HURT_BY_IT else "keep"
    return "person_comes" if told in _LED_BY_PEOPLE and _says("person_comes", flat) else None


def _of_the_body(flat: str, told: Danger) -> str | None:
    """The guidance on the harm that was done to somebody."""
    burnt = _is_burnt(flat)
    if told is Danger.ACID or (told is Danger.SWALLOWED and not burnt):
        return told.value
    if told is Danger.INJURY and not burnt and _says("reaction", flat):
        return REACTION
    if burnt or (told is Danger.INJURY and _says("water", flat)):
        return BURN
    is_unwell = told in {Danger.INJURY, Danger.OTHER} and _says("unwell", flat)
    return "unwell" if told is Danger.CHILD or is_unwell else None


def _is_burnt(flat: str) -> bool:
    """Whether a skin was burnt: blisters after a cream are none of heat."""
    return _says("burn", flat) and (_says("heat", flat) or not _says("reaction", flat))


def _harm(flat: str) -> str | None:
    """The harm that has an alarm of its own, in place of that of any injury."""
    if _is_burnt(flat):
        return BURN
    return REACTION if _says("reaction", flat) and _says("on_skin", flat) else None


def _goes_on(text: str, *, is_other: bool) -> bool:
    flat = normalise(text)
    if any(_says(name, flat) for name in ("number", "hospital")):
        return True
    if is_other:
        return False
    if _says("another_thing", flat):
        return False
    return _says("dispose", flat) or (not _says("business", flat) and (_says("asks", flat) or _says("calm", flat)))


def _says(name: str, flat: str) -> bool:
    return _patterns()[name].search(flat) is not None


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    content = read_yaml(files("bot.hearing.danger").joinpath("after_danger.yml"))
    return {name: re.compile("|".join(f"(?:{each})" for each in patterns)) for name, patterns in content.items()}
