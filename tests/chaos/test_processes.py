"""Real processes of ``genjin serve``: starting where it cannot start, and stopping politely."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.chaos.siege import environment

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]


class Serving:
    """A configuration in a folder, and processes that serve it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.config = folder / "genjin.toml"
        database, media = f"sqlite:///{folder}/genjin.db", f"{folder}/media"
        self.config.write_text(
            f'[server]\nport = {self.port}\nadmin_port = 0\n[database]\nurl = "{database}"\n[media]\ndir = "{media}"\n', encoding="utf-8"
        )

    def start(self) -> "subprocess.Popen[str]":
        command = [*bound_by_modes(), sys.executable, "-m", "bot", "serve", "--config", str(self.config)]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())

    def refused(self) -> str:
        """What a process says that cannot start: one sentence and exit 1."""
        process = self.start()
        try:
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
            process.communicate()
        assert process.returncode == 1, said
        sentences = [line for line in said.splitlines() if line.startswith("genjin：")]
        assert "Traceback" not in said
        assert len(sentences) == 1, said
        return sentences[0]

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[str]"]:
        process = self.start()
        assert process.stderr is not None
        for line in process.stderr:
            if "已启动" in line:
                break
        else:
            raise AssertionError("it did not start")
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    return Serving(tmp_path)


def bound_by_modes() -> list[str]:
    """Even root's processes shall obey the modes of files here."""
    return [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]


def test_a_second_process_on_the_same_database_says_so_and_ends(serving: Serving) -> None:
    with serving.running() as first:
        assert "另一个进程正在使用数据库" in serving.refused()
        assert first.poll() is None
        assert urlopen(f"http://127.0.0.1:{serving.port}/healthz").status == 200


def test_after_kill_nine_the_next_process_has_the_database(serving: Serving) -> None:
    with serving.running() as first:
        first.kill()
        first.wait()
        with serving.running():
            assert urlopen(f"http://127.0.0.1:{serving.port}/healthz").status == 200


def test_a_port_in_use_is_one_sentence_with_the_port(serving: Serving) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", serving.port))
        taken.listen()
        assert f"端口 {serving.port} 用不了" in serving.refused()


def test_a_terminated_process_ends_well_and_quickly(serving: Serving) -> None:
    with serving.running() as process:
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - asked < 5


def test_an_interrupted_process_ends_well(serving: Serving) -> None:
    with serving.running() as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_a_read_only_database_is_one_sentence(serving: Serving) -> None:
    with serving.running() as process:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    (serving.folder / "genjin.db").chmod(0o444)
    said = serving.refused()
    assert "只读" in said
    assert "写权限" in said


def test_a_folder_that_cannot_be_written_is_one_sentence(serving: Serving) -> None:
    serving.folder.chmod(0o555)
    assert "请检查数据库所在文件夹的权限" in serving.refused()
    serving.folder.chmod(0o755)


def test_a_file_that_is_no_database_is_one_sentence(serving: Serving) -> None:
    (serving.folder / "genjin.db").write_bytes(b"a letter to a customer\n" * 500)
    assert "不是数据库" in serving.refused()


def test_half_fetched_files_of_a_killed_process_are_cleared_away(serving: Serving) -> None:
    (serving.folder / "media").mkdir()
    left = serving.folder / "media" / ".fetch-abc"
    left.write_bytes(b"half")
    with serving.running():
        assert not left.exists()


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])
