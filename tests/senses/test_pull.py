"""Models come from a folder or an address, whole and right or not at all."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.errors import UserError
from bot.senses.doctor import examine
from bot.senses.models import PUBLISHED, NoModel, Published, damaged, ready
from bot.senses.pull import Pulled, pull
from config.sections import Speech

FILES = {"model.bin": bytes(range(256)) * 9000, "config.json": b"{}", "tokenizer.json": b'{"t": 1}', "vocabulary.txt": b"a\nb\n"}
TOY = Published("toy", "Someone/toy", "abc123", 1, {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()})


@dataclass(slots=True)
class Mirror:
    """A server of files. ``cut`` bytes into a file it hangs up, once; ``prefix`` is its layout."""

    prefix: str = "/Someone/toy/resolve/abc123"
    files: dict[str, bytes] = field(default_factory=lambda: dict(FILES))
    cut: int | None = None
    ranges: list[str] = field(default_factory=list)

    async def give(self, request: web.Request) -> web.StreamResponse:
        folder, _, name = request.path.rpartition("/")
        if folder != self.prefix or name not in self.files:
            return web.Response(status=404)
        data, asked = self.files[name], request.headers.get("Range", "")
        self.ranges += [asked] if asked else []
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        answer = web.StreamResponse(status=206 if asked else 200)
        answer.content_length = len(data) - start
        await answer.prepare(request)
        if self.cut is not None and name == "model.bin":
            await answer.write(data[start : start + self.cut])
            self.cut = None
            if request.transport:
                request.transport.close()
            return answer
        await answer.write(data[start:])
        return answer


@pytest.fixture
def mirror() -> Mirror:
    return Mirror()


@pytest.fixture
async def address(mirror: Mirror) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{tail:.*}", mirror.give)
    server = TestServer(app)
    await server.start_server()
    yield f"http://127.0.0.1:{server.port}"
    await server.close()


async def get(folder: Path, source: str | None, name: str = "toy") -> Pulled:
    return await pull(name, folder, source, lambda *_: None, {"toy": TOY})


def there(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "genjin.json"}


def local(folder: Path, **changed: bytes) -> str:
    folder.mkdir()
    for name, data in {**FILES, **changed}.items():
        (folder / name).write_bytes(data)
    return str(folder)


async def test_a_model_comes_from_a_mirror_of_the_official_place(tmp_path: Path, address: str) -> None:
    pulled = await get(tmp_path, address)
    assert there(pulled.path) == FILES
    assert (pulled.path, pulled.checked) == (tmp_path / "faster-whisper" / "toy", True)


async def test_a_model_comes_from_an_address_that_holds_the_files_alone(tmp_path: Path, mirror: Mirror, address: str) -> None:
    mirror.prefix = "/models/mine"
    assert there((await get(tmp_path, f"{address}/models/mine/")).path) == FILES


async def test_a_broken_transfer_goes_on_where_it_stopped(tmp_path: Path, mirror: Mirror, address: str) -> None:
    mirror.cut = 100_000
    assert there((await get(tmp_path, address)).path) == FILES
    assert mirror.ranges == ["bytes=100000-"]


async def test_a_file_that_is_not_the_published_one_is_not_taken(tmp_path: Path, mirror: Mirror, address: str) -> None:
    mirror.files["model.bin"] = b"something else"
    with pytest.raises(UserError, match="校验值不对"):
        await get(tmp_path, address)
    assert not (tmp_path / "faster-whisper" / "toy").exists()
    mirror.files = dict(FILES)
    assert there((await get(tmp_path, address)).path) == FILES


async def test_an_address_without_the_model_gets_a_sentence(tmp_path: Path, mirror: Mirror, address: str) -> None:
    mirror.files.clear()
    with pytest.raises(UserError, match=r"没有 toy 的 model\.bin"):
        await get(tmp_path, address)


async def test_nobody_at_the_address_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"127\.0\.0\.1.*下载没有成功"):
        await get(tmp_path, "http://127.0.0.1:1")


async def test_a_model_comes_from_a_folder(tmp_path: Path) -> None:
    assert there((await get(tmp_path, local(tmp_path / "here"))).path) == FILES


async def test_a_folder_with_a_damaged_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"model\.bin 的校验值不对"):
        await get(tmp_path, local(tmp_path / "here", **{"model.bin": b"x"}))


async def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="缺少"):
        await get(tmp_path, str(tmp_path / "empty"))
    with pytest.raises(UserError, match="缺少"):
        await get(tmp_path, str(tmp_path / "empty"), "ours")
    with pytest.raises(UserError, match="没有这个文件夹"):
        await get(tmp_path, str(tmp_path / "nowhere"))


async def test_a_model_of_the_teams_own_is_registered_as_it_is(tmp_path: Path) -> None:
    pulled = await get(tmp_path, local(tmp_path / "here"), "ours")
    assert (pulled.path.name, pulled.checked) == ("ours", False)
    assert damaged(pulled.path) == []


async def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="可以选：toy"):
        await get(tmp_path, None, "big")


@pytest.mark.parametrize("name", ["../toy", ".toy", "a/b", ""])
async def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError):
        await get(tmp_path / "models", local(tmp_path / "here"), name)


async def test_what_is_there_and_right_is_not_fetched_again(tmp_path: Path, address: str) -> None:
    await get(tmp_path, address)
    assert (await get(tmp_path, "http://127.0.0.1:1")).fresh is False


async def test_what_is_there_and_damaged_is_replaced(tmp_path: Path, address: str) -> None:
    pulled = await get(tmp_path, address)
    (pulled.path / "model.bin").write_bytes(b"bad sector")
    assert damaged(pulled.path) == ["model.bin"]
    assert there((await get(tmp_path, address)).path) == FILES


async def test_a_model_of_openai_whisper_is_registered(tmp_path: Path) -> None:
    (tmp_path / "ours.pt").write_bytes(b"weights")
    pulled = await get(tmp_path, str(tmp_path / "ours.pt"), "ours")
    assert pulled.path == tmp_path / "openai-whisper" / "ours.pt"
    with pytest.raises(UserError, match="校验值不对"):
        await get(tmp_path, str(tmp_path / "ours.pt"), "base")


def test_the_catalogue_is_in_order_of_size() -> None:
    sizes = [model.mb for model in PUBLISHED.values()]
    assert sizes == sorted(sizes)
    assert all(len(sha) == 64 for model in PUBLISHED.values() for sha in model.files.values())


async def test_auto_takes_the_most_accurate_model_there_is(tmp_path: Path) -> None:
    for name in ("small", "tiny"):
        folder = tmp_path / "faster-whisper" / name
        folder.mkdir(parents=True)
        for file, data in FILES.items():
            (folder / file).write_bytes(data)
    assert ready(Speech(model_dir=tmp_path)).name == "small"
    assert ready(Speech(model_dir=tmp_path, model="tiny")).name == "tiny"
    assert ready(Speech(model_dir=tmp_path, model=str(tmp_path / "faster-whisper" / "tiny"))).name == "tiny"
    with pytest.raises(NoModel, match="genjin speech pull base"):
        ready(Speech(model_dir=tmp_path, model="base"))


async def test_an_engine_that_is_not_installed_is_named_with_its_extra(tmp_path: Path) -> None:
    with pytest.raises(NoModel, match=r"genjin\[whisper\]"):
        ready(Speech(model_dir=tmp_path, engine="openai-whisper"))


async def test_the_doctor_says_what_is_missing_and_what_is_damaged(tmp_path: Path, address: str) -> None:
    settings = Speech(model_dir=tmp_path)
    (_, missing) = examine(settings, waiting=3)
    assert (missing.state, missing.what) == ("warn", "没有可用的模型，有 3 段录音在等")
    assert "genjin speech pull small" in missing.how
    pulled = await get(tmp_path, address)
    assert examine(settings)[1].state == "ok"
    (pulled.path / "config.json").write_text(json.dumps({"x": 1}))
    assert (examine(settings)[1].state, examine(settings)[1].what) == ("bad", "toy 的 config.json 和放进来时不一样")
