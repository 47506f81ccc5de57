"""Personal data at rest: encrypted columns and blind indexes for look-up.

Encryption is AES-GCM under a key derived (HKDF-SHA256) from the one application secret; the blind index is a keyed
HMAC of the normalised value, so that an address can be found without being readable in the table.
"""

import base64
import hmac
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

NONCE_BYTES = 12
_PREFIX = "v1:"
_LETTERS = bytes(ord("A") + byte % 26 for byte in range(256))


class KeyMissing(RuntimeError):
    """Personal data was touched before `use_secret` was called."""

    def __init__(self) -> None:
        super().__init__("no secret set for personal data: call crm_store.crypto.use_secret() at start")


def derived(secret: str, purpose: str, *, length: int = 32) -> bytes:
    """A key of its own for `purpose`: neither the secret nor another of its keys can be told from it."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=f"huike:{purpose}".encode()).derive(
        secret.encode()
    )


class Keys:
    """The keys that one application secret gives. Raises ValueError for a secret of less than 16 characters."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 16:
            raise ValueError("the secret for personal data needs at least 16 characters")
        self._encryption = AESGCM(derived(secret, "encryption"))
        self._index = derived(secret, "blind-index")
        self._alike = AESSIV(derived(secret, "alike", length=64))

    def encrypt(self, text: str) -> str:
        return self.encrypt_bytes(text.encode())

    def decrypt(self, token: str) -> str:
        """Raises cryptography's InvalidTag for what another secret encrypted."""
        return self.decrypt_bytes(token).decode()

    def encrypt_bytes(self, content: bytes) -> str:
        nonce = os.urandom(NONCE_BYTES)
        return _PREFIX + base64.b64encode(nonce + self._encryption.encrypt(nonce, content, None)).decode()

    def decrypt_bytes(self, token: str) -> bytes:
        """Raises cryptography's InvalidTag for what another secret encrypted."""
        raw = base64.b64decode(token.removeprefix(_PREFIX))
        return self._encryption.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None)

    def encrypt_alike(self, text: str) -> str:
        """The same text gives the same token, so that it can be looked for and be unique; who reads the tokens learns
        which are equal, and no more."""
        return base64.b64encode(self._alike.encrypt(text.encode(), None)).decode()

    def decrypt_alike(self, token: str) -> str:
        """Raises cryptography's InvalidTag for what another secret encrypted."""
        return self._alike.decrypt(base64.b64decode(token), None).decode()

    def blind_index(self, value: str, purpose: str) -> str:
        return self._digest(value, purpose).hex()

    def letters(self, value: str, purpose: str, *, length: int) -> str:
        """The same as a few capital letters: several values share them."""
        return self._digest(value, purpose)[:length].translate(_LETTERS).decode()

    def _digest(self, value: str, purpose: str) -> bytes:
        return hmac.digest(self._index, f"{purpose}\x00{value}".encode(), "sha256")


class _InUse:
    keys: Keys | None = None


def use_secret(secret: str) -> None:
    """Derive the store's keys from the application secret; called once at start by every process."""
    _InUse.keys = Keys(secret)


def keys_in_use() -> Keys:
    """Raises KeyMissing."""
    if _InUse.keys is None:
        raise KeyMissing
    return _InUse.keys


def encrypt(text: str) -> str:
    return keys_in_use().encrypt(text)


def decrypt(token: str) -> str:
    """Raises cryptography's InvalidTag for what another secret encrypted."""
    return keys_in_use().decrypt(token)


def normalise_email(email: str) -> str:
    return email.strip().casefold()


def blind_index(value: str, purpose: str) -> str:
    """A keyed, irreversible mark of an already normalised `value`; equal values of one `purpose` give equal marks."""
    return keys_in_use().blind_index(value, purpose)


class EncryptedText(TypeDecorator[str]):
    """A text column that is readable only with the application secret."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else decrypt(value)
