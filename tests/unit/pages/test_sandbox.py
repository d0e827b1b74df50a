"""The decoder's process may die, hang or swell; its caller goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sohoa.pages import PageWorker, PageWorkers, Unreadable
from sohoa.settings import Settings

from .scans import as_bytes, noisy, sheet, write

LIMITS = {"max_pages": 10, "max_megapixels": 50}


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        os.sched_yield()
    return is_so()


def command_lines() -> dict[int, str]:
    """The command lines of all processes that are not zombies, by process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
    return found


def has_ended(child: int) -> bool:
    """Whether a child has wholly ended; /proc calls it a zombie as soon as its first thread has."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return write(tmp_path / "scan.png", as_bytes(noisy(1), "PNG"))


def hanging(tmp_path: Path) -> Path:
    """A file that never opens: a named pipe that nobody writes to."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return pipe


def count(worker: PageWorker, path: Path) -> dict[str, object]:
    found: dict[str, object] = worker.call("count", path=str(path), **LIMITS)
    return found


def pid_of(worker: PageWorker) -> int:
    assert worker._process is not None
    return worker._process.pid


def test_one_process_answers_call_after_call(settings: Settings, scan: Path) -> None:
    with PageWorker(settings) as worker:
        assert count(worker, scan) == {"media_type": "image/png", "n_pages": 1}
        first = pid_of(worker)
        with pytest.raises(Unreadable):
            count(worker, write(scan.with_name("empty"), b""))
        assert count(worker, scan)["n_pages"] == 1
        assert pid_of(worker) == first


def test_threads_share_as_many_workers_as_there_are_and_never_one_at_the_same_time(
    settings: Settings, scan: Path
) -> None:
    used: set[int] = set()
    in_use: list[int] = []

    def use(worker: PageWorker) -> None:
        assert id(worker) not in in_use
        in_use.append(id(worker))
        used.add(id(worker))
        assert count(worker, scan)["n_pages"] == 1
        in_use.remove(id(worker))

    with PageWorkers(settings, 2) as workers:
        for done in [workers.submit(use) for _ in range(8)]:
            done.result()
    assert len(used) == 2


def test_workers_of_threads_last_from_task_to_task_and_end_with_their_context(settings: Settings, scan: Path) -> None:
    def running(worker: PageWorker) -> int:
        count(worker, scan)
        return pid_of(worker)

    with PageWorkers(settings, 1) as workers:
        first = workers.submit(running).result()
        assert workers.submit(running).result() == first
    assert first not in command_lines()


def test_what_is_not_begun_when_the_workers_end_is_not_done(settings: Settings) -> None:
    begun = threading.Event()
    done: list[str] = []

    def wait(_: PageWorker) -> None:
        begun.set()
        time.sleep(0.3)
        done.append("begun")

    with PageWorkers(settings, 1) as workers:
        workers.submit(wait)
        workers.submit(lambda _: done.append("not begun"))
        assert begun.wait(10)
    assert done == ["begun"]


def test_a_worker_killed_between_calls_is_replaced(settings: Settings, scan: Path) -> None:
    with PageWorker(settings) as worker:
        count(worker, scan)
        first = pid_of(worker)
        os.kill(first, signal.SIGKILL)
        assert wait_until(lambda: has_ended(first))
        assert count(worker, scan)["n_pages"] == 1
        assert pid_of(worker) != first


def test_a_worker_killed_in_the_middle_of_a_call_costs_that_call_only(
    settings: Settings, scan: Path, tmp_path: Path
) -> None:
    with PageWorker(settings) as worker:
        count(worker, scan)
        victim = pid_of(worker)
        threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
        with pytest.raises(Unreadable) as failure:
            count(worker, hanging(tmp_path))
        assert failure.value.reason == "page.crashed"
        assert count(worker, scan)["n_pages"] == 1
        assert pid_of(worker) != victim


