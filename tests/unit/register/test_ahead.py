"""Work in a process of its own gives what it gives here, portion by portion, whatever becomes of the process."""

from __future__ import annotations

import os
import signal

import pytest

from sohoa.register.ahead import with_work_ahead


def squared(numbers: list[int]) -> list[int]:
    return [number**2 for number in numbers]


def killed_elsewhere(asked: tuple[int, int]) -> int:
    """Twice a number, in the process that asks; any other one is killed by the second portion."""
    asking, number = asked
    if os.getpid() != asking and number > 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def where(_: list[int]) -> int:
    return os.getpid()


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("n_portions", [0, 1, 3])
def test_each_portion_comes_with_its_own_work(n_portions: int, apart: bool) -> None:
    # Larger than what a pipe holds: neither side may wait for the other to read.
    portions = [list(range(number, 100_000)) for number in range(n_portions)]
    found = list(with_work_ahead(portions, lambda portion: portion, squared, apart=apart))
    assert found == [(portion, squared(portion)) for portion in portions]


def test_work_apart_is_done_in_one_other_process() -> None:
    found = {pid for _, pid in with_work_ahead([[1], [2]], list, where, apart=True)}
    assert len(found) == 1
    assert (os.getpid() in found) is (len(os.sched_getaffinity(0)) == 1)


def test_the_work_of_a_process_that_dies_is_done_here() -> None:
    portions = [1, 2, 3, 4]
    found = list(with_work_ahead(portions, lambda number: (os.getpid(), number), killed_elsewhere, apart=True))
    assert found == [(number, 2 * number) for number in portions]


def test_who_stops_half_way_leaves_no_process_behind() -> None:
    pid = next(with_work_ahead(iter([[1], [2], [3]]), list, where, apart=True))[1]
    if pid != os.getpid():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
