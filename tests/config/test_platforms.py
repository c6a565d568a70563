"""The sections of the platforms: half a section, a wrong key and a secret in a file."""

from pathlib import Path

import pytest

from bot.domain.errors import UserError
from config.settings import load_settings

APP = {"corp_id": '"ww0"', "agent_id": "1000002", "secret": '"s"', "token": '"t"', "aes_key": f'"{"k" * 43}"'}


def written(folder: Path, lines: dict[str, str], more: str = "") -> Path:
    path = folder / "genjin.toml"
    path.write_text("[wecom]\n" + "\n".join(f"{key} = {value}" for key, value in lines.items()) + more, encoding="utf-8")
    return path


def test_a_whole_app_is_taken(tmp_path: Path) -> None:
    wecom = load_settings(written(tmp_path, APP)).wecom
    assert wecom is not None
    assert wecom.has_app
    assert not wecom.has_bot


@pytest.mark.parametrize("missing", ["agent_id", "secret", "token", "aes_key"])
def test_half_an_app_names_what_is_missing(tmp_path: Path, missing: str) -> None:
    with pytest.raises(UserError, match=f"自建应用还缺 {missing}"):
        load_settings(written(tmp_path, {key: value for key, value in APP.items() if key != missing}))


def test_half_a_bot_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="智能机器人还缺 bot_secret"):
        load_settings(written(tmp_path, {"bot_id": '"b"'}))


def test_webhooks_alone_are_enough(tmp_path: Path) -> None:
    wecom = load_settings(written(tmp_path, {}, '\n[wecom.webhook_keys]\n"华东" = "k1"\n')).wecom
    assert wecom is not None
    assert wecom.webhook_keys["华东"].get_secret_value() == "k1"
    assert "k1" not in repr(wecom)


def test_webhooks_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "hooks").write_text('"华东" = "k1"\n', encoding="utf-8")
    wecom = load_settings(written(tmp_path, {"webhook_keys_file": f'"{tmp_path}/hooks"'})).wecom
    assert wecom is not None
    assert wecom.webhook_keys["华东"].get_secret_value() == "k1"


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-the-file\n", encoding="utf-8")
    lines = {key: value for key, value in APP.items() if key != "secret"} | {"secret_file": f'"{tmp_path}/secret"'}
    wecom = load_settings(written(tmp_path, lines)).wecom
    assert wecom is not None
    assert wecom.secret.get_secret_value() == "from-the-file"


def test_a_key_of_the_wrong_length_says_where_to_copy_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="43 位"):
        load_settings(written(tmp_path, APP | {"aes_key": '"short"'}))


@pytest.mark.parametrize("address", ["qyapi.weixin.qq.com", "ftp://x", "https://u:p@x", "https://x?key=1"])
def test_an_address_is_an_address(tmp_path: Path, address: str) -> None:
    with pytest.raises(UserError, match="api_base"):
        load_settings(written(tmp_path, APP | {"api_base": f'"{address}"'}))
