"""Encrypted callbacks: how fast they are accepted durably, and how soon WeCom gets its empty answer."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from aiohttp import ClientSession

from bot.domain.clock import SystemClock
from tests.benchmarks.load import Answers
from tests.benchmarks.measure import Row, Size, percentile, server, spread
from tests.benchmarks.server import WECOM
from tests.platforms.wecom.emulator import Corp
from tests.platforms.wecom.emulator.callbacks import Callbacks

WORDS = "今天下午两点拜访了绍兴恒力机械的张工，预算有限，下周三之前给报价"
CONNECTIONS = 32
# More than any of these machines accepts, so that no flood runs dry.
MOST = 3000


def run(folder: Path, size: Size) -> list[Row]:
    """All rows of this file."""
    rates = []
    with server(folder / "wecom-flood") as child:
        for number in range(size.rounds):
            answers = asyncio.run(flood(child.port, sealed(number, int(MOST * size.seconds)), size.seconds))
            rates.append(len(answers.waits) / answers.took)
    with server(folder / "wecom-pace") as child:
        paced = asyncio.run(pace(child.port, sealed(99, int(200 * size.seconds)), 200))
    return [
        Row("encrypted WeCom callbacks, 32 connections", f"{percentile(rates, 0.5):,.0f}/s", "≥ 1 000/s", f"{answers.refused} refused"),
        Row("encrypted WeCom callbacks at 200/s", spread(paced.waits), "p99 ≤ 100 ms", f"{paced.refused} refused"),
    ]


def sealed(start: int, count: int) -> list[bytes]:
    """Requests as they lie on the wire, each another message."""
    corp = Corp(
        SystemClock(), WECOM.corp_id, WECOM.agent_id, token=WECOM.token.get_secret_value(), aes_key=WECOM.aes_key.get_secret_value()
    )
    callbacks = Callbacks(corp, cast(ClientSession, None))
    return [_request(callbacks, f"{start}{number:06}", f"m{number % 50}") for number in range(count)]


def _request(callbacks: Callbacks, msg_id: str, user: str) -> bytes:
    now, corp = int(callbacks.corp.now().timestamp()), callbacks.corp
    plain = f"<xml><ToUserName><![CDATA[{corp.corp_id}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
    plain += f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{WORDS}]]></Content>"
    plain += f"<MsgId>{msg_id}</MsgId><AgentID>{corp.agent_id}</AgentID></xml>"
    envelope = callbacks.envelope(plain)
    head = f"POST /wecom/callback?{urlencode(envelope.query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
    return f"{head}Content-Length: {len(envelope.body)}\r\n\r\n".encode() + envelope.body


async def flood(port: int, requests: Sequence[bytes], seconds: float) -> Answers:
    """As fast as the connections can that each wait for their answer."""
    answers, left = Answers(), iter(requests)
    began = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < began + seconds and (request := next(left, None)) is not None:
            await _post(reader, writer, request, answers)
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    answers.took = time.perf_counter() - began
    return answers


async def pace(port: int, requests: Sequence[bytes], rate: float) -> Answers:
    """So many a second, whether or not the earlier ones were answered."""
    answers = Answers()
    work: asyncio.Queue[bytes | None] = asyncio.Queue()
    began = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (request := await work.get()) is not None:
            await _post(reader, writer, request, answers)
        writer.close()

    clients = [asyncio.create_task(client()) for _ in range(CONNECTIONS)]
    for number, request in enumerate(requests):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        work.put_nowait(request)
    for _ in clients:
        work.put_nowait(None)
    await asyncio.gather(*clients)
    answers.took = time.perf_counter() - began
    return answers


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, answers: Answers) -> None:
    began = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
    await reader.readexactly(length)
    if head.startswith(b"HTTP/1.1 200"):
        answers.waits.append(time.perf_counter() - began)
    else:
        answers.refused += 1
