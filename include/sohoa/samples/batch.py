"""From a plan to files: each scan drawn, aged and written, its truth beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from sohoa.samples import plan, registers, writing
from sohoa.samples.ageing import Level
from sohoa.samples.delivery import add_blank_back, deliver, turns_of
from sohoa.samples.documents import compose
from sohoa.samples.file_names import Names
from sohoa.samples.layout import lay_out
from sohoa.samples.marks import mark, print_qr, qr_text
from sohoa.samples.options import QR_SHARE, Options, checked_options
from sohoa.samples.paper import Sheet
from sohoa.samples.results import Fault, Numbering, Scan
from sohoa.samples.sides import Side
from sohoa.samples.truth import truth_of
from sohoa.samples.writing import Format

LOW_DPI = 150
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


def make_samples(
    out: Path,
    n: int,
    seed: int,
    level: Level | str,
    *,
    side: Side | str = Side.TRAIN,
    numbering: Sequence[str] = ("printed", "stamped", "pen"),
    faults: bool = False,
    faces: Sequence[str] | None = None,
    compact: bool = False,
    dpi: int | None = None,
    qr: bool = False,
    turned: bool = True,
    blanks: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> SampleSet:
    """Write a batch of `n` scanned documents with manifest, truth, register and known rates.

    The same arguments give the same bytes. Existing files of the same names are overwritten.

    Args:
        out: folder to write to; made when missing.
        n: number of scan files; three more with `faults`.
        seed: any whole number.
        level: how the pages are aged; `clean` prints all numbers, and turns no page.
        side: `train` to tune on, `test` to measure on: faces, templates, seals, hands and scanners differ.
        numbering: which ways of numbering may occur: `printed`, `stamped`, `pen`.
        faults: add a corrupt file, one under 200 dpi and one whose result is not in the register.
        faces: families of type, one drawn for each document; the side's usual ones unless given.
        compact: 200 dpi and strong compression whatever the level says, for a batch that is committed.
        dpi: every scan at this resolution and in colour, as a bench needs them; the faulty one stays below 200.
        qr: print the QR code of the one-stop system on about 15 % of the documents.
        turned: at office and hard, deliver some pages upside down and a few sideways.
        blanks: at office and hard, now and then add the blank back of a sheet.
        progress: called with (files done, files in all).

    Raises:
        ValueError: n below 1, unknown level, side or way of numbering.
        FaceMissingError: a face is not installed, lacks Vietnamese letters, or is kept for the other side.
    """
    if n < 1:
        raise ValueError(f"n is {n}; a batch holds at least one scan.")
    options = checked_options(
        seed, level, side, numbering, faces, compact=compact, dpi=dpi, qr=qr, turned=turned, blanks=blanks
    )
    world = plan.make_plan(n, seed, faults=faults)
    scans_dir = out / "scans"
    scans_dir.mkdir(parents=True, exist_ok=True)
    truths: list[dict[str, Any]] = []
    manifest: list[tuple[str, ...]] = []
    formats: Counter[Format] = Counter()
    names = Names(options.rng("names"))
    how = options.numbering_of(len(world.scans))
    for index, scan in enumerate(world.scans):
        truth, in_manifest = _make_one(scan, index, how[index], options, formats, names, scans_dir)
        manifest.append(_manifest_row(scans_dir, truth, in_manifest))
        truths.append(truth)
        if progress is not None:
            progress(index + 1, len(world.scans))
    registers.write_csv(scans_dir / "manifest.csv", MANIFEST_HEADERS, sorted(manifest))
    registers.write_register(world, out)
    registers.write_rates(plan.known_rates(world), out / "rates.csv")
    write_truth(truths, out / "truth.jsonl")
    n_pages = sum(truth["page_count"] for truth in truths)
    return SampleSet(out, len(truths), n_pages, len(world.results))


def write_truth(truths: Iterable[dict[str, Any]], path: Path) -> None:
    """One JSON object per document."""
    lines = [json.dumps(truth, ensure_ascii=False) + "\n" for truth in truths]
    path.write_text("".join(lines), encoding="utf-8")


def _make_one(
    scan: Scan,
    index: int,
    numbering: Numbering,
    options: Options,
    formats: Counter[Format],
    names: Names,
    scans_dir: Path,
) -> tuple[dict[str, Any], str | None]:
    """Draw, age and write one scan file; returns its truth, and its dossier code where the manifest has it."""
    rng = options.rng("scan", index)
    delivery = options.rng("delivery", index)
    if scan.fault is not None:
        numbering = "printed" if "printed" in options.numbering else numbering
    document = compose(scan.result, rng, print_dossier=rng.random() < 0.3)
    drawn = lay_out(document, rng.choice(options.faces), numbering, options.side, rng)
    qr = print_share_of_qr(drawn[0], scan, options, options.rng("qr", index))
    sheets: list[Sheet | None] = list(drawn)
    # What is made to fail fails for one reason only.
    if scan.fault is None and options.blanks and delivery.random() < options.ranges.blank_back:
        sheets = add_blank_back(drawn, delivery)
    turns = [0] * len(sheets)
    if scan.fault is None and options.turned:
        turns = turns_of(len(sheets), options.ranges, delivery)
    file_format: Format = "pdf" if scan.fault else writing.choose_format(len(sheets), formats)
    formats[file_format] += 1
    settings = options.settings(rng, lossless=file_format == "png")
    if scan.fault is Fault.LOW_DPI:
        settings = replace(settings, dpi=LOW_DPI)
    mark(drawn, document.header, scan.scanned_on, options.ranges, options.side, rng)
    pages = deliver(sheets, turns, options.ranges, settings, options.side, rng)
    images = [page.image for page in pages]
    content = writing.encode(images, file_format, settings.dpi, settings.jpeg_quality)
    if scan.fault is Fault.CORRUPT:
        content = writing.corrupt(content, rng)
    name = names.name(scan, file_format)
    path = scans_dir / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    in_manifest = scan.result.dossiers[0] if scan.result.dossiers and rng.random() < 0.35 else None
    truth = truth_of(scan, document, pages, name) | {
        "dossier_code": document.printed_dossier or in_manifest,
        "numbering": numbering,
        "qr": qr,
        "level": options.level.value,
        "side": options.side.value,
        "dpi": settings.dpi,
        "format": file_format,
    }
    return truth, in_manifest


def print_share_of_qr(first: Sheet, scan: Scan, options: Options, rng: Random) -> str | None:
    """Print a QR code on a share of the documents that have a dossier code; returns its text."""
    wanted = options.qr and scan.fault is None and scan.result.dossiers
    if not wanted or rng.random() >= QR_SHARE:
        return None
    text = qr_text(scan.result, rng)
    print_qr(first, text)
    return text


def _manifest_row(scans_dir: Path, truth: dict[str, Any], dossier: str | None) -> tuple[str, ...]:
    name = truth["source_file"]
    return name, writing.sha256(scans_dir / name), str(truth["page_count"]), truth["scanned_on"], dossier or ""
