"""From a plan to files: each scan drawn, aged and written, its truth beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from sohoa.samples import ageing, plan, registers, writing
from sohoa.samples.ageing import Level, ScanSettings
from sohoa.samples.documents import Document, compose
from sohoa.samples.faces import DEFAULT_FACE, check_family
from sohoa.samples.kinds import Form
from sohoa.samples.layout import DrawnPage, lay_out
from sohoa.samples.results import Fault, Numbering, Scan
from sohoa.samples.units import units
from sohoa.samples.writing import Format

NUMBERING_SHARES: dict[Numbering, float] = {"printed": 0.80, "stamped": 0.12, "pen": 0.08}
LOW_DPI = 150
COMPACT_DPI, COMPACT_QUALITY = 200, 36
MANIFEST_HEADERS = ("file", "sha256", "pages", "scanned_on", "dossier_code")


@dataclass(frozen=True)
class SampleSet:
    """What `make_samples` wrote, and where."""

    out: Path
    n_files: int
    n_pages: int
    n_results: int

    @property
    def scans(self) -> Path:
        """The batch folder: scan files and `manifest.csv`."""
        return self.out / "scans"

    @property
    def truth(self) -> Path:
        """One JSON object per scanned document."""
        return self.out / "truth.jsonl"

    @property
    def register_csv(self) -> Path:
        """The register export."""
        return self.out / "register.csv"

    @property
    def register_xlsx(self) -> Path:
        """The same export as a spreadsheet."""
        return self.out / "register.xlsx"

    @property
    def rates(self) -> Path:
        """The rates known by construction."""
        return self.out / "rates.csv"


@dataclass(frozen=True)
class _Options:
    seed: int
    level: Level
    numbering: tuple[Numbering, ...]
    faces: tuple[str, ...]
    compact: bool


def make_samples(
    out: Path,
    n: int,
    seed: int,
    level: Level | str,
    *,
    numbering: Sequence[str] = ("printed", "stamped", "pen"),
    faults: bool = False,
    faces: Sequence[str] = (DEFAULT_FACE,),
    compact: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> SampleSet:
    """Write a batch of `n` scanned documents with manifest, truth, register and known rates.

    The same arguments give the same bytes. Existing files of the same names are overwritten.

    Args:
        out: folder to write to; made when missing.
        n: number of scan files; three more with `faults`.
        seed: any whole number.
        level: how the pages are aged; `clean` prints all numbers.
        numbering: which ways of numbering may occur: `printed`, `stamped`, `pen`.
        faults: add a corrupt file, one under 200 dpi and one whose result is not in the register.
        faces: families of type, one drawn for each document.
        compact: 200 dpi and strong compression whatever the level says, for a batch that is committed.
        progress: called with (files done, files in all).

    Raises:
        ValueError: n below 1, unknown level or way of numbering.
        FaceMissingError: a face is not installed or lacks Vietnamese letters.
    """
    if n < 1:
        raise ValueError(f"n is {n}; a batch holds at least one scan.")
    level = Level(level)
    for family in faces:
        check_family(family)
    options = _Options(seed, level, _allowed(numbering, level), tuple(faces), compact)
    world = plan.make_plan(n, seed, faults=faults)
    scans_dir = out / "scans"
    scans_dir.mkdir(parents=True, exist_ok=True)
    truths: list[dict[str, Any]] = []
    manifest: list[tuple[str, ...]] = []
    formats: Counter[Format] = Counter()
    names = _Names(Random(f"{seed}/names"))
    how = _numbering_of(len(world.scans), options)
    for index, scan in enumerate(world.scans):
        truth = _make_one(scan, index, how[index], options, formats, names, scans_dir)
        manifest.append(_manifest_row(scans_dir, truth))
        del truth["manifest_dossier"]
        truths.append(truth)
        if progress is not None:
            progress(index + 1, len(world.scans))
    registers.write_csv(scans_dir / "manifest.csv", MANIFEST_HEADERS, sorted(manifest))
    registers.write_register(world, out)
    registers.write_rates(plan.known_rates(world), out / "rates.csv")
    lines = [json.dumps(truth, ensure_ascii=False) + "\n" for truth in truths]
    (out / "truth.jsonl").write_text("".join(lines), encoding="utf-8")
    n_pages = sum(truth["page_count"] for truth in truths)
    return SampleSet(out, len(truths), n_pages, len(world.results))


def _allowed(numbering: Sequence[str], level: Level) -> tuple[Numbering, ...]:
    allowed: tuple[Numbering, ...] = tuple(name for name in NUMBERING_SHARES if name in numbering)
    if set(numbering) - set(NUMBERING_SHARES) or not allowed:
        raise ValueError(f"numbering must name some of {', '.join(NUMBERING_SHARES)}; got {list(numbering)}.")
    return ("printed",) if level is Level.CLEAN and "printed" in allowed else allowed


def _numbering_of(n: int, options: _Options) -> list[Numbering]:
    """A way of numbering for each scan, in the shares of `NUMBERING_SHARES`."""
    total = sum(NUMBERING_SHARES[name] for name in options.numbering)
    ways: list[Numbering] = []
    for name in options.numbering[1:]:
        ways += [name] * round(n * NUMBERING_SHARES[name] / total)
    ways = ways[:n] + [options.numbering[0]] * (n - len(ways))
    Random(f"{options.seed}/numbering").shuffle(ways)
    return ways


def _make_one(
    scan: Scan,
    index: int,
    numbering: Numbering,
    options: _Options,
    formats: Counter[Format],
    names: _Names,
    scans_dir: Path,
) -> dict[str, Any]:
    """Draw, age and write one scan file; returns its truth."""
    rng = Random(f"{options.seed}/scan/{index}")
    if scan.fault is not None:
        numbering = "printed" if "printed" in options.numbering else numbering
    document = compose(scan.result, rng, print_dossier=rng.random() < 0.3)
    drawn = lay_out(document, rng.choice(options.faces), numbering, rng)
    file_format: Format = "pdf" if scan.fault else writing.choose_format(len(drawn), formats)
    formats[file_format] += 1
    settings = ageing.settings_for(options.level, rng, lossless=file_format == "png")
    if options.compact:
        settings = replace(settings, dpi=COMPACT_DPI, jpeg_quality=COMPACT_QUALITY)
    if scan.fault is Fault.LOW_DPI:
        settings = replace(settings, dpi=LOW_DPI)
    content = writing.encode(
        _scanned(drawn, document, scan, options.level, settings, rng),
        file_format,
        settings.dpi,
        settings.jpeg_quality,
    )
    if scan.fault is Fault.CORRUPT:
        content = writing.corrupt(content, rng)
    name = names.name(scan, file_format)
    path = scans_dir / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    in_manifest = scan.result.dossiers[0] if scan.result.dossiers and rng.random() < 0.35 else None
    return _truth(scan, document, drawn, name) | {
        "manifest_dossier": in_manifest,
        "dossier_code": document.printed_dossier or in_manifest,
        "numbering": numbering,
        "level": options.level.value,
        "dpi": settings.dpi,
        "format": file_format,
    }


def _scanned(
    drawn: list[DrawnPage],
    document: Document,
    scan: Scan,
    level: Level,
    settings: ScanSettings,
    rng: Random,
) -> list[Any]:
    ageing.mark(drawn, document.header, f"{scan.scanned_on:%d/%m/%Y}", level, rng)
    backs = [page.image for page in drawn[1:]] + [drawn[0].image]
    return [ageing.scan(page.image, back, level, settings, rng) for page, back in zip(drawn, backs, strict=True)]


def _truth(scan: Scan, document: Document, drawn: list[DrawnPage], name: str) -> dict[str, Any]:
    result = scan.result
    in_register = scan.fault is not Fault.NOT_IN_REGISTER
    return {
        "source_file": name,
        "page_count": len(drawn),
        "doc_type": result.kind.doc_type,
        "code_number": result.number,
        "code_notation": result.kind.notation,
        "issued_on": result.issued_on.isoformat(),
        "issuer": units()[result.kind.agency_code].name,
        "subject": result.matter.subject,
        "signer_name": document.signature.name,
        "dossier_code": None,
        "result_key": result.key if in_register else None,
        "unit_code": result.kind.unit_code,
        "scanned_on": scan.scanned_on.isoformat(),
        "readable": scan.fault is not Fault.CORRUPT,
        "in_register": in_register,
        "text": [page.text for page in drawn],
    }


def _manifest_row(scans_dir: Path, truth: dict[str, Any]) -> tuple[str, ...]:
    name = truth["source_file"]
    return (
        name,
        writing.sha256(scans_dir / name),
        str(truth["page_count"]),
        truth["scanned_on"],
        truth["manifest_dossier"] or "",
    )


_WORDS = {
    Form.DECISION: ("Quyết định", "QĐ bản ký", "quyet dinh", "Quyết định (có dấu)"),
    Form.LETTER: ("Công văn trả lời", "CV", "cong van"),
    Form.LICENCE: ("Giấy phép quỹ", "giay phep"),
    Form.CERTIFICATE: ("Giấy chứng nhận", "GCN"),
}


class _Names:
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
