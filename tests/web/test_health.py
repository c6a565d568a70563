"""What machines that watch the service are told."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.errors import StorageError
from bot.web.health import mount_health, mount_metrics, mount_ready


class Patient:
    """A service that says what it is told to say."""

    def __init__(self) -> None:
        self.states = {"database": "ok"}
        self.trouble: StorageError | None = None

    async def checks(self) -> dict[str, str]:
        return self.states

    async def measure(self) -> None:
        if self.trouble:
            raise self.trouble


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
async def client(patient: Patient) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    mount_health(app)
    mount_ready(app, patient.checks)
    mount_metrics(app, patient.measure)
    async with TestClient(TestServer(app)) as client:
        yield client


Client = TestClient[web.Request, web.Application]


async def test_a_process_that_answers_is_alive(client: Client) -> None:
    assert (await client.get("/healthz")).status == 200


@pytest.mark.parametrize(("state", "status"), [("ok", 200), ("ok: a platform is down", 200), ("late since noon", 503), ("stopped", 503)])
async def test_ready_is_what_every_check_calls_ok(client: Client, patient: Patient, state: str, status: int) -> None:
    patient.states["timers"] = state
    answer = await client.get("/readyz")
    assert (answer.status, (await answer.json())["timers"]) == (status, state)


async def test_metrics_are_in_the_text_format_of_prometheus(client: Client) -> None:
    answer = await client.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert "# TYPE genjin_inbox_events_total counter" in await answer.text()


async def test_counters_are_told_even_when_the_database_cannot_be_asked(client: Client, patient: Patient) -> None:
    patient.trouble = StorageError("磁盘满了")
    assert (await client.get("/metrics")).status == 200
