"""``/healthz`` says the process is alive; ``/readyz`` whether it can do its work."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Checks = Callable[[], Awaitable[Mapping[str, str]]]


def mount_health(app: web.Application) -> None:
    """Add ``GET /healthz``: 200 while the event loop turns."""

    async def healthz(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app.router.add_get("/healthz", healthz)


def mount_ready(app: web.Application, checks: Checks) -> None:
    """Add ``GET /readyz``: 200 when every check says ``ok``, else 503 with what is wrong."""

    async def readyz(request: web.Request) -> web.Response:
        found = dict(await checks())
        ready = all(state == "ok" for state in found.values())
        return web.json_response(found, status=200 if ready else 503)

    app.router.add_get("/readyz", readyz)
