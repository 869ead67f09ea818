"""Put first on PYTHONPATH, Python imports this before anything else in every process it starts.

It refuses connections that would leave the machine, and writes down who it guarded and what was
tried, beside itself: children get no environment variables to be told a place by.
"""

import os
import socket
import sys
from pathlib import Path

_HERE = Path(__file__).parent
_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0", "::ffff:127.")


def _note(name, text):
    with (_HERE / name).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {' '.join(sys.orig_argv[1:4])} {text}\n")


def _check(family, address):
    if family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(_LOOPBACK):
        _note("violations", f"connect {address!r}")
        raise OSError(f"the guard refuses to leave the machine: {address!r}")


class GuardedSocket(socket.socket):
    def connect(self, address):
        _check(self.family, address)
        return super().connect(address)

    def connect_ex(self, address):
        _check(self.family, address)
        return super().connect_ex(address)

    def sendto(self, data, *rest):
        _check(self.family, rest[-1])
        return super().sendto(data, *rest)


_resolve = socket.getaddrinfo


def _guarded_getaddrinfo(host, *rest, **more):
    if host is not None and not str(host).startswith(_LOOPBACK):
        _note("violations", f"resolve {host!r}")
        raise socket.gaierror(f"the guard refuses to ask for {host!r}")
    return _resolve(host, *rest, **more)


socket.socket = GuardedSocket
socket.getaddrinfo = _guarded_getaddrinfo
_note("guarded", "")
