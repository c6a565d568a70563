"""A child process for work that is slow, hungry or may take its process down: decoders, models, readers of hostile files.

The child is a fresh interpreter (never a fork: model libraries do not survive one), stays warm between calls, and is killed and started
again when it hangs, crashes or its caller goes away. It runs niced, with no secret of ours in its environment.

Memory is bounded by RLIMIT_DATA, the private writable memory that the kernel counts at every allocation. Not RLIMIT_AS: model libraries
reserve many times the address space that they touch. Not a watch on RSS: a bomb is faster than any watch.
"""

import asyncio
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.domain.errors import GenjinError
from bot.senses.child import BROKEN, END, FULL, LENGTH, REFUSED

T = TypeVar("T")
MB = 2**20
# A start with its imports takes two seconds on a quiet machine and has taken thirteen on a busy one.
START_SECONDS = 60.0
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
NEEDED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "XDG_CACHE_HOME")
NEEDED_PREFIXES = ("OMP_", "MKL_", "OPENBLAS_", "CUDA_", "NVIDIA_", "CT2_", "HF_", "TORCH_", "COVERAGE_", *POOLS)


class WorkerError(GenjinError):
    """The child did not give a result; the sentence is for logs. The next call finds a fresh child where the old one is gone."""


class WorkerTimeout(WorkerError):
    """It took longer than it might and was killed."""


class WorkerCrash(WorkerError):
    """The process ended under the job (a segmentation fault, the kernel's out-of-memory killer)."""


class WorkerMemory(WorkerError):
    """The job wanted more memory than it may have."""


class WorkerFailed(WorkerError):
    """The function raised an error that is not ours; its type and text are in the message."""


class Worker:
    """One child process. Calls queue up and are served one at a time, in order. It belongs to the event loop of its first call.

    Args:
        name: for logs and errors.
        memory: MB of private writable memory the child may have; 0 is unbounded.
        threads: for the arithmetic libraries in the child, unless the environment says otherwise.
        niceness: how far it steps back behind the service itself.
        calls: after so many a fresh child takes over, whatever a library may have leaked.
    """

    def __init__(self, name: str, *, memory: int = 0, threads: int = 1, niceness: int = 10, calls: int = 500) -> None:
        self.name = name
        self._memory = memory
        self._threads = threads
        self._niceness = niceness
        self._calls = calls
        self._child: _Child | None = None
        self._served = 0
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The child's process id while it lives."""
        return self._child.process.pid if self._child and self._child.process.poll() is None else None

    async def run(self, function: Callable[..., T], *args: object, seconds: float) -> T:
        """The result of ``function(*args)``; both go through pickle, so the function stands in a module.

        Errors of ours (:class:`GenjinError`) come back with their type and sentence. Raises WorkerError for all else.
        """
        async with contextlib.aclosing(self._items(function, args, seconds)) as items:
            results: list[T] = [item async for item in items]
            return results[0]

    async def follow(self, function: Callable[..., Iterator[T]], *args: object, seconds: float) -> AsyncGenerator[T, None]:
        """What a generator function yields, as it comes; each step may take ``seconds``. Close it (``aclosing``) to stop early."""
        async with contextlib.aclosing(self._items(function, args, seconds)) as items:
            async for item in items:
                yield item

    async def close(self) -> None:
        """End the child, whatever it is doing."""
        child, self._child = self._child, None
        if child is not None:
            child.line.close()
            child.process.kill()
            await asyncio.to_thread(child.process.wait)

    async def _items(self, function: Callable[..., Any], args: tuple[object, ...], seconds: float) -> AsyncGenerator[Any, None]:
        async with self._turn:
            well = False
            try:
                child, allowed = await self._ready(seconds)
                child.send((function, args, seconds))
                while (item := await self._receive(child, allowed)) is not _OVER:
                    yield item
                    allowed = seconds
                well = True
            except _Answered as answer:
                well = True
                raise answer.error from None
            finally:
                if not well:  # it crashed, hangs, or the caller went away: an answer to come would be somebody else's
                    await self.close()

    async def _ready(self, seconds: float) -> "tuple[_Child, float]":
        """A living child, and how long the first item may take."""
        self._served += 1
        if self.pid is not None and self._child is not None and self._served <= self._calls:
            return self._child, seconds
        await self.close()
        self._served = 1
        self._child = await _Child.start(self._memory * MB, self._niceness, self._environment())
        return self._child, seconds + START_SECONDS

    def _environment(self) -> Mapping[str, str]:
        mine = {k: v for k, v in os.environ.items() if k in NEEDED or k.startswith(NEEDED_PREFIXES)}
        pools = {pool: os.environ.get(pool, str(self._threads)) for pool in POOLS}
        return {**mine, **pools, "HF_HUB_OFFLINE": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    async def _receive(self, child: "_Child", seconds: float) -> Any:  # noqa: ANN401
        try:
            async with asyncio.timeout(seconds):
                kind, value = await child.receive()
        except TimeoutError:
            raise WorkerTimeout(f"{self.name}: no result within {seconds:.0f} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise WorkerCrash(f"{self.name}: the process ended ({await child.ended()})") from None
        if kind == FULL:
            raise WorkerMemory(f"{self.name}: more than {self._memory} MB")
        if kind == REFUSED:
            raise _Answered(value[0](value[1]))
        if kind == BROKEN:
            raise _Answered(WorkerFailed(f"{self.name}: {value}"))
        return _OVER if kind == END else value


_OVER = object()


class _Answered(Exception):
    """The job failed and the child is well: it said so itself."""

    def __init__(self, error: GenjinError) -> None:
        self.error = error


@dataclass(frozen=True, slots=True)
class _Child:
    """A process and the socket to it."""

    process: "subprocess.Popen[bytes]"
    answers: asyncio.StreamReader
    line: asyncio.StreamWriter

    @classmethod
    async def start(cls, memory: int, niceness: int, environment: Mapping[str, str]) -> "_Child":
        mine, its = socket.socketpair()
        with its:
            process = _spawn(its.fileno(), memory, niceness, environment)
        return cls(process, *await asyncio.open_connection(sock=mine))

    def send(self, request: object) -> None:
        frame = pickle.dumps(request)
        self.line.write(LENGTH.pack(len(frame)) + frame)

    async def receive(self) -> tuple[str, Any]:
        (length,) = LENGTH.unpack(await self.answers.readexactly(LENGTH.size))
        kind, value = pickle.loads(await self.answers.readexactly(length))
        return kind, value

    async def ended(self) -> str:
        """How the process ended."""
        code = await asyncio.to_thread(self.process.wait)
        return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _spawn(handle: int, memory: int, niceness: int, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    command = (sys.executable, "-m", "bot.senses.child", str(handle), str(memory), str(niceness))
    # A group of its own: Ctrl+C at the terminal is for the service, which then ends its children itself.
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=2, env=environment, pass_fds=(handle,), process_group=0)
