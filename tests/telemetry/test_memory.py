from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, threading
from app.telemetry.memory import share_heaps
SHARE
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
allocated, done = threading.Barrier(9), threading.Event()
blocks = []
def allocate():
    blocks.append(libc.malloc(1000))
    allocated.wait(20)
    done.wait(20)
threads = [threading.Thread(target=allocate) for _ in range(8)]
for each in threads:
    each.start()
allocated.wait(20)
print(len({block >> 26 for block in blocks}))  # glibc aligns the heaps of threads to 64 MB
done.set()
"""


def heaps(share: str) -> int:
    program = PROGRAM.replace("SHARE", share)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has heaps per thread")
def test_eight_threads_share_two_heaps():
    assert heaps("assert share_heaps()") <= 2
    assert heaps("") > 2
