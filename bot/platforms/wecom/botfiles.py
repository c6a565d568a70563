"""Files of the AI bot: downloads that are encrypted, each with a key of its own, and uploads in chunks."""

import base64
import binascii
import hashlib
from collections.abc import AsyncIterator

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.domain.errors import PlatformError
from bot.platforms.outbound import Outbound
from bot.platforms.wecom import limits
from bot.platforms.wecom.botinbound import BOT
from bot.platforms.wecom.link import Link

CHUNK = 512 * 1024
MOST_CHUNKS = 100
BLOCK = 32
SECONDS = 120.0


async def download(http: Outbound, ref: str) -> AsyncIterator[bytes]:
    """The bytes behind a reference ``bot:<key>:<address>``. Raises PlatformError, final once the address has ended (five minutes)."""
    key, _, url = ref.removeprefix(BOT).partition(":")
    opened = _opener(key)
    kept = b""
    async with http.open("GET", url, seconds=SECONDS) as response:
        if response.status != 200:
            raise PlatformError(f"wecom bot file: status {response.status}", final=400 <= response.status < 500)
        async for chunk in http.chunks(response, limits.LARGEST_DOWNLOAD):
            kept += opened.update(chunk)
            if len(kept) > BLOCK:  # the last bytes are padding, or may be
                yield kept[:-BLOCK]
                kept = kept[-BLOCK:]
    try:
        opened.finalize()
    except ValueError:
        raise PlatformError("wecom bot file: ends in the middle") from None
    yield _unpadded(kept)


async def upload(link: Link, kind: str, name: str, data: bytes) -> str:
    """The media id of bytes that the bot may send; ``kind`` is image, voice, video or file. Raises PlatformError."""
    pieces = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
    if not limits.SMALLEST_UPLOAD <= len(data) <= limits.UPLOADS[kind] or len(pieces) > MOST_CHUNKS:
        raise PlatformError(f"wecom bot: a {kind} of {len(data)} bytes is not taken", final=True)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    begin = {"type": kind, "filename": name, "total_size": len(data), "total_chunks": len(pieces), "md5": md5}
    upload_id = str((await link.ask("aibot_upload_media_init", begin)).get("upload_id"))
    for number, piece in enumerate(pieces):
        body = {"upload_id": upload_id, "chunk_index": number, "base64_data": base64.b64encode(piece).decode()}
        await link.ask("aibot_upload_media_chunk", body)
    return str((await link.ask("aibot_upload_media_finish", {"upload_id": upload_id})).get("media_id"))


def _opener(key: str) -> CipherContext:
    try:
        secret = base64.b64decode(key + "=" * (-len(key) % 4), validate=True)
        return Cipher(AES(secret), CBC(secret[:16])).decryptor()
    except (binascii.Error, ValueError):
        raise PlatformError("wecom bot file: no key to open it with", final=True) from None


def _unpadded(data: bytes) -> bytes:
    if not data or not 1 <= data[-1] <= BLOCK or data[-data[-1] :] != bytes([data[-1]]) * data[-1]:
        raise PlatformError("wecom bot file: the key does not open it", final=True)
    return data[: -data[-1]]
