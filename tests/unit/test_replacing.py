from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sohoa.replacing import replace_file


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "biên nhận.csv"
    for content in ("dài hơn".encode(), b"x", b""):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_replaced_stays_and_nothing_half_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "receipt.csv").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "receipt.csv", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["receipt.csv"]


def test_of_many_who_write_at_once_a_reader_finds_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    contents = [bytes([letter]) * 100_000 for letter in b"abcdefgh"]
    replace_file(path, contents[0])
    with ThreadPoolExecutor(4) as writers:
        writing = [writers.submit(replace_file, path, content) for content in contents * 20]
        seen = {path.read_bytes() for _ in range(200)}
        for done in writing:
            done.result()
    assert seen <= set(contents)
    assert list(tmp_path.iterdir()) == [path]
