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


GIVING = """
import ctypes, psutil
from j2o_core.pipeline.heaps import give_back_what_is_free, keep_few_heaps
keep_few_heaps()
me = psutil.Process()
begun = me.memory_info().rss
held = [b"x" * 60_000 for _ in range(1000)]
large = [b"x" * 1_000_000 for _ in range(60)]
full = me.memory_info().rss
del large
less = me.memory_info().rss
kept, held = held[::20] + held[-1:], None
fragmented = me.memory_info().rss
give_back_what_is_free()
print(full - begun, full - less, fragmented - me.memory_info().rss)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library gives back in its own way")
def test_what_was_large_and_what_is_free_between_what_stays_is_given_back():
    told = subprocess.run([sys.executable, "-c", GIVING], capture_output=True, text=True, check=True).stdout
    full, large, between = map(int, told.split())
    assert full > 100_000_000
    assert large > 50_000_000
    assert between > 40_000_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library makes heaps in its own way")
def test_threads_share_two_heaps():
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert 1 <= len(re.findall(r"<heap nr=", told)) <= 2


def test_collections_are_seldom_and_pass_over_what_was_loaded():
    program = (
        "import gc\n"
        "from j2o_core.pipeline.heaps import collect_seldom\n"
        "before = gc.get_threshold()\n"
        "collect_seldom()\n"
        "print(gc.get_freeze_count() > 1_000, gc.get_threshold()[0] > 5 * before[0], gc.isenabled())\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["True", "True", "True"]
