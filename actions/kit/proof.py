"""What may be asked about proving who one is, as hearing tells the actions of it."""

BY_PHONE, SIGN_IN_HOW = "by_phone", "sign_in_how"
"""The `choice` of words that ask whether a telephone will do, or how to sign in at the shop."""
ASIDES = frozenset({BY_PHONE, SIGN_IN_HOW})
