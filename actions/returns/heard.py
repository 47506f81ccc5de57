"""What a message says about a return: the kind that is wished, the reason, the wish to leave it, a question of rule."""

import re

from actions.kit.asked import old_back
from actions.kit.told import return_details
from actions.kit.words import alternatives, consent, left_out, lexicon
from crm_store.returns import SHOPS_FAULT, ReturnKind, ReturnReason
from crm_store.text import normalise

REQUEST_NUMBER = re.compile(r"(?<![a-z0-9])r[ -]?(20\d\d)[ -]?(\d{1,5})(?!\d)", re.IGNORECASE)
_KIND = {"exchange": ReturnKind.EXCHANGE, "refund_wish": ReturnKind.RETURN, "repair_wish": ReturnKind.REPAIR}
"""What the groups of the lexicon wish for."""
_QUESTION = re.compile(r"[?？]\s*$|(?:[吗嗎么麼咩呢没沒不]|谁出|誰出)\s*[?？。.~]*\s*$")
_CLAUSE_END = re.compile(r"[，,。.;；！!\n]+|(?<=[?？])|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_SUPPOSES = re.compile(
    r"要是|如果|万一|萬一|假如|假使|若是|倘若|的话|的話|\b(?:what|and|but|only|even|happens) if\b|^if\b"
    r"|\bsuppos(?:e|ing)\b",
    re.IGNORECASE,
)
_NEW_ONE_WRONG = re.compile(
    r"\bif (?:an? |the |size |that )*(?:\d\d(?: ?s| is)?|new (?:one|pair|size)s?|bigger one|next size(?: up)?|it|they)"
    r"(?: is| are| s| re| turns? out)* (?:still |also |then )?(?:too (?:big|small|tight|loose|large)|not right|wrong)\b"
    r"|(?:要是|如果|万一|若是)(?:换|到时|换来|换到|新)?的?\d{2}?(?:码|号)?(?:的)?(?:又|也|还|太|偏|还是)*(?:大"
    r"|小|紧|松|唔啱|不合适|不合脚)"
)
"""The size that is wished, supposed to be wrong: "what if 40s too big"."""
_WHAT_THEN = re.compile(r"怎么办|咋办|咋整|点算|点办|怎么处理|呢$")
_AND_IF = re.compile(r"^(?:\w+[.,!]* )?(?:and|but|what|and what) if (?:\S+ ?){1,9}$|(?:呢|咧)[?？]?$", re.IGNORECASE)
"""A supposed case that asks by itself: "and if its broken"."""
_AS_WELL = re.compile(
    r"也|又|还是|还(?=[不太大小紧松])|仲|都"
    r"|\b(?:too|also|as well|either|again|still)\b(?! (?:tight|small|big|large|long|short|loose))"
)
"""That what was so before is so once more."""
_ALSO_WRONG = re.compile(r"(?:也|又|还是|还|仲系|仲|都)(?:是|太|偏|有点|有啲|好)?(?:紧|松|小|大|短|长|挤|夹|窄|宽|阔)")
_NO_WAY_WANTED = re.compile(
    r"\b(?:don ?t|do not|didn ?t) want (?:(?:it|them|this|that|an?|any|another|the|to|be|have|get|new) ){0,4}"
    r"(?:repair\w*|fix\w*|mend\w*|exchang\w*|replac\w*|swap\w*|new one|one)\b"
    r"|不想?要(?:你们|再)?(?:维修|修|换货?|换新|新的)|不需要(?:维修|修|换)"
)
_PRESSED = re.compile(
    r"\b(?:hit|pressed|press|clicked|click|tapped|tap|touched|pushed|chose|picked|selected)(?: on)?(?: the)? wrong"
    r" (?:one|button|thing|option)\b|\bwrong (?:button|option)\b|[按点撳揿]错(?:了|咗|掣)?"
)
"""The wrong button, and no wrong thing."""
_NOTHING_WRONG = re.compile(
    r"没(?:有)?(?:坏|毛病|问题|瑕疵)|冇(?:坏|烂|事|问题)|是好的"
    r"|\b(?:it|they|everything)(?: s| is| are) (?:fine|ok|okay)\b"
    r"|\bworks? (?:fine|ok|okay|well)\b"
)
OLD_BACK, SECOND = "old_back", "second_exchange"
OF_THE_PURCHASE = frozenset({"points", "new_when", "one_parcel", "new_warranty", OLD_BACK})
"""Questions that stand for themselves, whatever else is asked in the same breath."""
SHORT = 2
"""A message of so many clauses is about one thing."""


