"""What was said, encrypted in the tracker store's table where the installation asks for it.

The app tells a key made for this table alone (`HUIKE_TRACKER_KEY`); it opens nothing else of the shop. Rows are read by
how they begin: `sealed.`, a sign of the key, and the encrypted text; JSON, which stands there else, never begins so.
"""

import base64
import hashlib
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SIGN = "sealed."
_NONCE_BYTES = 12


class SealedOtherwise(RuntimeError):
    """A row was encrypted under another key, or no key was told."""


class TurnSeal:
    """`key`: 32 bytes in hexadecimal digits; without one nothing is encrypted. `sealing`: whether new rows are."""

    def __init__(self, key: str = "", *, sealing: bool = False) -> None:
        self._cipher = AESGCM(bytes.fromhex(key)) if key else None
        self.sealing = sealing and self._cipher is not None
        self.own_sign = f"{SIGN}{hashlib.sha256(key.encode()).hexdigest()[:8]}:" if key else ""
        """How rows of this key begin."""

    @classmethod
    def of_environment(cls) -> "TurnSeal":
        wished = os.environ.get("HUIKE_ENCRYPT_AT_REST", "").lower() in ("1", "true", "yes", "on")
        return cls(os.environ.get("HUIKE_TRACKER_KEY", ""), sealing=wished)

    def written(self, text: str) -> str:
        """As it is to stand in the table."""
        if not self.sealing or self._cipher is None:
            return text
        nonce = os.urandom(_NONCE_BYTES)
        return self.own_sign + base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), None)).decode()

    def read(self, standing: str) -> str:
        """What was written. Raises SealedOtherwise."""
        if not standing.startswith(SIGN):
            return standing
        if self._cipher is None or not standing.startswith(self.own_sign):
            raise SealedOtherwise("a conversation's turn was encrypted under another key than HUIKE_TRACKER_KEY")
        sealed = base64.b64decode(standing[len(self.own_sign) :])
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
