"""The network is closed to tests."""

from __future__ import annotations

import socket

import pytest

from tests.network import NetworkIsClosed


def test_a_test_cannot_leave_this_machine():
    with socket.socket() as probe, pytest.raises(NetworkIsClosed, match="stay on this machine"):
        probe.connect(("192.0.2.1", 80))


def test_a_test_may_speak_to_this_machine():
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