def kind_wished(text: str) -> ReturnKind | None:
    """Money, another piece or a repair, as the words wish it: the last wish counts, one denied does not
    ("不换了，退吧")."""
    wished = [(place, kind) for place, kind, denied in _kinds(text) if not denied]
    return max(wished)[1] if wished else None


def kinds_named(text: str) -> set[ReturnKind]:
    """Every way that is named and not denied, asked about or wished."""
    return {kind for _, kind, denied in _kinds(text) if not denied}


def kind_denied(text: str) -> bool:
    """Whether the words say no to money or to another piece: 不退了, "no exchange"."""
    return any(denied for _, _, denied in _kinds(text))


def weighs(text: str) -> bool:
    """Whether the words hold money, another piece or a repair against each other and wish none: 换和退哪个快, "do I
    get my money back or a repair"."""
    return alternatives.weighs(text)


def is_dropped(text: str) -> bool:
    """Whether nothing is to come back after all: 算了, 不退了, and no other wish. What stays beside something that
    comes back ("keeping the tea, the mug goes back") drops nothing."""
    text = left_out.keeps(text) or text
    if lexicon.mentions("keeps_it", text):
        return True
    if aside_said(text) == "hand_in":
        # "Can I drop it off at a shop" drops nothing.
        return False
    if consent.insists(text):
        return False
    return kind_wished(text) is None and (kind_denied(text) or lexicon.mentions("drop", text))


def reason_said(text: str) -> ReturnReason | None:
    """Why it is to go back. To want no repair ("I don't want it fixed") tells nothing of the thing."""
    value = lexicon.meant("return_reason", _PRESSED.sub(" ", _NO_WAY_WANTED.sub(" ", normalise(text))))
    if value == ReturnReason.NOT_WANTED and unlike_its_photo(text):
        # "Don't like it, the colour is nothing like the photo": the closer of the two.
        return ReturnReason.NOT_AS_DESCRIBED
    if value == ReturnReason.NOT_WANTED and (fault := _fault_told(text)):
        # 线头开了，我不想要了: nobody wants what is faulty.
        return fault
    return ReturnReason(value) if value else None


def _fault_told(text: str) -> ReturnReason | None:
    """The fault that one of the clauses tells, the first first."""
    said = [lexicon.meant("return_reason", clause) for clause in _CLAUSE_END.split(text) if clause.strip()]
    return next((ReturnReason(value) for value in said if value is not None and is_fault(value)), None)


def unlike_its_photo(text: str) -> bool:
    """Whether a thing is told to differ from its photo or description."""
    return any(each.value == ReturnReason.NOT_AS_DESCRIBED for each in lexicon.heard("return_reason", text))


def fault_denied(text: str) -> bool:
    """Whether the words say that nothing is wrong with the thing: 没质量问题, "it is not broken"."""
    named = {each.value for each in lexicon.heard("return_reason", text)}
    return reason_said(text) is None and bool(named) and all(is_fault(each) for each in named)


def nothing_wrong(text: str) -> bool:
    """Whether the words deny a fault, by its name or at large: 没坏, "it works fine"."""
    return fault_denied(text) or _NOTHING_WRONG.search(normalise(text)) is not None


def is_fault(reason: str | None) -> bool:
    return reason in SHOPS_FAULT


def aside_said(text: str) -> str | None:
    """The question about a return that its own rules answer, as the group return_aside of the lexicon calls it."""
    if return_details.asks_of_packaging(text):
        return "packaging"
    if return_details.asks_of_wear(text):
        return "worn"
    if old_back.asks(text):
        return OLD_BACK
    aside = lexicon.meant("return_aside", text)
    again = _asks_second(text) if aside is None else aside == "who_pays" and lexicon.mentions(SECOND, text)
    if again:
        return SECOND
    if aside in ("repair_when", "repair_cost"):
        # 保修多久 asks for the warranty.
        aside = lexicon.meant("return_aside", lexicon.without("warranty_term", text))
    if aside == "photo" and unlike_its_photo(text):
        return None
    # Who pays for the doctor is no question of postage.
    return None if aside == "who_pays" and lexicon.mentions("compensation", text) else aside


