"""Processes without their start-up: one that has imported everything is forked for each ``python -m`` of a test.

Whole runs are hundreds of processes, and importing costs more than most of them do. A fork is a process of its own: it
can be killed, and nothing of it stays. What only a fresh interpreter shows (how ``j2o`` starts, what it imports) is
tested with one, in tests/unit/cli and tests/wheel.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import functools
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any, Mapping, NoReturn, Optional, Sequence

#: what every fork has imported already
PACKAGES = ("j2o_core", "j2o_jira", "j2o_openproject", "j2o_sandbox", "j2o_archive")
#: programs, what only Alembic can load, and what brings libraries that not every run needs
_SKIPPED = {"__main__", "migrations", "cluster"}


class Forked:
    """A forked process, seen as ``subprocess.Popen`` shows one; the outputs are pipes, of text if asked for."""

    stdin: Optional[IO[bytes]] = None

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        env: Optional[Mapping[str, str]] = None,
        cwd: Optional[str] = None,
        *,
        text: bool = True,
        stdin: bool = False,
        session: bool = False,
    ) -> None:
        self.args = [sys.executable, "-m", module, *arguments]
        self.returncode: Optional[int] = None
        read_in, write_in = os.pipe() if stdin else (os.open(os.devnull, os.O_RDONLY), None)
        pipes = [os.pipe() for _ in range(2)]
        theirs = [read_in, pipes[0][1], pipes[1][1]]
        wanted = {
            "module": module,
            "arguments": list(arguments),
            "env": dict(os.environ if env is None else env),
            "cwd": cwd or str(Path.cwd()),
            "session": session,
        }
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._line.connect(_server())
            self._line.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", theirs))])
            self._line.sendall(json.dumps(wanted).encode() + b"\n")
        finally:
            for number in theirs:
                os.close(number)
        self._answers = self._line.makefile("rb")
        self.pid = int(self._answers.readline())
        self.stdin = None if write_in is None else os.fdopen(write_in, "wb")
        self.stdout: IO[Any] = os.fdopen(pipes[0][0], "r" if text else "rb", encoding="utf-8" if text else None)
        self.stderr: IO[Any] = os.fdopen(pipes[1][0], "r" if text else "rb", encoding="utf-8" if text else None)

    def poll(self) -> Optional[int]:
        """Its exit code, or ``None`` while it is going; minus the signal that ended it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def wait(self, timeout: Optional[float] = None) -> int:
        """Wait for its end."""
        if self.returncode is None:
            with selectors.DefaultSelector() as ready:
                ready.register(self._line, selectors.EVENT_READ)
                if not ready.select(timeout):
                    raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            self.returncode = int(self._answers.readline())
            self._answers.close()
            self._line.close()
        return self.returncode

    def communicate(self, timeout: Optional[float] = None) -> tuple[Any, Any]:
        """Read its outputs to the end, and wait for it."""
        if self.stdin is not None:
            self.stdin.close()
        read: dict[str, Any] = {}
        readers = [
            threading.Thread(target=lambda name=name: read.update({name: getattr(self, name).read()}), daemon=True)
            for name in ("stdout", "stderr")
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join()
        self.stdout.close()
        self.stderr.close()
        return read["stdout"], read["stderr"]

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ends at this moment
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


def run(
    module: str, arguments: Sequence[str], env: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """As ``subprocess.run`` with both outputs as text."""
    process = Forked(module, arguments, env)
    try:
        out, errors = process.communicate(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return subprocess.CompletedProcess(process.args, process.wait(), out, errors)


@functools.cache
def _server() -> bytes:
    # An abstract address: nothing to clean up, and it ends with the server. It lives as long as its input is open.
    address = f"\0j2o-forking-{os.getpid()}-{os.urandom(8).hex()}".encode()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forking", address[1:].decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[1],
    )
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline() == b"ready\n", "the forking server did not start"
    atexit.register(process.stdin.close)
    return address


# ---------------------------------------------------------------- the server: one thread, or forks would not be safe


def _serve(name: str) -> dict[str, Any]:
    """Fork as asked until the input ends. Returns what to be, in each fork."""
    gc.disable()  # nothing of what is imported here is garbage
    for package in PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not _SKIPPED.intersection(found.name.split(".")):
                importlib.import_module(found.name)
    importlib.import_module("tests.new_ledgers").written_at_once()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(b"\0" + name.encode())
    listening.listen(64)
    woken, wake = socket.socketpair()
    for end in (woken, wake):
        end.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lines: dict[int, socket.socket] = {}
    ready = selectors.DefaultSelector()
    for one in (listening, woken, sys.stdin.buffer.raw):  # type: ignore[attr-defined]
        ready.register(one, selectors.EVENT_READ)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    gc.collect()
    gc.freeze()  # what is shared with the forks stays shared: their collections do not touch it
    gc.enable()
    while True:
        for key, _ in ready.select():
            if key.fileobj is listening:
                line = listening.accept()[0]
                wanted, files = _request(line)
                pid = os.fork()
                if not pid:
                    signal.set_wakeup_fd(-1)
                    for other in (listening, woken, wake, line, *lines.values()):
                        other.close()
                    ready.close()
                    _become(wanted, files)
                    return wanted
                for number in files:
                    os.close(number)
                lines[pid] = line
                line.sendall(b"%d\n" % pid)
            elif key.fileobj is woken:
                woken.recv(4096)
                _reap(lines)
            else:
                sys.exit(0)


def _request(line: socket.socket) -> tuple[dict[str, Any], list[int]]:
    numbers = array.array("i")
    _, ancillary, _, _ = line.recvmsg(1, socket.CMSG_SPACE(3 * numbers.itemsize))
    numbers.frombytes(ancillary[0][2])
    with line.makefile("rb") as asked:
        return json.loads(asked.readline()), list(numbers)


def _reap(lines: dict[int, socket.socket]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        with contextlib.suppress(BrokenPipeError), lines.pop(pid) as line:
            line.sendall(b"%d\n" % code)


def _become(wanted: Mapping[str, Any], files: Sequence[int]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if wanted["session"]:
        os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    os.environ.clear()
    os.environ.update(wanted["env"])
    os.chdir(wanted["cwd"])
    sys.path[:0] = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    importlib.invalidate_caches()


def _main() -> NoReturn:
    wanted = _serve(sys.argv[1])
    sys.argv = [wanted["module"], *wanted["arguments"]]
    runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    _main()
