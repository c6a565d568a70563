"""Tests have no network: what the guard in conftest lets through and what it stops."""

import socket
import threading

import pytest


@pytest.mark.parametrize("host", ["203.0.113.7", "2001:db8::1", "open.feishu.cn"])
def test_a_connection_to_a_stranger_is_refused(host: str) -> None:
    with pytest.raises(PermissionError, match="tests have no network"):
        socket.create_connection((host, 443), timeout=1)


def test_a_name_is_not_even_looked_up() -> None:
    with pytest.raises(PermissionError, match=r"looked up example\.com"):
        socket.getaddrinfo("example.com", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_can_be_reached(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = threading.Thread(target=lambda: server.accept()[0].close())
        answer.start()
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()
        answer.join()
