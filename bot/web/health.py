"""``/healthz`` says the process is alive; ``/readyz`` whether it can do its work; ``/metrics`` how much of it there is."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot import metrics
from bot.domain.errors import StorageError

log = logging.getLogger(__name__)
Checks = Callable[[], Awaitable[Mapping[str, str]]]
Measure = Callable[[], Awaitable[None]]


def mount_health(app: web.Application) -> None:
    """Add ``GET /healthz``: 200 while the event loop turns."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app.router.add_get("/healthz", healthz)


def mount_ready(app: web.Application, checks: Checks) -> None:
    """Add ``GET /readyz``: 200 when every check says ``ok`` (and maybe more), else 503 with what is wrong."""

    async def readyz(request: web.Request) -> web.Response:
        found = dict(await checks())
        ready = all(state.startswith("ok") for state in found.values())
        return web.json_response(found, status=200 if ready else 503)

    app.router.add_get("/readyz", readyz)


def mount_metrics(app: web.Application, measure: Measure) -> None:
    """Add ``GET /metrics`` in Prometheus' text format; ``measure`` fills what is only known when asked."""

    async def show(request: web.Request) -> web.Response:
        try:
            await measure()
        except StorageError:  # the counters are worth having all the same
            log.warning("the database could not be measured")
        return web.Response(body=metrics.exposition(), headers={"Content-Type": metrics.CONTENT_TYPE})

    app.router.add_get("/metrics", show)