def _asks_second(text: str) -> bool:
    """Whether it is asked what becomes of it where the new one does not fit either."""
    if supposes(text) and (lexicon.mentions(SECOND, text) or _wrong_once_more(text)):
        return True
    cases = [clause for clause in _CLAUSE_END.split(text) if _SUPPOSES.search(clause) or _WHAT_THEN.search(clause)]
    return any(
        lexicon.mentions(SECOND, case) or _NEW_ONE_WRONG.search(normalise(case)) or _wrong_once_more(case)
        for case in cases
    )


def without_supposed(text: str) -> str:
    """The text without its clauses that only suppose a case ("and what if 40's too big", 要是40又大了呢): what they
    name is neither wished nor the matter. Empty where nothing else stands in it."""
    clauses = [clause for clause in _CLAUSE_END.split(text) if clause.strip()]
    left = [clause for clause in clauses if _SUPPOSES.search(clause) is None]
    return "，".join(left) if len(left) < len(clauses) else text


def _wrong_once_more(text: str) -> bool:
    """Whether a size is supposed not to fit either: 要是39也紧呢, "and if 39 is too tight too"."""
    flat = normalise(text)
    told = _AS_WELL.search(flat) is not None and reason_said(text) is ReturnReason.WRONG_SIZE
    return told or _ALSO_WRONG.search(flat) is not None


def asides_said(text: str) -> list[str]:
    """The question that is answered by the rules of returns, and those of the very purchase beside it."""
    first = aside_said(text)
    others = [each.value for each in lexicon.heard("return_aside", text) if each.value in OF_THE_PURCHASE]
    if first == "packaging" and return_details.asks_of_wear(text):
        # Worn indoors and without its box: both are asked.
        others = ["worn", *others]
    if first in ("packaging", "worn") and _asks_second(text):
        others.append(SECOND)
    if first in ("packaging", "worn") and (more := lexicon.meant("return_aside", text)):
        # "Who comes for them, and what about the box".
        others.append(more)
    return list(dict.fromkeys([first, *others])) if first else []


def wishes_beside_question(text: str) -> bool:
    """Whether a clause wishes money, another piece or a repair, and another asks: "a new one, if it comes by May"."""
    clauses = [clause for clause in _CLAUSE_END.split(text) if clause.strip()]
    return any(kind_wished(each) is not None and aside_said(each) is None and not _asks(each) for each in clauses)


def subjects_of_rule(text: str) -> list[str]:
    """What of the rules of returns a text speaks of, each once."""
    return list(dict.fromkeys(each.value for each in lexicon.heard("return_rule", text)))


def asks_rule(text: str) -> bool:
    """Whether the words ask what may come back, rather than wish that something does.

    In a story it is the question that counts: "鞋盒都在，能换 43 码吗" tells of the box and asks for a size.
    """
    if lexicon.mentions("wants_return", text) or not subjects_of_rule(text):
        return False
    clauses = [clause for clause in _CLAUSE_END.split(text) if clause.strip()]
    asking = [at for at, clause in enumerate(clauses) if _asks(clause)]
    if not asking:
        return _asks(text)
    return len(clauses) <= SHORT or any(subjects_of_rule(clauses[at]) for at in asking)


def supposes(text: str) -> bool:
    """Whether the words ask about a case that has not come ("要是还不合适，再换一次呢"): no wish, and no agreement.
    Whether another size is there is a wish."""
    is_case = _SUPPOSES.search(text) is not None and not lexicon.mentions("asks_stock", text)
    return is_case and (_asks(text) or lexicon.mentions("how", text) or _AND_IF.match(text) is not None)


def _asks(text: str) -> bool:
    return lexicon.mentions("asks_whether", text) or bool(_QUESTION.search(text))


def request_number(text: str) -> str | None:
    """R-2026-0001, however it is typed."""
    found = REQUEST_NUMBER.search(text)
    return f"R-{found[1]}-{int(found[2]):04d}" if found else None


def _kinds(text: str) -> list[tuple[int, ReturnKind, bool]]:
    """Each place where a kind is named, and whether it is denied there."""
    return [(each.start, _KIND[each.group], each.denied) for each in alternatives.wished(alternatives.WAYS, text)]
