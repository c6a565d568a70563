"""A load generator on loopback: keep-alive connections, bounded in count and time."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

HEAD = b"POST /bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@dataclass(slots=True)
class Answers:
    """How long each accept took, in seconds, and over what time they were made."""

    waits: list[float] = field(default_factory=list)
    refused: int = 0
    took: float = 0.0


async def flood(port: int, connections: int, seconds: float, text: str, start: int) -> Answers:
    """As fast as ``connections`` clients can that each wait for their answer."""
    answers = Answers()
    began = time.perf_counter()
    end = began + seconds

    async def client(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sent = 0
        while time.perf_counter() < end:
            await _post(reader, writer, f"{start}-{number}-{sent}", f"m{number % 50}", text, answers)
            sent += 1
        writer.close()

    await asyncio.gather(*(client(n) for n in range(connections)))
    answers.took = time.perf_counter() - began
    return answers


async def pace(port: int, rate: float, messages: int, text: Callable[[int], str], start: int, connections: int = 16) -> Answers:
    """``messages`` events at ``rate`` a second, whether or not the earlier ones were answered."""
    answers = Answers()
    work: asyncio.Queue[int | None] = asyncio.Queue()
    began = time.perf_counter()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (number := await work.get()) is not None:
            await _post(reader, writer, f"{start}-{number}", f"m{number % 50}", text(number), answers)
        writer.close()

    clients = [asyncio.create_task(client()) for _ in range(connections)]
    for number in range(messages):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        work.put_nowait(number)
    for _ in clients:
        work.put_nowait(None)
    await asyncio.gather(*clients)
    answers.took = time.perf_counter() - began
    return answers


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, event: str, chat: str, text: str, answers: Answers) -> None:
    body = json.dumps({"id": event, "chat": chat, "text": text}).encode()
    began = time.perf_counter()
    writer.write(
        b"POST /bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
    await reader.readexactly(length)
    if head.startswith(b"HTTP/1.1 200"):
        answers.waits.append(time.perf_counter() - began)
    else:
        answers.refused += 1
