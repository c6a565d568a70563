"""The section [llm]: absent is off, and a wrong value stops the start with one sentence."""

from pathlib import Path

import pytest

from bot.domain.errors import UserError
from config.sections import Llm
from config.settings import load_settings

GOOD = 'base_url = "https://api.example.com/v1"\nmodel = "m"\n'


def load(folder: Path, section: str) -> Llm | None:
    file = folder / "genjin.toml"
    file.write_text(section, encoding="utf-8")
    return load_settings(file).llm


def test_without_the_section_it_is_off(tmp_path: Path) -> None:
    assert load(tmp_path, "") is None


def test_five_seconds_a_thousand_requests_and_hidden_names_are_the_default(tmp_path: Path) -> None:
    llm = load(tmp_path, f"[llm]\n{GOOD}")
    assert llm is not None
    assert (llm.timeout, llm.daily_budget, llm.mask, llm.key) == (5.0, 1000, True, "")


def test_the_environment_alone_switches_it_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENJIN_LLM__BASE_URL", "http://127.0.0.1:11434/v1")
    monkeypatch.setenv("GENJIN_LLM__MODEL", "qwen3")
    llm = load(tmp_path, "")
    assert llm is not None
    assert llm.model == "qwen3"


def test_the_key_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-1\n", encoding="utf-8")
    llm = load(tmp_path, f"[llm]\n{GOOD}api_key_file = '{tmp_path / 'key'}'")
    assert llm is not None
    assert llm.key == "sk-1"


def test_the_key_is_not_shown(tmp_path: Path) -> None:
    assert "sk-1" not in repr(load(tmp_path, f"[llm]\n{GOOD}api_key = 'sk-1'"))


@pytest.mark.parametrize("host", ["127.0.0.1:11434", "localhost", "ollama:11434", "192.168.3.4", "[::1]:8000", "llm.lan"])
def test_plain_http_is_fine_at_home(tmp_path: Path, host: str) -> None:
    assert load(tmp_path, f'[llm]\nbase_url = "http://{host}/v1"\nmodel = "m"')


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (f"{GOOD}timeout = 0", "llm.timeout：要大于 0"),
        (f"{GOOD}timeout = 60", "llm.timeout：不能大于 30"),
        (f"{GOOD}timeout = 'soon'", "llm.timeout：要写数字"),
        (f"{GOOD}daily_budget = 0", "llm.daily_budget：不能小于 1"),
        (f"{GOOD}daily_budget = 1.5", "llm.daily_budget：要写整数"),
        (f"{GOOD}mask = 'some'", "llm.mask：要写 true 或 false"),
        (f"{GOOD}provider = 'x'", "llm.provider：没有这一项"),
        (f"{GOOD}api_key = 'sk\\n1'".replace("'", '"'), "llm.api_key：密钥里有空格、换行或非英文字符"),
        (f"{GOOD}api_key_file = '/nowhere/key'", "llm.api_key_file：读不到这个文件"),
        (f"{GOOD}api_key = 'a'\napi_key_file = '/nowhere/key'", "llm.api_key_file：api_key 和 api_key_file 只能写一个"),
        ("model = 'm'", "llm.base_url：这一项必须写"),
        ("base_url = 'https://a.b/v1'", "llm.model：这一项必须写"),
        ("base_url = 'https://a.b/v1'\nmodel = ''", "llm.model：不能是空的"),
        ("base_url = 'http://api.example.com/v1'\nmodel = 'm'", "llm.base_url：公网地址要用 https，http 只给本机和内网"),
        ("base_url = 'ftp://a.b'\nmodel = 'm'", "llm.base_url：要写成 https://主机/v1 这样的地址，不带账号和参数"),
        ("base_url = 'https://u:p@a.b/v1'\nmodel = 'm'", "llm.base_url：要写成"),
        ("base_url = 'https://a.b:99999/v1'\nmodel = 'm'", "llm.base_url：要写成"),
        ("base_url = 'https://a.b/v1?x=1'\nmodel = 'm'", "llm.base_url：要写成"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_sentence(tmp_path: Path, section: str, sentence: str) -> None:
    with pytest.raises(UserError) as refusal:
        load(tmp_path, f"[llm]\n{section}")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_wrong_key_is_not_repeated_in_the_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        load(tmp_path, f"[llm]\n{GOOD}api_key = 'sk secret'")
    assert "sk secret" not in str(refusal.value)
