"""Where the pages are reached, and where their secret lies."""

from pathlib import Path

import pytest

from bot.domain.errors import UserError
from config.settings import load_settings


def settings(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "genjin.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("url", ["https://genjin.example.com", "http://127.0.0.1:8710", "https://genjin.example.com/"])
def test_an_origin_is_taken_as_the_public_address(tmp_path: Path, url: str) -> None:
    assert load_settings(settings(tmp_path, f'[server]\npublic_url = "{url}"')).server.public_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "genjin.example.com",
        "https://",
        "ftp://x",
        "https://a/b",
        "https://u:p@a",
        "https://a?b=1",
        "https://a#b",
        "https://[::1",
        "https://a:0",
    ],
)
def test_anything_but_an_origin_is_refused_with_the_key(tmp_path: Path, url: str) -> None:
    with pytest.raises(UserError, match=r"server\.public_url：要写成 https://主机 这样的网址"):
        load_settings(settings(tmp_path, f'[server]\npublic_url = "{url}"'))


def test_the_secret_lies_beside_the_data_unless_said_otherwise(tmp_path: Path) -> None:
    assert load_settings(settings(tmp_path, "")).web.secret_file == Path("data/web.secret")
    assert load_settings(settings(tmp_path, '[web]\nsecret_file = "/etc/genjin/web"')).web.secret_file == Path("/etc/genjin/web")
