"""Stacks: files that hold several documents one after the other, as a feeder delivers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sohoa.samples import plan, registers, writing
from sohoa.samples.ageing import Level, ScanSettings
from sohoa.samples.annexes import lengthened
from sohoa.samples.batch import MANIFEST_HEADERS, SampleSet, print_share_of_qr, write_truth
from sohoa.samples.delivery import DeliveredPage, add_blank_back, deliver, turns_of
from sohoa.samples.documents import Document, compose
from sohoa.samples.layout import lay_out
from sohoa.samples.marks import mark
from sohoa.samples.options import Options, checked_options
from sohoa.samples.paper import Sheet
from sohoa.samples.plan import Plan
from sohoa.samples.results import Numbering, Scan
from sohoa.samples.separator_sheets import separator_sheet
from sohoa.samples.sides import Side
from sohoa.samples.truth import truth_of
from sohoa.samples.writing import Format

TIFF_SHARE = 0.4
# Feeders scan both sides; most backs are dropped by their software, some slip through.
BLANK_SHARE = 0.06


@dataclass(frozen=True)
class _Piece:
    """A document of a stack as delivered, a separator sheet before it or not."""

    scan: Scan
    document: Document
    numbering: Numbering
    qr: str | None
    before: list[DeliveredPage]
    pages: list[DeliveredPage]


def make_stacks(
    out: Path,
    n_stacks: int,
    per_stack: int,
    seed: int,
    level: Level | str,
    *,
    side: Side | str = Side.TRAIN,
    separators: bool = False,
    numbering: Sequence[str] = ("printed", "stamped", "pen"),
    faces: Sequence[str] | None = None,
    dpi: int | None = None,
    qr: bool = False,
    turned: bool = True,
    blanks: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> SampleSet:
    """Write `n_stacks` files of `per_stack` different documents each, with manifest, truth, register and known rates.

    Documents are longer than those of `make_samples`: decisions of several pages, appendices, charters. The same
    arguments give the same bytes.

    Args:
        out: folder to write to; made when missing.
        n_stacks: number of files, PDF and multi-page TIFF.
        per_stack: documents in each.
        seed: any whole number.
        level: how the pages are aged.
        side: `train` to tune on, `test` to measure on.
        separators: put a separator sheet with its QR code before each document.
        numbering: which ways of numbering may occur.
        faces: families of type; the side's usual ones unless given.
        dpi: every scan at this resolution and in colour.
        qr: print the one-stop system's QR code on some documents.
        turned: at office and hard, deliver some pages upside down and a few sideways.
        blanks: at office and hard, leave some blank backs in.
        progress: called with (files done, files in all).

    Returns:
        Where everything is; `truth.jsonl` has one row a document, with `source_file`, `first_page` (from 1) and
        `page_count`. Separator sheets belong to no document.

    Raises:
        ValueError: a count below 1, unknown level, side or way of numbering.
        FaceMissingError: a face is not installed, lacks Vietnamese letters, or is kept for the other side.
    """
    if n_stacks < 1 or per_stack < 1:
        raise ValueError(f"{n_stacks} stacks of {per_stack}: there must be at least one of each.")
    options = checked_options(seed, level, side, numbering, faces, dpi=dpi, qr=qr, turned=turned, blanks=blanks)
    world = plan.make_plan(n_stacks * per_stack, seed, faults=False)
    stacks = _stacked(world.scans, per_stack)
    scans_dir = out / "scans"
    scans_dir.mkdir(parents=True, exist_ok=True)
    ways = options.numbering_of(len(world.scans))
    truths: list[dict[str, Any]] = []
    manifest: list[tuple[str, ...]] = []
    for index, scans in enumerate(stacks):
        own_ways = ways[index * per_stack : (index + 1) * per_stack]
        name, n_pages, rows = _make_stack(scans, own_ways, index, options, scans_dir, separators=separators)
        truths += rows
        day = scans[0].scanned_on.isoformat()
        manifest.append((name, writing.sha256(scans_dir / name), str(n_pages), day, ""))
        if progress is not None:
            progress(index + 1, n_stacks)
    as_scanned = Plan(tuple(scan for scans in stacks for scan in scans), world.results)
    registers.write_csv(scans_dir / "manifest.csv", MANIFEST_HEADERS, sorted(manifest))
    registers.write_register(as_scanned, out)
    registers.write_rates(plan.known_rates(as_scanned), out / "rates.csv")
    write_truth(truths, out / "truth.jsonl")
    return SampleSet(out, n_stacks, sum(int(row[2]) for row in manifest), len(world.results))


def _stacked(scans: Sequence[Scan], per_stack: int) -> list[list[Scan]]:
    """Scans in stacks; a stack is scanned on one day, when its last document is there."""
    stacks = [list(scans[start : start + per_stack]) for start in range(0, len(scans), per_stack)]
    days = [max(scan.scanned_on for scan in stack) for stack in stacks]
    return [[replace(scan, scanned_on=day) for scan in stack] for stack, day in zip(stacks, days, strict=True)]


def _make_stack(
    scans: Sequence[Scan],
    ways: Sequence[Numbering],
    index: int,
    options: Options,
    scans_dir: Path,
    *,
    separators: bool,
) -> tuple[str, int, list[dict[str, Any]]]:
    """Draw and write one file; returns its name, its pages and the truth of its documents."""
    rng = options.rng("stack", index)
    file_format: Format = "tif" if rng.random() < TIFF_SHARE else "pdf"
    settings = options.settings(rng, lossless=False)
    name = f"xap_{index + 1:04d}.{file_format}"
    pages: list[DeliveredPage] = []
    truths = []
    for piece in _pieces(scans, ways, index, options, settings, separators=separators):
        pages += piece.before
        truth = truth_of(piece.scan, piece.document, piece.pages, name)
        truths.append(
            truth
            | {
                "first_page": len(pages) + 1,
                "dossier_code": piece.document.printed_dossier,
                "numbering": piece.numbering,
                "qr": piece.qr,
                "level": options.level.value,
                "side": options.side.value,
                "dpi": settings.dpi,
                "format": file_format,
            }
        )
        pages += piece.pages
    images = [page.image for page in pages]
    (scans_dir / name).write_bytes(writing.encode(images, file_format, settings.dpi, settings.jpeg_quality))
    return name, len(pages), truths


def _pieces(
    scans: Sequence[Scan],
    ways: Sequence[Numbering],
    index: int,
    options: Options,
    settings: ScanSettings,
    *,
    separators: bool,
) -> Iterator[_Piece]:
    for place, (scan, numbering) in enumerate(zip(scans, ways, strict=True)):
        rng = options.rng("stack", index, place)
        document = lengthened(compose(scan.result, rng, print_dossier=rng.random() < 0.3), scan.result, rng)
        drawn = lay_out(document, rng.choice(options.faces), numbering, options.side, rng)
        qr = print_share_of_qr(drawn[0], scan, options, options.rng("stack-qr", index, place))
        sheets: list[Sheet | None] = list(drawn)
        if options.blanks and options.level is not Level.CLEAN and rng.random() < BLANK_SHARE:
            sheets = add_blank_back(drawn, rng)
        turns = turns_of(len(sheets), options.ranges, rng) if options.turned else [0] * len(sheets)
        mark(drawn, document.header, scan.scanned_on, options.ranges, options.side, rng)
        before: list[DeliveredPage] = []
        if separators:
            # Whoever prints the sheets knows the printed pages, not which backs slip through.
            n_pages = None if None in sheets else len(sheets)
            sheet = separator_sheet(place + 1, n_pages)
            before = deliver([sheet], [0], options.ranges, settings, options.side, rng)
        pages = deliver(sheets, turns, options.ranges, settings, options.side, rng)
        yield _Piece(scan, document, numbering, qr, before, pages)
