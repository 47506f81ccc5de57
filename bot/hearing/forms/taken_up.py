"""A form that was set aside or put off is taken up again, in the customer's own words: 接着办, "ok do it then"."""

from actions.kit.base import PUT_OFF, SET_ASIDE
from actions.kit.forms import begun_by
from actions.kit.words import consent, lexicon
from actions.kit.words.consent import Answer
from bot.hearing.message import agreed, denial, reference
from bot.hearing.steps import is_wish
from crm_store.conversations import Context, Focus, Parsed

LATELY = 6
"""Places of a conversation, both sides' messages, within which words that name no act mean the one put off."""
TAKE_UP = '/inform{"choice":"go_on"}'
"""The button that takes up a form that was set aside."""


def goes_on(text: str, context: Context) -> bool:
    """Whether a text says nothing but that what was set aside, or put off, shall go on; a bare yes does so where the
    last reply offered it. Its question is put once more."""
    if _waiting(context.focus) is None:
        return False
    flat = lexicon.without("courtesy", text)
    says_so = bool(flat) and not lexicon.without("go_on", flat)
    is_offered = any(str(each["payload"]) == TAKE_UP for each in context.expects.options)
    bare = not lexicon.without("answer", lexicon.without("do_it", flat)).strip()
    return says_so or (is_offered and bare and consent.read(text).answer is Answer.YES)


def wishes_it_after_all(text: str, whole: Parsed, context: Context) -> bool:
    """Whether a text wishes the act after all that the customer had put off: 算了，退了吧; "ok do it then".

    Nothing is done by it: the form asks its last question once more.
    """
    form = context.focus.get(PUT_OFF)
    if form is None or context.expects.form is not None or not _is_plain(text):
        return False
    if consent.says_only(text, _flat_words("do_it")) and lexicon.mentions("do_it", text):
        return _just_put_off(context.focus)
    names_another = is_wish(whole, reference.UNSURE) and not agreed.is_of(whole, begun_by(str(form)))
    return not names_another and not reference.names_itself(whole) and agreed.names_act(text, begun_by(str(form)))


def _is_plain(text: str) -> bool:
    """Short words that neither ask, wait nor deny; 算了 and 还是 before them only end the weighing."""
    bare = lexicon.without("correction", lexicon.without("drop", text))
    return consent.says_again(bare) and denial.denied(bare) is None


def _just_put_off(focus: Focus) -> bool:
    places = focus.get("at") or {}
    place = int(places.get(PUT_OFF, 0))
    return place >= max((at for kind, at in places.items() if kind == "done"), default=0) and (
        max(places.values(), default=0) - place <= LATELY
    )


def _waiting(focus: Focus) -> str | None:
    return focus.get(SET_ASIDE) or focus.get(PUT_OFF)


def _flat_words(group: str) -> set[str]:
    return {agreed.flat(lexicon.without("courtesy", word)) for word in lexicon.words(group)}
