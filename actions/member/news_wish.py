"""Which news a customer's words are about: topics that have a name, only these, everything, and kinds of goods."""

import re
from dataclasses import dataclass
from enum import StrEnum

from actions.kit import slot_text
from actions.kit.words import consent, lexicon
from crm_store.proactive import Topic
from crm_store.text import closed_up, normalise

_CLAUSE_END = re.compile(r"[，,。.！!；;？?\n]+|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|\b(?=but\b)")

_STAYS = re.compile(
    r"还是?要|仍要|照样|照常|照发|照传|照寄|照收|保留|留着|还得|都要|仲要"
    r"|\b(?:keep|still (?:want|need|send|get)|but not|are fine|is fine|leave)\b"
)
_BACK = re.compile(
    r"(?:以后|之后|将来|到时|改天|后悔|想)?(?:要|想|能|可以)?(?:再|重新|恢复)(?:收|接收|订|开|打开|订阅|要收)"
    r"|\b(?:get|turn|switch|have|sign|opt|want) (?:them|it|those|me)? ?"
    r"(?:back|again|in again|back on|on again|up again)\b"
    r"|\bresubscribe\b"
)


class Reach(StrEnum):
    """How far a wish goes."""

    NAMED = "named"
    """The topics that are named."""
    ONLY = "only"
    """These topics, and no others."""
    EVERYTHING = "everything"
    """All that comes unasked, service too."""
    MARKETING = "marketing"
    """Nothing is named: all marketing."""


@dataclass(frozen=True, slots=True)
class NewsWish:
    """`topics` in the order said. `interests`: categories of goods that are named."""

    reach: Reach
    topics: tuple[Topic, ...] = ()
    interests: tuple[str, ...] = ()


def to_stop(text: str) -> NewsWish:
    """What is to be stopped. "只要物流通知，别的都别发" stops all but what it names; what a clause keeps ("但物流短信
    还得收") is not meant by the others."""
    left = [
        clause for clause in _CLAUSE_END.split(text) if clause.strip() and not lexicon.mentions("news_kept", clause)
    ]
    wish = _named(" ".join(left) or text)
    if wish.topics and lexicon.mentions("only_this", text):
        return NewsWish(Reach.ONLY, wish.topics, wish.interests)
    if not wish.topics and lexicon.mentions("every_notice", text) and not lexicon.mentions("marketing_word", text):
        return NewsWish(Reach.EVERYTHING)
    return wish


def only_the_ads(text: str) -> bool:
    """Whether the ads are meant and something else is to stay: 只有广告不要，到货通知还是要. That is what stopping the
    marketing does."""
    flat = normalise(text)
    return lexicon.mentions("marketing_word", text) and (
        lexicon.mentions("notice_topic", text) or _STAYS.search(flat) is not None
    )


def asks_way_back(text: str) -> bool:
    """Whether it is asked how the news are had again later: 以后要再收怎么弄, "how do I get them back"."""
    return slot_text.is_question(text) and _BACK.search(closed_up(text)) is not None


def to_start(text: str) -> NewsWish:
    """What is to be sent. "Only tell me about new bags" starts that and stops the rest."""
    wish = _named(text)
    topics = wish.topics or tuple(dict.fromkeys(Topic(each.value) for each in lexicon.heard("news", text)))
    if not topics:
        return wish
    reach = Reach.ONLY if lexicon.mentions("only_this", text) else Reach.NAMED
    return NewsWish(reach, topics, wish.interests)


def _named(text: str) -> NewsWish:
    topics = [Topic(each.value) for each in lexicon.heard("notice_topic", text)]
    interests = tuple(dict.fromkeys(each.value for each in lexicon.heard("interest", text)))
    if interests and lexicon.mentions("newness", text):
        topics.append(Topic.NEW_GOODS)
    if not topics:
        return NewsWish(Reach.MARKETING)
    named = tuple(dict.fromkeys(topics))
    return NewsWish(Reach.NAMED, named, interests if Topic.NEW_GOODS in named else ())


def of_one_channel(text: str) -> bool:
    """Whether the words would stop one way of sending and keep the other ("just the texts, keep the e-mails"), which
    goes only for all ways together."""
    ways = {each.value for each in lexicon.heard("news_channel", text)}
    narrows = lexicon.mentions("only_this", text) or lexicon.mentions("channel_alone", text)
    return not _named(text).topics and (len(ways) > 1 or (len(ways) == 1 and narrows))


def asks_state(text: str) -> bool:
    """Whether it is asked how it stands with our news, and nothing is to be switched."""
    return lexicon.mentions("news_on_or_off", text) or lexicon.mentions("news_state", text)


def is_plain(text: str) -> bool:
    """Whether the words say what is wished without asking or wavering, so that it can be done at once."""
    return not consent.doubts(text)
