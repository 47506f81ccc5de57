"""Personal data at rest: encrypted columns and blind indexes for look-up.

Encryption is AES-GCM under a key derived (HKDF-SHA256) from the one application secret; the blind index is a keyed
HMAC of the normalised value, so that an address can be found without being readable in the table.
"""

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

NONCE_BYTES = 12
_PREFIX = "v1:"


class KeyMissing(RuntimeError):
    """Personal data was touched before `use_secret` was called."""

    def __init__(self) -> None:
        super().__init__("no secret set for personal data: call crm_store.crypto.use_secret() at start")


class _Keys:
    encryption: AESGCM | None = None
    index: bytes | None = None


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"huike:{purpose}".encode()).derive(
        secret.encode()
    )


def use_secret(secret: str) -> None:
    """Derive the store's keys from the application secret; called once at start by every process."""
    if len(secret) < 16:
        raise ValueError("the secret for personal data needs at least 16 characters")
    _Keys.encryption = AESGCM(_derive(secret, "encryption"))
    _Keys.index = _derive(secret, "blind-index")


def encrypt(text: str) -> str:
    if _Keys.encryption is None:
        raise KeyMissing
    nonce = os.urandom(NONCE_BYTES)
    return _PREFIX + base64.b64encode(nonce + _Keys.encryption.encrypt(nonce, text.encode(), None)).decode()


def decrypt(token: str) -> str:
    if _Keys.encryption is None:
        raise KeyMissing
    raw = base64.b64decode(token.removeprefix(_PREFIX))
    return _Keys.encryption.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()


def normalise_email(email: str) -> str:
    return email.strip().casefold()


def blind_index(value: str, purpose: str) -> str:
    """A keyed, irreversible mark of an already normalised `value`; equal values of one `purpose` give equal marks."""
    if _Keys.index is None:
        raise KeyMissing
    return hmac.new(_Keys.index, f"{purpose}\x00{value}".encode(), hashlib.sha256).hexdigest()


class EncryptedText(TypeDecorator[str]):
    """A text column that is readable only with the application secret."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else decrypt(value)