def test_a_call_that_hangs_ends_at_its_time_and_the_next_one_works(
    settings: Settings, scan: Path, tmp_path: Path
) -> None:
    pipe = hanging(tmp_path)
    with PageWorker(settings) as worker:
        count(worker, scan)
        hung = pid_of(worker)
        with pytest.raises(Unreadable) as failure:
            worker.call("count", seconds=0.3, path=str(pipe), **LIMITS)
        assert failure.value.reason == "page.timeout"
        assert hung not in command_lines()
        assert count(worker, scan)["n_pages"] == 1
        worker.settings = settings.model_copy(update={"open_seconds": 0.3})
        with pytest.raises(Unreadable) as failure:
            count(worker, pipe)
        assert failure.value.reason == "page.timeout"


def test_nothing_is_left_after_the_worker_was_used(settings: Settings, scan: Path) -> None:
    with PageWorker(settings) as worker:
        count(worker, scan)
        group = os.getpgid(pid_of(worker))
        assert group == pid_of(worker), "not in a group of its own"
    assert wait_until(lambda: group not in command_lines())


def test_a_worker_never_used_starts_nothing(settings: Settings) -> None:
    with PageWorker(settings) as worker:
        pass
    assert worker._process is None


def test_a_worker_ends_with_its_caller_even_if_that_is_killed(tmp_path: Path) -> None:
    pipe = hanging(tmp_path)
    program = (
        "from pathlib import Path\n"
        "from sohoa.pages import PageWorker\n"
        "from sohoa.settings import Settings\n"
        f"worker = PageWorker(Settings(home=Path({str(tmp_path)!r})))\n"
        "process = worker._running()\n"
        "print(process.pid, flush=True)\n"
        f"worker.call('count', path={str(pipe)!r}, max_pages=1, max_megapixels=1)\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=os.environ)
    assert caller.stdout is not None
    pid = int(caller.stdout.readline())
    assert wait_until(lambda: "sohoa.pages.worker" in command_lines().get(pid, ""))
    caller.kill()
    caller.wait()
    caller.stdout.close()
    assert wait_until(lambda: pid not in command_lines())


def test_what_a_decoder_prints_does_not_get_among_the_answers(settings: Settings, scan: Path) -> None:
    with PageWorker(settings) as worker:
        count(worker, scan)
        open_files = Path(f"/proc/{pid_of(worker)}/fd")
        assert (open_files / "1").readlink() == (open_files / "2").readlink()


def test_an_operation_that_breaks_is_a_crash_not_an_exception_of_the_caller(settings: Settings, scan: Path) -> None:
    with PageWorker(settings) as worker:
        with pytest.raises(Unreadable) as failure:
            worker.call("no such operation")
        assert failure.value.reason == "page.crashed"
        assert count(worker, scan)["n_pages"] == 1


def test_a_page_is_prepared_as_a_grey_image_at_the_ocr_s_resolution(settings: Settings, tmp_path: Path) -> None:
    path = write(tmp_path / "a.png", as_bytes(sheet(100), "PNG", 100))
    out = tmp_path / "out.pgm"
    with PageWorker(settings) as worker:
        facts = worker.call(
            "prepare", path=str(path), media_type="image/png", page_no=1, dpi=200, max_megapixels=20, out=str(out)
        )
        boxes = [(0.2, 0.3, 0.5, 0.33), (0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)]
        worker.call(
            "crop",
            path=str(path),
            media_type="image/png",
            page_no=1,
            dpi=300,
            max_megapixels=20,
            rotation=0,
            skew_degrees=0.0,
            cuts=[
                {"box": box, "out": str(tmp_path / f"{index}.{suffix}"), "ink": ink}
                for index, box in enumerate(boxes)
                for ink, suffix in (("every", "pgm"), ("colour", "ppm"))
            ],
        )
    with Image.open(out) as image:
        assert (image.mode, image.width, image.height) == ("L", facts["width_px"], facts["height_px"])
        assert image.width == pytest.approx(210 / 25.4 * 200, abs=3)
    assert facts["dpi"] == pytest.approx(100, abs=0.5)
    assert (facts["colour"], facts["has_text"], facts["blank"]) == (True, False, False)
    for suffix, mode in (("pgm", "L"), ("ppm", "RGB")):
        with Image.open(tmp_path / f"0.{suffix}") as image:
            assert image.mode == mode
            assert image.width == pytest.approx(210 / 25.4 * 300 * 0.3, abs=5)
        assert (tmp_path / f"2.{suffix}").stat().st_size > 0
