"""The tools that are compared: each reads the same scans and gives the text of every page."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import img2pdf
import pypdfium2 as pdfium
from PIL import Image, ImageSequence

from sohoa.samples import make_samples

T = TypeVar("T")
BIN = Path(sys.executable).parent
JOBS = os.cpu_count() or 2
PageKey = tuple[str, int]
"""Source file and page of it, from 1."""


@dataclass(frozen=True)
class Scans:
    """Generated scans in the forms that the tools take.

    Attributes:
        folder: what `make_samples` wrote.
        images: every page as its own colour image, for bare tesseract.
        together: all pages in one PDF, so that OCRmyPDF starts only once.
        keys: which page each image is.
        truth: the true blocks of each page.
    """

    folder: Path
    images: tuple[Path, ...]
    together: Path
    keys: tuple[PageKey, ...]
    truth: dict[PageKey, list[str]]


def kept_or_made(folder: Path, name: str, make: Callable[[Path], T]) -> T:
    """What `make` writes into a folder and tells of it: `folder`, or one where it stays for the next run.

    Generating takes as long as reading; `SOHOA_KEPT_SAMPLES` says where samples stay. Delete that folder after a
    change of the generator.
    """
    kept = os.environ.get("SOHOA_KEPT_SAMPLES")
    if not kept:
        return make(folder)
    place = Path(kept) / name
    told = place / "made.pickle"
    if not told.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        told.write_bytes(pickle.dumps(make(place)))
    made: T = pickle.loads(told.read_bytes())  # noqa: S301  # we wrote it
    return made


def make_scans(folder: Path, n_documents: int, seed: int, level: str, dpi: int | None = 300) -> Scans:
    """Scans of the test side, which nothing was tuned on; at `dpi`, or mixed as the level has it."""
    name = f"{level}-{seed}-{n_documents}-{dpi or 'mixed'}"
    return kept_or_made(folder, name, lambda place: _make_scans(place, n_documents, seed, level, dpi))


def _make_scans(folder: Path, n_documents: int, seed: int, level: str, dpi: int | None) -> Scans:
    made = make_samples(folder / "samples", n_documents, seed, level, side="test", dpi=dpi)
    (folder / "pages").mkdir()
    images: list[Path] = []
    keys: list[PageKey] = []
    truth: dict[PageKey, list[str]] = {}
    for line in made.truth.read_text("utf-8").splitlines():
        row = json.loads(line)
        source = made.scans / row["source_file"]
        for number, (image, blocks) in enumerate(zip(page_images(source, row["dpi"]), row["blocks"], strict=True), 1):
            path = folder / "pages" / f"{len(images):05d}.jpg"
            # Scanners deliver JPEG; at this quality the scan's own loss stays the greater one.
            image.convert("RGB").save(path, quality=92, dpi=(row["dpi"], row["dpi"]))
            images.append(path)
            keys.append((row["source_file"], number))
            truth[keys[-1]] = [block["text"] for block in blocks if block["kind"] != "pen"]
    together = folder / "together.pdf"
    together.write_bytes(img2pdf.convert([str(path) for path in images]))
    return Scans(made.out, tuple(images), together, tuple(keys), truth)


def page_images(path: Path, dpi: int) -> list[Image.Image]:
    """The pages of a scan file as delivered, turned pages included."""
    if path.suffix == ".pdf":
        with pdfium.PdfDocument(path) as document:
            return [page.render(scale=dpi / 72).to_pil() for page in document]
    with Image.open(path) as image:
        return [frame.copy() for frame in ImageSequence.Iterator(image)]


def prepare_home(samples: Path, home: Path) -> None:
    """A home with the register in it, as it stands before a batch comes; not timed."""
    environment = {**os.environ, "SOHOA_HOME": str(home)}
    run([BIN / "sohoa", "init"], environment)
    run([BIN / "sohoa", "register", "import", str(samples / "register.csv")], environment, good=(0, 1))


def digitise(samples: Path, home: Path) -> None:
    """The whole way of `sohoa digitise`, from the scans to PDF/A, catalogue and receipt."""
    environment = {**os.environ, "SOHOA_HOME": str(home)}
    command = [BIN / "sohoa", "digitise", samples / "scans", "--unit", "G09.01", "--jobs", str(JOBS)]
    run(command, environment, good=(0, 1))


def export(home: Path) -> str:
    """The documents of a catalogue, a JSON object a line."""
    return run([BIN / "sohoa", "catalogue", "export"], {**os.environ, "SOHOA_HOME": str(home)})


def digitised_texts(home: Path) -> dict[PageKey, str]:
    """The text of every page in a catalogue; nothing where it is withheld as perhaps classified."""
    texts: dict[PageKey, str] = {}
    for line in export(home).splitlines():
        document: dict[str, Any] = json.loads(line)
        for number, text in enumerate((document["text"] or "").split("\f"), document["first_page"]):
            texts[document["source_file"], number] = text
    return texts


def tesseract(scans: Scans, out: Path) -> dict[PageKey, str]:
    """Bare tesseract, text only: one process a page, as many at once as cores."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def one(image: Path) -> str:
        return run(["tesseract", image, "-", "-l", "vie"], environment)

    with ThreadPoolExecutor(JOBS) as pool:
        return dict(zip(scans.keys, pool.map(one, scans.images), strict=True))


def ocrmypdf(scans: Scans, out: Path) -> dict[PageKey, str]:
    """OCRmyPDF to PDF/A with its defaults, all pages in one file."""
    copy = out / "copy.pdf"
    run(
        [BIN / "ocrmypdf", "-l", "vie", "--output-type", "pdfa", "--jobs", str(JOBS), scans.together, copy],
        {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"},
    )
    with pdfium.PdfDocument(copy) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return dict(zip(scans.keys, pages, strict=True))


def run(command: Sequence[str | Path], environment: dict[str, str], good: tuple[int, ...] = (0,)) -> str:
    """Output of a command; RuntimeError if it failed."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in good:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}): {done.stderr[-2000:]}")
    return done.stdout


def sohoa(scans: Scans, home: Path) -> dict[PageKey, str]:
    """`sohoa digitise`; the texts are read from its catalogue when the clock has stopped."""
    digitise(scans.folder, home)
    return {}


CONTENDERS: dict[str, Callable[[Scans, Path], dict[PageKey, str]]] = {
    "sohoa_digitise": sohoa,
    "tesseract": tesseract,
    "ocrmypdf": ocrmypdf,
}
