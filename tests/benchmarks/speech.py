"""Listening: how right, how fast, in how much memory, beside openai-whisper on the same model and files, and with people talking meanwhile.

Needs the development recordings (GENJIN_DEV_DATA) and, for the comparison, the environment of ``make test-whisper``. CPU seconds stand
beside the wall clock because they tell more on a machine that others use.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bot.domain.clock import FakeClock
from bot.reading.hearing import Near
from bot.senses.speech import Speech
from bot.understanding import KnownCustomer, Names, Reader
from bot.understanding.mending import mend
from config.calendar import OfficialCalendar
from config.sections import Speech as Settings
from tests.benchmarks.measure import Row, Size
from tests.conftest import WEDNESDAY
from tests.handlers.company import found
from tests.house import House, open_house
from tests.senses.conftest import CACHE, CLIPS, Clip, assembled, clips
from tests.senses.errors import errors, plain
from tests.senses.recordings import kept, noise, recorded, silence

OTHER = Path(__file__).parents[2] / ".whisper" / "bin" / "python"
TICK = os.sysconf("SC_CLK_TCK")


def run(home: Path, size: Size) -> list[Row]:
    """The rows; one that says why when there is nothing to listen to."""
    if not CLIPS.is_dir():
        return [Row("speech", f"not measured: no recordings at {CLIPS}")]
    models = assembled(CACHE)
    found = asyncio.run(_listen(home, models, size))
    return [*found, *_beside(models, found), *asyncio.run(_talking(home, models, size))]


def customers() -> tuple[KnownCustomer, ...]:
    """The customers of the development data, near-homophones and all."""
    rows = map(json.loads, (CLIPS / "customers.jsonl").read_text(encoding="utf-8").splitlines())
    return tuple(KnownCustomer(str(n), r["name"], tuple(r["aliases"])) for n, r in enumerate(rows))


async def _listen(home: Path, models: Path, size: Size) -> list[Row]:
    speech = Speech(Settings(model_dir=models, engine="faster-whisper", model="base"))
    near = Near(customers())
    notes = clips("sales")[: size.rounds * 4]
    try:
        await speech.transcribe(notes[0].path)
        bare = [await speech.transcribe(clip.path) for clip in notes]
        cpu = _cpu(speech)
        walls = []
        for clip in notes:
            begin = time.perf_counter()
            await speech.transcribe(clip.path)
            walls.append(time.perf_counter() - begin)
        cpu = (_cpu(speech) - cpu) / len(notes)
        named = [await speech.transcribe(clip.path, hot_words=near.hot_words()) for clip in notes]
        quiet = []
        for name, samples in (("silence", silence(10)), ("noise", noise(10))):
            path = kept(home, recorded(samples, "opus"), name)
            begin = time.perf_counter()
            text = (await speech.transcribe(path)).text
            quiet.append(f"{name} {time.perf_counter() - begin:.2f} s" + (f" INVENTED {text}" if text else ""))
        memory = max(_peak(pid) for pid in speech.pids())
    finally:
        await speech.close()
    right, all_ = _named([t.text for t in named], notes, near)
    return [
        Row("sales notes, character errors", f"{_rate([t.text for t in bare], notes):.1f} %", "≤ 20 %"),
        Row("the same with the customers' names as hot words", f"{_rate([t.text for t in named], notes):.1f} %", "≤ 20 %"),
        Row("customer after repair, of those that occur", f"{right} of {all_}", "all but one"),
        Row("nobody speaks for 10 s", ", ".join(quiet), "nothing, < 1 s"),
        Row("a note of 8 s, warm, median", f"{statistics.median(walls):.2f} s ({cpu:.2f} CPU-s)", "≤ 3 s"),
        Row("peak memory of the listening process", f"{memory} MB", "≤ 550 MB"),
    ]


def _rate(texts: list[str], notes: list[Clip]) -> float:
    wrong = sum(errors(text, clip.words) for text, clip in zip(texts, notes, strict=True))
    return 100 * wrong / sum(len(plain(clip.words)) for clip in notes)


def _named(texts: list[str], notes: list[Clip], near: Near) -> tuple[int, int]:
    """How many customers are found after repair, of how many that are said."""
    reader = Reader(Names(near.customers), OfficialCalendar())
    said = [next((c.name for c in near.customers if any(a in clip.words for a in c.aliases)), None) for clip in notes]
    found = [reader.read(mend(text, near.customers).text, WEDNESDAY).customer for text in texts]
    return sum(a == b for a, b in zip(found, said, strict=True) if b), sum(name is not None for name in said)


def _beside(models: Path, ours: list[Row]) -> list[Row]:
    """openai-whisper at beam 5 on the same notes, and ourselves again right after it: the machine changes by the minute."""
    if not OTHER.exists():
        return [Row("beside openai-whisper", "not measured: run make test-whisper first")]
    figures = []
    for python, engine in ((OTHER, "openai-whisper"), (Path(sys.executable), "faster-whisper")):
        ran = subprocess.run([python, "-m", "tests.benchmarks.speech", engine, models], capture_output=True, text=True, check=True)
        figures.append(json.loads(ran.stdout.splitlines()[-1]))
    (theirs, their_cpu), (mine, my_cpu) = figures
    figure = f"{theirs / mine:.1f}x wall, {their_cpu / my_cpu:.1f}x CPU"
    return [Row("faster than openai-whisper, beam 5", figure, "≥ 3x", f"{theirs:.2f} s against {mine:.2f} s a note")]


async def _one_engine(engine: str, models: Path) -> tuple[float, float]:
    """Median wall and mean CPU seconds of a note."""
    speech = Speech(Settings.model_validate({"model_dir": models, "engine": engine, "model": "base"}))
    notes = clips("sales")[:5]
    try:
        await speech.transcribe(notes[0].path)
        cpu, walls = _cpu(speech), []
        for clip in notes:
            begin = time.perf_counter()
            await speech.transcribe(clip.path)
            walls.append(time.perf_counter() - begin)
        return statistics.median(walls), (_cpu(speech) - cpu) / len(notes)
    finally:
        await speech.close()


async def _talking(home: Path, models: Path, size: Size) -> list[Row]:
    """Texts while two notes are being listened to, one after the other, over and over."""
    speech = Speech(Settings(model_dir=models, engine="faster-whisper", model="base"))
    notes = [clip.path.read_bytes() for clip in clips("sales")[:2]]
    folder = home / "talking"
    folder.mkdir()
    async with open_house(folder, FakeClock(WEDNESDAY), transcriber=speech) as house:
        await house.store.write(found)
        await house.voice("li", notes[0])
        listening = asyncio.create_task(_keep_listening(house, notes))
        times = [await _answered(house, n) for n in range(min(200, size.messages))]
        listening.cancel()
    ranked = sorted(times)
    p99 = ranked[int(len(ranked) * 0.99)]
    figure = f"p50 {ranked[len(ranked) // 2]:.0f} ms, p99 {p99:.0f} ms"
    return [Row("a text answered while two notes are listened to", figure, "p99 < 150 ms")]


async def _keep_listening(house: House, notes: list[bytes]) -> None:
    while True:
        for data in notes:
            await house.service.inbox.put(house.spoken("wang", data))
        while await house.store.read(lambda r: r.jobs.unfinished(house.clock.now())):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _answered(house: House, number: int) -> float:
    """Milliseconds until the answer to a text is on the screen."""
    before = len(house.screens.of("p:li"))
    begin = time.perf_counter()
    await house.service.inbox.put(house.text("li", "我的客户", f"t{number}"))
    while len(house.screens.of("p:li")) == before:  # noqa: ASYNC110  (the screen has no event)
        await asyncio.sleep(0.001)
    took = (time.perf_counter() - begin) * 1000
    await asyncio.sleep(0.05)
    return took


def _cpu(speech: Speech) -> float:
    ticks = 0
    for pid in speech.pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICK


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_one_engine(sys.argv[1], Path(sys.argv[2])))))
