"""What only a real connection can do wrong: bodies that break off, stall or never end."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest
from werkzeug.serving import make_server

LIMIT = 50_000


@pytest.fixture(scope="module")
def port(make_site):
    site = make_site(max_request_bytes=LIMIT)
    site.app.config["CLIENT_PATIENCE_S"] = 0.5
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


def answer(port: int, *parts: bytes, wait_s: float = 0.0) -> tuple[int, dict]:
    """Send the parts, and read the answer to its end."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(wait_s)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def head(*lines: str) -> bytes:
    common = ("POST /generate-video HTTP/1.1", "Host: localhost", "Content-Type: application/json")
    return "\r\n".join((*common, "Connection: close", *lines, "", "")).encode()


def test_a_body_in_chunks_is_read(port):
    body = b'{"script": "In chunks."}'
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:]))
    status, _ = answer(port, head("Transfer-Encoding: chunked"), chunks, b"0\r\n\r\n")
    assert status == 202


def test_a_body_in_chunks_beyond_the_limit_is_a_413(port):
    chunk = b"%x\r\n%s\r\n" % (LIMIT, b"a" * LIMIT)
    status, problem = answer(port, head("Transfer-Encoding: chunked"), chunk, b"0\r\n\r\n")
    assert status == 413
    assert "50,000 bytes" in problem["message"]


def test_a_client_that_sends_a_far_too_large_body_still_hears_why(port):
    body = b"a" * (LIMIT * 40)
    status, problem = answer(port, head(f"Content-Length: {len(body)}"), body)
    assert status == 413
    assert problem["code"] == "payload_too_large"


def test_chunks_that_are_none_are_a_400(port):
    status, problem = answer(port, head("Transfer-Encoding: chunked"), b"zz\r\n{}\r\n0\r\n\r\n")
    assert status == 400
    assert problem["code"] in {"malformed_body", "malformed_request"}


def test_a_body_that_stalls_is_given_up_and_does_not_hold_its_thread(port):
    started = time.monotonic()
    status, problem = answer(port, head("Content-Length: 100"), b'{"script":')
    assert status == 400
    assert problem["code"] in {"malformed_body", "malformed_request"}
    assert time.monotonic() - started < 5
