"""Decoding in a child process: a file that crashes, hangs or swells a decoder costs one page, not the run."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self, TypeVar

from sohoa.tools import LAUNCHER, arm_launcher

if TYPE_CHECKING:
    # The worker imports this module too, and each start would load the library of the settings.
    from sohoa.settings import Settings

T = TypeVar("T")


class Unreadable(Exception):
    """A file or page cannot be read.

    Attributes:
        reason: message key, such as `file.truncated`.
        detail: what the decoder said, for the engineer.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class _Worker(subprocess.Popen[bytes]):
    """A process with both pipes; Popen's own type leaves them open to doubt."""

    stdin: IO[bytes]
    stdout: IO[bytes]


class PageWorker:
    """A child process that opens files and pages on request; restarted after each death.

    Use as a context manager. Its operations are those of `sohoa.pages.worker`.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._process: _Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def call(self, operation: str, *, seconds: float | None = None, **arguments: Any) -> Any:
        """The worker's answer, or Unreadable with a reason: its own, `page.crashed` or `page.timeout`.

        Args:
            operation: Its name.
            seconds: How long it may take; `open_seconds` of the settings unless given.
            arguments: Its arguments, JSON-ready.
        """
        process = self._running()
        request = json.dumps({"operation": operation, "arguments": arguments}, default=str)
        try:
            process.stdin.write(request.encode() + b"\n")
            process.stdin.flush()
            answer = self._read_line(process, seconds or self.settings.open_seconds)
        except BrokenPipeError:
            answer = b""
        if not answer:
            code = self._stop()
            raise Unreadable("page.crashed", f"the decoder ended with code {code}")
        told = json.loads(answer)
        if "reason" in told:
            raise Unreadable(told["reason"], told["detail"])
        return told["answer"]

    def _running(self) -> _Worker:
        if self._process is None or self._process.poll() is not None:
            arm_launcher(self.settings.ocr_memory_mb)
            self._process = _Worker(
                [LAUNCHER, sys.executable, "-m", "sohoa.pages.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # Import paths of the caller; nothing from the working directory.
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONSAFEPATH": "1"},
            )
        return self._process

    def _read_line(self, process: _Worker, seconds: float) -> bytes:
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                self._stop()
                raise Unreadable("page.timeout", f"no answer in {seconds:.0f} s")
        return process.stdout.readline()

    def _stop(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        for stream in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                stream.close()
        return process.wait()


class PageWorkers(ExitStack):
    """Threads that have a worker each while they do what is submitted; workers that are not needed never start.

    Use as a context manager; what is not begun when it ends is not done.
    """

    def __init__(self, settings: Settings, n_workers: int, name: str = "page-worker") -> None:
        super().__init__()
        self._idle: SimpleQueue[PageWorker] = SimpleQueue()
        for _ in range(n_workers):
            self._idle.put(self.enter_context(PageWorker(settings)))
        # They last as long as the workers: the kernel ends a process with the very thread that started it.
        self._threads = ThreadPoolExecutor(n_workers, name)
        self.callback(self._threads.shutdown, cancel_futures=True)

    def submit(self, work: Callable[[PageWorker], T]) -> Future[T]:
        """Have `work` done in one of the threads, with a worker that nobody else uses meanwhile."""
        return self._threads.submit(self._do, work)

    def _do(self, work: Callable[[PageWorker], T]) -> T:
        worker = self._idle.get()
        try:
            return work(worker)
        finally:
            self._idle.put(worker)
