from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from sohoa import journey
from sohoa.catalogue.database import connect, reading
from sohoa.catalogue.export import export_documents
from sohoa.catalogue.migrate import migrate
from sohoa.catalogue.models import Base, Document, Page
from sohoa.intake.receiving import adopt_folder, receive_batch
from sohoa.samples import SampleSet, make_samples
from sohoa.samples.faces import DEFAULT_FACE, text_font
from sohoa.settings import Settings

EXPECTATIONS = Path(__file__).parents[3] / "expectations"
N_LONG, DAMAGED, GIANT, EMPTY = 20, 7, 13, 16


def settings_at(home: Path) -> Settings:
    made = Settings(home=home, expectations=EXPECTATIONS)
    for folder in made.folders():
        folder.mkdir(parents=True, exist_ok=True)
    return made


def digitise(settings: Settings, batch_id: str) -> journey.BatchOutcome:
    """All stations from received to published."""
    receive_batch(settings, batch_id)
    for chunk in journey.plan_chunks(settings, batch_id):
        journey.read_chunk(settings, batch_id, chunk)
    journey.compile_documents(settings, batch_id)
    journey.make_copies(settings, batch_id)
    journey.judge_documents(settings, batch_id)
    return journey.publish_batch(settings, batch_id)


@dataclass
class World:
    """A home in which batches were digitised."""

    settings: Settings
    batch_id: str

    def rows(self, model: type[Base], *where: Any) -> list[Any]:
        with reading(self.settings.catalogue_url) as session:
            return list(session.scalars(select(model).where(*where).order_by(*model.__table__.primary_key)))

    def document(self, source_file: str) -> Document:
        (found,) = self.rows(Document, Document.source_file == source_file)
        return found

    def pages(self, source_file: str) -> list[Page]:
        return self.rows(Page, Page.sha256 == self.document(source_file).sha256)

    def export(self) -> list[dict[str, Any]]:
        with reading(self.settings.catalogue_url) as session:
            return list(export_documents(session))


@dataclass(frozen=True)
class Drop:
    """What was dropped: the samples with their truth, and the files added to them."""

    samples: SampleSet
    truth: dict[str, dict[str, Any]]
    first: str  # a file whose result is registered from the start, and that was dropped twice
    late: str  # a file whose result is registered only later

    def register(self, path: Path, *, late: bool) -> Path:
        """The samples' register export, with or without the late result."""
        with self.samples.register_csv.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        row = self.truth[self.late]
        code = f"{row['code_number']}/{row['code_notation']}"
        kept = [one for one in rows if late or one["Số ký hiệu kết quả"] != code]
        assert late or len(kept) < len(rows)
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(kept)
        return path


def long_pdf() -> bytes:
    """Twenty small pages of one line each: one picture is damaged, one page is 20 m wide, one is empty."""
    stream = io.BytesIO()
    with pikepdf.new() as pdf:
        for number in range(1, N_LONG + 1):
            image = Image.new("L", (480, 160), 250)
            if number != EMPTY:
                font = text_font(DEFAULT_FACE, "regular", 40)
                ImageDraw.Draw(image).text((40, 50), f"Trang số {number} của", fill=10, font=font)
            jpeg = io.BytesIO()
            image.save(jpeg, "JPEG", quality=80)
            side = 57_000 if number == GIANT else 172
            page = pdf.add_blank_page()
            page.mediabox = [0, 0, side, side / 3]
            data = b"not a picture" if number == DAMAGED else jpeg.getvalue()
            picture = pdf.make_stream(data)
            picture.update(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.XObject,
                    Subtype=pikepdf.Name.Image,
                    Width=480,
                    Height=160,
                    ColorSpace=pikepdf.Name.DeviceGray,
                    BitsPerComponent=8,
                    Filter=pikepdf.Name.DCTDecode,
                )
            )
            page.add_resource(picture, pikepdf.Name.XObject, pikepdf.Name("/Scan"))
            page.contents_add(f"q {side} 0 0 {side / 3} 0 0 cm /Scan Do Q".encode())
        pdf.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="session")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Drop:
    """Two samples, the first one's content again, another scan of it, a cut file, twenty pages with two bad ones."""
    samples = make_samples(tmp_path_factory.mktemp("drop"), 3, 11, "clean", numbering=("printed",), compact=True)
    truth = {row["source_file"]: row for row in map(json.loads, samples.truth.read_text("utf-8").splitlines())}
    single = [name for name, row in truth.items() if row["page_count"] == 1 and name.endswith(".pdf")]
    first, late = single[0], next(name for name in truth if name.endswith(".tif"))
    for name in set(truth) - {first, late}:
        (samples.scans / name).unlink()
        del truth[name]
    manifest = (samples.scans / "manifest.csv").read_text("utf-8-sig").splitlines(keepends=True)
    listed = [line for line in manifest[1:] if any(name in line for name in truth)]
    (samples.scans / "manifest.csv").write_text("".join([manifest[0], *listed]), "utf-8")
    content = (samples.scans / first).read_bytes()
    (samples.scans / "z same content.pdf").write_bytes(content)
    (samples.scans / "z scanned again.pdf").write_bytes(content + b"\n% another scan\n%%EOF\n")
    (samples.scans / "z cut.pdf").write_bytes(content[: len(content) * 9 // 10])
    (samples.scans / "z long.pdf").write_bytes(long_pdf())
    return Drop(samples, truth, first, late)


@pytest.fixture(scope="session")
def digitised(drop: Drop, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The drop, digitised once; tests that change anything take `world`, a copy."""
    home = tmp_path_factory.mktemp("digitised")
    settings = settings_at(home)
    migrate(settings)
    journey.take_in_register(settings, drop.register(home / "register.csv", late=False))
    batch_id = adopt_folder(settings, drop.samples.scans, "G09.01")
    digitise(settings, batch_id)
    return World(settings, batch_id)


@pytest.fixture
def world(digitised: World, tmp_path: Path) -> World:
    """The digitised drop in a home of the test's own."""
    return copy_of(digitised, tmp_path / "home")


def copy_of(world: World, home: Path) -> World:
    with connect(world.settings.catalogue_url).connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(world.settings.home, home)
    return World(settings_at(home), world.batch_id)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[str], Settings]:
    """A new home by name, with empty databases."""

    def make(name: str) -> Settings:
        settings = settings_at(tmp_path / name)
        migrate(settings)
        return settings

    return make
