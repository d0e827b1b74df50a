"""Speed of `sohoa digitise` beside bare tesseract on the same generated scans, as ratios (`make bench`).

Both run alternately for three rounds; medians are compared. Later issues widen this to OCRmyPDF, memory and Airflow.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageSequence

from sohoa.samples import make_samples

BIN = Path(sys.executable).parent
N_DOCUMENTS, SEED, ROUNDS, JOBS = 16, 52_001, 3, os.cpu_count() or 2


def main() -> None:
    """Run the benchmark, print it, and write bench/results.json."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = make_samples(folder / "samples", N_DOCUMENTS, SEED, "office")
        pages = page_images(folder / "samples" / "scans", folder / "pages")
        rounds = [
            (timed(partial(digitise, folder, number)), timed(partial(tesseract, pages))) for number in range(ROUNDS)
        ]
    figures = {
        "pages": len(pages),
        "documents": made.n_files,
        "rounds": ROUNDS,
        "sohoa_digitise": summary([own for own, _ in rounds], len(pages)),
        "tesseract": summary([other for _, other in rounds], len(pages)),
    }
    figures["wall_ratio"] = round(
        figures["sohoa_digitise"]["wall_s_per_page"] / figures["tesseract"]["wall_s_per_page"], 2
    )
    figures["cpu_ratio"] = round(
        figures["sohoa_digitise"]["cpu_s_per_page"] / figures["tesseract"]["cpu_s_per_page"], 2
    )
    print(json.dumps(figures, indent=1))
    (Path(__file__).parent / "results.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def page_images(scans: Path, out: Path) -> list[Path]:
    """Every page as a 300 dpi colour PNG: what one would hand to tesseract."""
    out.mkdir()
    images: list[Image.Image] = []
    for path in sorted(scans.rglob("*")):
        if path.suffix == ".pdf":
            with pdfium.PdfDocument(path) as document:
                images.extend(page.render(scale=300 / 72).to_pil() for page in document)
        elif path.suffix in {".tif", ".png", ".jpg"}:
            with Image.open(path) as image:
                images.extend(frame.convert("RGB") for frame in ImageSequence.Iterator(image))
    paths = [out / f"{number:04d}.png" for number in range(len(images))]
    for image, path in zip(images, paths, strict=True):
        image.save(path, dpi=(300, 300))
    return paths


def digitise(folder: Path, number: int) -> None:
    """The whole way of `sohoa digitise`, from the scans to PDF/A and catalogue."""
    environment = {**os.environ, "SOHOA_HOME": str(folder / f"home{number}")}
    for arguments in (("init",), ("digitise", str(folder / "samples" / "scans"), "--unit", "G09", "--jobs", str(JOBS))):
        subprocess.run([BIN / "sohoa", *arguments], env=environment, capture_output=True, check=False)


def tesseract(pages: list[Path]) -> None:
    """Bare tesseract, text only: a process per page, as many at once as cores."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def one(page: Path) -> None:
        subprocess.run(["tesseract", page, "-", "-l", "vie"], env=environment, capture_output=True, check=True)

    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(one, pages))


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU seconds (of all children) of a piece of work."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu


def summary(rounds: list[tuple[float, float]], n_pages: int) -> dict[str, float]:
    """Medians per page."""
    return {
        "wall_s_per_page": round(statistics.median(wall for wall, _ in rounds) / n_pages, 3),
        "cpu_s_per_page": round(statistics.median(cpu for _, cpu in rounds) / n_pages, 3),
    }


if __name__ == "__main__":
    main()
