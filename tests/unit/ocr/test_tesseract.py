"""Real tesseract over real images: words, and what becomes of the rest when one page is bad."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from sohoa.errors import SohoaError
from sohoa.ocr import Layout, Word, read_images, read_lines, tesseract, text_of
from sohoa.settings import Settings

from .conftest import print_lines, slow_page, spoil

LINES = ("Số: 15/QĐ-BNV", "Quyết định về việc thành lập")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> list[list[Word] | None]:
    """Readings of two printed pages and one empty page between them, from one call."""
    home = tmp_path_factory.mktemp("three")
    images = [
        print_lines(home / "a.pgm", *LINES),
        print_lines(home / "b.pgm"),
        print_lines(home / "c.pgm", "Điều 2. Hiệu lực thi hành", size=(900, 150)),
    ]
    return read_images(Settings(home=home), images, home / "work")


def words(reading: list[Word] | None) -> list[str]:
    assert reading is not None
    return [word.text for word in reading]


def test_the_words_come_page_by_page_in_order(three: list[list[Word] | None]) -> None:
    assert words(three[0]) == " ".join(LINES).split()
    assert words(three[1]) == []
    assert words(three[2]) == ["Điều", "2.", "Hiệu", "lực", "thi", "hành"]


def test_words_are_nfc_with_boxes_within_the_page(three: list[list[Word] | None]) -> None:
    for reading in three:
        assert reading is not None
        for word in reading:
            assert unicodedata.is_normalized("NFC", word.text)
            assert "Ð" not in word.text, "the Icelandic letter"
            assert word.text == word.text.strip() != ""
            assert 0 <= word.left < word.right <= 1
            assert 0 <= word.top < word.bottom <= 1
            assert 0 <= word.confidence <= 1


def test_words_stand_where_they_are_printed(three: list[list[Word] | None]) -> None:
    assert three[0] is not None
    first, last = three[0][0], three[0][-1]
    assert first.left == pytest.approx(40 / 900, abs=0.02)
    assert 30 / 300 <= first.top <= 60 / 300
    assert 90 / 300 <= last.top <= 125 / 300
    assert first.line < last.line


def test_lines_and_blocks_make_the_text(three: list[list[Word] | None]) -> None:
    assert three[0] is not None
    assert [line for line in text_of(three[0]).splitlines() if line] == list(LINES)
    assert text_of([]) == ""


def test_lines_are_counted_from_nought_on_every_page(three: list[list[Word] | None]) -> None:
    assert all(reading[0].line == 0 for reading in three if reading)


@pytest.mark.parametrize(
    ("written", "meant"), [("1235/QĐÐ-BNV", "1235/QĐ-BNV"), ("ÐĐiều", "Điều"), ("Ðiều", "Điều"), ("TĐĐ", "TĐĐ")]
)
def test_the_icelandic_letter_is_a_vietnamese_one_and_no_second_one(written: str, meant: str) -> None:
    assert tesseract._spelled(written) == meant


def test_no_images_need_no_tesseract(settings: Settings, tmp_path: Path) -> None:
    assert read_images(settings, [], tmp_path / "work") == []
    assert read_lines(settings, [], tmp_path / "work") == []
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_image_among_several_costs_only_itself(settings: Settings, tmp_path: Path, place: int) -> None:
    images = [print_lines(tmp_path / f"{n}.pgm", f"Trang {n}", size=(500, 120)) for n in (1, 2)]
    images.insert(place, spoil(tmp_path / "bad.pgm"))
    readings = read_images(settings, images, tmp_path / "work")
    assert [reading is None for reading in readings] == [index == place for index in range(3)]
    assert [words(reading) for reading in readings if reading is not None] == [["Trang", "1"], ["Trang", "2"]]


def test_a_missing_image_costs_only_itself(settings: Settings, tmp_path: Path) -> None:
    images = [print_lines(tmp_path / "1.pgm", "Trang 1", size=(500, 120)), tmp_path / "gone.pgm"]
    readings = read_images(settings, images, tmp_path / "work")
    assert words(readings[0]) == ["Trang", "1"]
    assert readings[1] is None


def test_a_bad_line_costs_only_itself(settings: Settings, tmp_path: Path) -> None:
    images = [
        print_lines(tmp_path / "1.pgm", LINES[0], size=(500, 100)),
        spoil(tmp_path / "bad.pgm"),
        print_lines(tmp_path / "2.pgm", "Hà Nội, ngày 05", size=(500, 100)),
    ]
    seen = read_lines(settings, images, tmp_path / "work")
    assert [[word.text for word in line] for line in seen] == [LINES[0].split(), [], ["Hà", "Nội,", "ngày", "05"]]


def test_a_part_of_several_lines_is_read_line_by_line(settings: Settings, tmp_path: Path) -> None:
    image = print_lines(tmp_path / "part.pgm", *LINES, size=(700, 160))
    (seen,) = read_lines(settings, [image], tmp_path / "work", layout=Layout.BLOCK)
    lines = [[word.text for word in seen if word.line == number] for number in sorted({word.line for word in seen})]
    assert lines == [line.split() for line in LINES]


def test_another_language_s_model_reads_the_same_digits(settings: Settings, tmp_path: Path) -> None:
    image = print_lines(tmp_path / "line.pgm", LINES[0], size=(500, 100))
    (seen,) = read_lines(settings, [image], tmp_path / "work", language="eng")
    assert "15/Q" in " ".join(word.text for word in seen)
    assert "Đ" not in " ".join(word.text for word in seen)


def test_a_model_that_is_missing_stops_the_run_and_condemns_no_page(settings: Settings, tmp_path: Path) -> None:
    foreign = settings.model_copy(update={"ocr_language": "vie+tlh"})
    with pytest.raises(SohoaError, match=r"no model tlh; .*apt-get install tesseract-ocr-vie tesseract-ocr-tlh"):
        read_images(foreign, [print_lines(tmp_path / "1.pgm", "Trang 1")], tmp_path / "work")


def test_a_machine_without_tesseract_s_models_stops_the_run(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tesseract._models_for.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SohoaError, match="not installed; install them"):
        read_lines(settings, [print_lines(tmp_path / "1.pgm", "Trang 1")], tmp_path / "work")


def test_results_of_an_earlier_call_are_not_taken_for_those_of_a_later_one(settings: Settings, tmp_path: Path) -> None:
    good = print_lines(tmp_path / "1.pgm", "Trang 1", size=(500, 120))
    assert read_images(settings, [good], tmp_path / "work")[0] is not None
    assert read_images(settings, [spoil(tmp_path / "bad.pgm")], tmp_path / "work") == [None]


def test_a_page_that_takes_too_long_is_none_and_leaves_no_process(settings: Settings, tmp_path: Path) -> None:
    impatient = settings.model_copy(update={"ocr_seconds_per_page": 0.5})
    work = tmp_path / "slow-work"
    assert read_images(impatient, [slow_page(tmp_path / "slow.pgm")], work) == [None]
    assert read_lines(impatient, [tmp_path / "slow.pgm"], work) == [[]]
    assert wait_until(lambda: not running_in(work))


def test_tesseract_may_not_use_more_memory_than_allowed(settings: Settings, tmp_path: Path) -> None:
    poor = settings.model_copy(update={"ocr_memory_mb": 40})
    assert read_images(poor, [print_lines(tmp_path / "1.pgm", "Trang 1")], tmp_path / "work") == [None]


def test_file_names_with_blanks_and_marks_are_read(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "hồ sơ số 1"
    folder.mkdir()
    image = print_lines(folder / "trang một.pgm", "Trang 1", size=(500, 120))
    assert words(read_images(settings, [image], folder / "nơi làm")[0]) == ["Trang", "1"]


def running_in(work: Path) -> list[int]:
    """Tesseract processes, zombies aside, whose command line names this folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if b"tesseract" in command and str(work).encode() in command and state != "Z":
            found.append(int(folder.name))
    return found


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        os.sched_yield()
    return is_so()


def test_a_caller_that_is_killed_leaves_no_tesseract_behind(tmp_path: Path) -> None:
    work, image = tmp_path / "orphan-work", slow_page(tmp_path / "slow.pgm")
    program = (
        "from pathlib import Path\n"
        "from sohoa.ocr import read_images\n"
        "from sohoa.settings import Settings\n"
        f"read_images(Settings(home=Path({str(tmp_path)!r})), [Path({str(image)!r})], Path({str(work)!r}))\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", program])
    try:
        assert wait_until(lambda: bool(running_in(work))), "tesseract never started"
        assert caller.poll() is None
    finally:
        caller.kill()
        caller.wait()
    assert wait_until(lambda: not running_in(work))


def test_the_text_of_words_keeps_lines_and_blocks_apart() -> None:
    def word(text: str, line: int, block: int) -> Word:
        return Word(text, 0.9, 0, 0, 1, 1, line, block)

    assert text_of([word("a", 0, 1), word("b", 0, 1), word("c", 1, 1), word("d", 2, 2)]) == "a b\nc\n\nd"
