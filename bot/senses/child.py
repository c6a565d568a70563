"""The other end of :class:`bot.senses.worker.Worker`: ``python -m bot.senses.child`` runs the functions that it is sent, one at a time.

It talks over a socket of its own: frames of eight bytes of length and a pickle. What a library prints cannot break a frame.
"""

import os
import pickle
import queue
import resource
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from bot.domain.errors import GenjinError

LENGTH = struct.Struct("<Q")
# The parent kills in time; this is for a child whose parent was killed itself.
GRACE_SECONDS = 5
ITEM, END, REFUSED, FULL, BROKEN = "item", "end", "refused", "full", "broken"


def main(handle: int, memory: int, niceness: int) -> None:
    """Serve until the parent hangs up."""
    line = socket.socket(fileno=handle)
    requests, answers = line.makefile("rb"), line.makefile("wb")
    if niceness:
        os.nice(niceness)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    while True:
        _work(waiting.get(), answers)


def _listen(requests: BinaryIO, waiting: "queue.SimpleQueue[bytes]") -> None:
    """Hand on what is asked; when the parent is gone nobody wants the answer, however far it is."""
    while len(head := requests.read(LENGTH.size)) == LENGTH.size:
        waiting.put(requests.read(LENGTH.unpack(head)[0]))
    os._exit(0)


def _work(request: bytes, answers: BinaryIO) -> None:
    try:
        function, args, seconds = pickle.loads(request)
        for item in _items(function, args, seconds):
            _send(answers, ITEM, item)
        _send(answers, END, None)
    except GenjinError as error:
        _send(answers, REFUSED, (type(error), str(error)))
    except MemoryError:
        _send(answers, FULL, None)
    except Exception as error:  # whatever a decoder or model raises belongs to this one job
        _send(answers, BROKEN, f"{type(error).__name__}: {error}")
    finally:
        signal.alarm(0)


def _items(function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Iterator[Any]:
    """What a generator yields, or the one result of a plain function; each may take ``seconds``."""
    signal.alarm(int(seconds) + GRACE_SECONDS)
    result = function(*args)
    for item in result if isinstance(result, Iterator) else (result,):
        yield item
        signal.alarm(int(seconds) + GRACE_SECONDS)


def _send(answers: BinaryIO, kind: str, value: object) -> None:
    frame = pickle.dumps((kind, value))
    answers.write(LENGTH.pack(len(frame)) + frame)
    answers.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
