"""WeCom's envelope, written from its description on bare AES: on purpose not the library of the adapter, so that no bug is shared."""

import base64
import hashlib
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32


def pad(data: bytes) -> bytes:
    """PKCS#7 to a multiple of 32 bytes."""
    lacking = BLOCK - len(data) % BLOCK
    return data + bytes([lacking]) * lacking


def unpad(data: bytes) -> bytes:
    """Raises ValueError for a padding that nobody would write."""
    if not data or not 1 <= data[-1] <= BLOCK or data[-data[-1] :] != bytes([data[-1]]) * data[-1]:
        raise ValueError("bad padding")
    return data[: -data[-1]]


def cbc(key: bytes, data: bytes, *, decrypt: bool = False) -> bytes:
    """AES-256-CBC with the first half of the key as its start, as everywhere in WeCom."""
    cipher = Cipher(AES(key), CBC(key[:16]))
    turn = cipher.decryptor() if decrypt else cipher.encryptor()
    return turn.update(data) + turn.finalize()


def new_key() -> str:
    """A key of 43 letters and digits."""
    while True:
        key = base64.b64encode(os.urandom(32)).decode().rstrip("=")
        if key.isalnum():
            return key


class Seal:
    """Seals and opens what goes to and from one receiver (the corp, or nobody for a bot)."""

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        self.token = token
        self.key = base64.b64decode(aes_key + "=")
        self.receiver = receiver

    def encrypt(self, message: bytes, receiver: str | None = None) -> str:
        whom = (self.receiver if receiver is None else receiver).encode()
        return base64.b64encode(cbc(self.key, pad(os.urandom(16) + struct.pack(">I", len(message)) + message + whom))).decode()

    def decrypt(self, sealed: str) -> bytes:
        """Raises ValueError for what was not sealed for this receiver."""
        plain = unpad(cbc(self.key, base64.b64decode(sealed, validate=True), decrypt=True))
        (size,) = struct.unpack(">I", plain[16:20])
        if plain[20 + size :].decode() != self.receiver:
            raise ValueError("sealed for another receiver")
        return plain[20 : 20 + size]

    def sign(self, timestamp: str, nonce: str, sealed: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, timestamp, nonce, sealed])).encode()).hexdigest()
