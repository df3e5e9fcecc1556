from __future__ import annotations

import platform
import re
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, os, tempfile, threading
from j2o_core.pipeline.heaps import keep_few_heaps
keep_few_heaps()
meeting = threading.Barrier(12)
def work():
    kept = [bytes(100_000 + number) for number in range(3)]
    meeting.wait(10)
threads = [threading.Thread(target=work) for _ in range(12)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
path = tempfile.mktemp()
stream = ctypes.c_void_p(libc.fopen(path.encode(), b"w"))
libc.malloc_info(0, stream)
libc.fclose(stream)
print(open(path).read())
os.unlink(path)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library makes heaps in its own way")
def test_threads_share_two_heaps():
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert 1 <= len(re.findall(r"<heap nr=", told)) <= 2
