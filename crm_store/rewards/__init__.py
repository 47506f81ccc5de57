"""Rewards: what points can be exchanged for, and the codes members get for them."""

from crm_store.rewards.codes import CODE_ALPHABET, CODE_CHARACTERS, normalise_code
from crm_store.rewards.errors import RedemptionNotCancellable, RedemptionNotUsable, RewardUnavailable, UndoTooLate
from crm_store.rewards.models import EXPIRED, Redemption, RedemptionStatus, Reward, RewardKind
from crm_store.rewards.queries import affordable, by_code, catalogue, find_by_words, for_member, held, with_code
from crm_store.rewards.service import cancel_redemption, give, redeem, redeem_several, undo, use

__all__ = [
    "CODE_ALPHABET",
    "CODE_CHARACTERS",
    "EXPIRED",
    "Redemption",
    "RedemptionNotCancellable",
    "RedemptionNotUsable",
    "RedemptionStatus",
    "Reward",
    "RewardKind",
    "RewardUnavailable",
    "UndoTooLate",
    "affordable",
    "by_code",
    "cancel_redemption",
    "catalogue",
    "find_by_words",
    "for_member",
    "give",
    "held",
    "normalise_code",
    "redeem",
    "redeem_several",
    "undo",
    "use",
    "with_code",
]
