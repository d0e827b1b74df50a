"""Work on two cores gives what it gives on one, portion by portion, whatever becomes of the other process."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from sohoa.register.ahead import with_work_ahead, with_work_behind

ENOUGH = 60
"""Portions, each of which takes so long that the other process has started before the last one."""

needs_two_cores = pytest.mark.skipif(len(os.sched_getaffinity(0)) == 1, reason="with one core no process is started")


def squared(numbers: list[int]) -> list[int]:
    time.sleep(0.05)
    return [number**2 for number in numbers]


def where(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def doubled_until_killed(asked: tuple[int, int]) -> int:
    """Twice a number, in the process that asks; any other one dies of its second portion."""
    asking, number = asked
    time.sleep(0.05)
    if os.getpid() != asking:
        if hasattr(doubled_until_killed, "was_here"):
            os.kill(os.getpid(), signal.SIGKILL)
        doubled_until_killed.was_here = True  # type: ignore[attr-defined]
    return 2 * number


def one_over(number: int) -> float:
    time.sleep(0.05)
    return 1 / number


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("n_portions", [0, 1, 40])
def test_each_portion_comes_with_its_own_work(n_portions: int, apart: bool) -> None:
    # Larger than what a pipe holds: neither side may wait for the other to read.
    portions = [list(range(number, 30_000)) for number in range(n_portions)]
    found = list(with_work_ahead(portions, lambda portion: portion, squared, apart=apart))
    assert found == [(portion, squared_at_once(portion)) for portion in portions]


def squared_at_once(numbers: list[int]) -> list[int]:
    return [number**2 for number in numbers]


@needs_two_cores
def test_one_other_process_works_while_this_one_does() -> None:
    found = {pid for _, pid in with_work_ahead(range(ENOUGH), int, where, apart=True)}
    assert len(found) == 2
    assert os.getpid() in found


def test_the_work_of_a_process_that_dies_is_done_here() -> None:
    portions = range(ENOUGH)
    found = list(with_work_ahead(portions, lambda number: (os.getpid(), number), doubled_until_killed, apart=True))
    assert found == [(number, 2 * number) for number in portions]


def test_work_that_fails_fails_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(with_work_ahead(range(ENOUGH, -1, -1), int, one_over, apart=True))


@needs_two_cores
def test_who_stops_half_way_leaves_no_process_behind() -> None:
    worked: Iterator[tuple[int, int]] = with_work_ahead(iter(range(ENOUGH)), int, where, apart=True)
    other = next(pid for _, pid in worked if pid != os.getpid())
    worked.close()  # type: ignore[attr-defined] # a generator
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


@needs_two_cores
@pytest.mark.parametrize("n_portions", [0, 1])
def test_work_that_is_over_before_the_other_process_has_started_says_nothing(
    n_portions: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert list(with_work_ahead(range(n_portions), int, str, apart=True)) == [(n, str(n)) for n in range(n_portions)]
    assert capfd.readouterr().err == ""


# --- work behind ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("n_portions", [0, 1, 40])
def test_what_is_worked_on_behind_comes_in_the_order_of_the_portions(n_portions: int, apart: bool) -> None:
    assert list(with_work_behind(range(n_portions), str, apart=apart)) == [str(number) for number in range(n_portions)]


def test_the_next_portion_is_made_ready_while_one_is_worked_on() -> None:
    ready = [threading.Event() for _ in range(5)]
    waited_for: list[bool] = []

    def portions() -> Iterator[int]:
        for number, event in enumerate(ready):
            event.set()
            yield number

    def work(number: int) -> int:
        waited_for.append(ready[min(number + 1, 4)].wait(timeout=30))
        return number

    assert list(with_work_behind(portions(), work, apart=True)) == list(range(5))
    assert waited_for == [True] * 5


def test_no_two_portions_are_worked_on_at_once() -> None:
    alone = threading.Lock()

    def work(_: int) -> bool:
        if not alone.acquire(blocking=False):
            return False
        time.sleep(0.01)
        alone.release()
        return True

    assert all(with_work_behind(range(20), work, apart=True))


@pytest.mark.parametrize("apart", [False, True])
def test_after_work_behind_that_fails_no_more_is_done(apart: bool) -> None:
    done: list[int] = []

    def work(number: int) -> None:
        done.append(1 // (3 - number))

    with pytest.raises(ZeroDivisionError):
        list(with_work_behind(range(10), work, apart=apart))
    assert len(done) == 3


def test_where_both_fail_the_work_on_the_earlier_portion_is_told_of() -> None:
    def portions() -> Iterator[int]:
        yield 0
        raise RuntimeError("making the second one ready")

    def work(_: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as failed:
        list(with_work_behind(portions(), work, apart=True))
    assert isinstance(failed.value.__cause__, RuntimeError)
