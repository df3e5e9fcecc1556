"""Serving a sandbox: both servers in one process, started here or as a child that ends with its parent."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import IO, Any, Callable, Dict, List, Optional, Tuple

from j2o_sandbox.options import SandboxError, SandboxOptions

HOST = "127.0.0.1"


def serve(options: SandboxOptions) -> None:
    """Serve until SIGTERM or SIGINT; the first line on stdout is the ready line, printed when both answer.

    Raises:
        SandboxError: a port is taken, or a file is wrong.
    """
    _serve(options, sys.stdout, None)


@dataclasses.dataclass
class Running:
    """A sandbox in a child process.

    ``jira`` and ``openproject`` are the halves of the ready line; ``urls`` their URLs by name.
    """

    ready: Dict[str, Dict[str, Any]]
    process: subprocess.Popen[bytes]

    @property
    def jira(self) -> Dict[str, Any]:
        """``url``, ``user`` (None for bearer) and ``token``."""
        return self.ready["jira"]

    @property
    def openproject(self) -> Dict[str, Any]:
        """``url`` and ``api_key``."""
        return self.ready["openproject"]

    @property
    def urls(self) -> Dict[str, str]:
        """URL by name: ``jira``, ``openproject``."""
        return {name: str(half["url"]) for name, half in self.ready.items()}

    def stop(self, timeout: float = 10.0) -> None:
        """End it in good order; kill it if it does not."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._close()

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self.process.kill()
        self._close()

    def _close(self) -> None:
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(
    options: SandboxOptions, timeout: float = 60.0, child: Optional[Callable[[], subprocess.Popen[bytes]]] = None
) -> Running:
    """Start a sandbox as a child process and wait until both servers answer.

    The child ends when this process does, however it ends. ``child`` starts it in another way than a fresh
    interpreter.

    Raises:
        SandboxError: it ended or said nothing within ``timeout`` seconds; its message is passed on.
    """
    process = (child or _spawn)()
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(options.to_json().encode() + b"\n")
    process.stdin.flush()
    timer = threading.Timer(timeout, process.kill)
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
    try:
        answer = json.loads(line)
    except ValueError:
        answer = {"error": "the sandbox ended before it was ready"}
    running = Running(answer, process)
    if "error" in answer:
        running.kill()
        raise SandboxError(str(answer["error"]))
    return running


def _spawn() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "j2o_sandbox.serving"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # a Ctrl-C in the terminal is for the parent, which then ends the child
    )


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; 0 picks a free port.

    Raises:
        SandboxError: the port is taken.
    """
    # The protocol is named: asyncio switches delays off only where it knows that this is TCP.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError as error:
        bound.close()
        raise SandboxError(f"port {port} cannot be used: {error.strerror}; choose another or 0") from error
    bound.listen(1024)
    return bound


def _serve(options: SandboxOptions, out: IO[str], parent: Optional[int]) -> None:
    from j2o_sandbox.connection import listener
    from j2o_sandbox.counters import Counters
    from j2o_sandbox.faults import load_faults
    from j2o_sandbox.frame import Frame

    faults = load_faults(options.faults)
    listening: List[Tuple[Any, socket.socket]] = []
    ready: Dict[str, Dict[str, Any]] = {}
    for name, port in (("jira", options.jira_port), ("openproject", options.openproject_port)):
        counters = Counters()
        app, credentials = _half(name, options, faults, counters)
        if app is None:
            continue
        bound = bind(port)
        ready[name] = {"url": f"http://{HOST}:{bound.getsockname()[1]}", **credentials}
        framed = Frame(app, name, faults, counters, options.latency_ms, options.request_limit)
        listening.append((listener(framed, options.keep_alive), bound))
    _run(listening, ready, out, parent)


def _half(name: str, options: SandboxOptions, faults: Any, counters: Any) -> Tuple[Any, Dict[str, Any]]:
    module = f"j2o_sandbox.{name}.app"
    try:
        half = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return None, {}
    app = half.create_app(options, faults, counters)
    return app, app.credentials if name == "openproject" else half.credentials(options)


def _run(
    listening: List[Tuple[Any, socket.socket]], ready: Dict[str, Dict[str, Any]], out: IO[str], parent: Optional[int]
) -> None:
    with contextlib.suppress(ImportError):
        import uvloop

        if sys.version_info < (3, 12):
            asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
        else:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_main(listening, ready, out, parent))
            return
    asyncio.run(_main(listening, ready, out, parent))


async def _main(
    listening: List[Tuple[Any, socket.socket]], ready: Dict[str, Dict[str, Any]], out: IO[str], parent: Optional[int]
) -> None:
    servers = listening
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    tasks = [asyncio.ensure_future(server.serve(sockets=[bound])) for server, bound in servers]
    while not all(server.started for server, _ in servers):
        await asyncio.sleep(0.005)
    out.write(json.dumps(ready) + "\n")
    out.flush()
    watch = asyncio.ensure_future(_watch(parent, stopping)) if parent is not None else None
    await stopping.wait()
    if watch is not None:
        watch.cancel()
    for server, _ in servers:
        server.should_exit = True
    await asyncio.gather(*tasks)


async def _watch(parent: int, stopping: asyncio.Event) -> None:
    # The pipe from the parent closes when it dies; where a fork keeps it open, the parent's id changes.
    loop = asyncio.get_running_loop()
    closed = loop.create_future()

    def readable() -> None:
        if not os.read(0, 4096) and not closed.done():
            closed.set_result(None)

    loop.add_reader(0, readable)
    while os.getppid() == parent and not closed.done():
        await asyncio.wait([closed], timeout=0.5)
    stopping.set()


def _child() -> None:
    parent = os.getppid()
    options = SandboxOptions.from_json(_first_line())
    try:
        _serve(options, sys.stdout, parent)
    except SandboxError as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        sys.exit(2)


def _first_line() -> str:
    # Byte by byte: nothing behind the line may be swallowed, its end is the sign that the parent died.
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(1)
        line += byte
    return line.decode()


if __name__ == "__main__":
    _child()
