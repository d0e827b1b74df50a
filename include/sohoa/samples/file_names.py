"""File names as people and scanners give them."""

from __future__ import annotations

from random import Random

from sohoa.samples.kinds import Form
from sohoa.samples.results import Scan
from sohoa.samples.writing import Format

_WORDS = {
    Form.DECISION: ("Quyết định", "QĐ bản ký", "quyet dinh", "Quyết định (có dấu)"),
    Form.LETTER: ("Công văn trả lời", "CV", "cong van"),
    Form.LICENCE: ("Giấy phép quỹ", "giay phep"),
    Form.CERTIFICATE: ("Giấy chứng nhận", "GCN"),
}


class Names:
    """File names as people give them: counters of a scanner, Vietnamese words, a few in a sub-folder."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._counter = rng.randint(1, 40)
        self._given: set[str] = set()

    def name(self, scan: Scan, file_format: Format) -> str:
        """A path that no file of the batch has yet, relative to the batch."""
        self._counter += 1
        stem = f"scan_{self._counter:04d}"
        if self._rng.random() < 0.4:
            word = self._rng.choice(_WORDS[scan.result.kind.form])
            stem = f"{word} {scan.result.matter.concerns}"[:70].strip()
            if stem in self._given:
                stem = f"{stem} ({self._counter})"
        self._given.add(stem)
        folder = "bổ sung hồ sơ cũ/" if self._rng.random() < 0.12 else ""
        return f"{folder}{stem}.{file_format}"
