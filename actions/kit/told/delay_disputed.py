"""Whether a customer holds against us that a step of a parcel is overdue: 现在都过了还没离开，这还叫没延迟."""

import re

from crm_store.text import closed_up, normalise

_DISPUTES = re.compile(
    r"(?:都|已经?|早就?)过(?:了|咗|晒)?(?:时间|点|钟)?.{0,10}(?:还没|都没|仲未|还不|没有)"
    r"|(?:这|咁|那)(?:样|还|都|也)*(?:叫|算|系)(?:没有?|冇|不)(?:延迟|延误|晚|迟)|哪里?没有?(?:延迟|延误|晚)|明明(?:就)?(?:延迟|延误|晚|迟)了"
    r"|\bhow (?:is|s) (?:that|this|it) not (?:late|delayed)\b"
    r"|\b(?:that|it|this) (?:is|s) (?:already )?(?:late|overdue|delayed)"
    r" (?:then|though|isn t it)\b|\b(?:it s|its|it is|already|well) past (?:that|the|\d)|\bno delay (?:really|my)\b"
)


def disputes(text: str) -> bool:
    """Whether the words hold against us that a time has passed."""
    return _DISPUTES.search(normalise(text)) is not None or _DISPUTES.search(closed_up(text)) is not None
