"""Values that travel through a browser and must come back unchanged: signed with the secret of this installation."""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.domain.errors import UserError, os_reason

SECRET_BYTES = 32
LONGEST = 8000


def load_secret(path: Path) -> bytes:
    """The secret in the file, which is made (readable by its owner only) when there is none. Raises UserError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES))
    except FileExistsError:
        pass
    except OSError as error:
        raise UserError(f"写不了网页密钥文件 {path}：{os_reason(error)}；请检查 [web] secret_file") from error
    try:
        found = path.read_bytes().strip()
    except OSError as error:
        raise UserError(f"读不了网页密钥文件 {path}：{os_reason(error)}；请检查 [web] secret_file") from error
    if len(found) < SECRET_BYTES:
        raise UserError(f"网页密钥文件 {path} 太短，不安全；删掉它，重新启动时会生成新的")
    return found


class Signer:
    """Signs for a purpose; what was signed for one purpose is worth nothing for another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def seal(self, purpose: str, value: Mapping[str, Any]) -> str:
        """The value as text for a cookie or a hidden field. It can be read by whoever holds it, and not changed."""
        body = base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")
        return f"{body}.{self.mark(purpose, body)}"

    def open(self, purpose: str, text: str) -> Mapping[str, Any] | None:
        """What was sealed; None for anything else."""
        body, _, mark = text.rpartition(".")
        if len(text) > LONGEST or not same(mark, self.mark(purpose, body)):
            return None
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return found if isinstance(found, dict) else None

    def mark(self, purpose: str, text: str) -> str:
        """The signature alone."""
        return hmac.new(self._secret, f"{purpose}\0{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def same(given: str, right: str) -> bool:
    """Compared in constant time, whatever was given."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
