"""Make `include/sohoa/reading/calibration.json`: `.venv/bin/python scripts/fit_calibration.py FOLDER…`.

Each FOLDER holds samples as `sohoa samples make --side train` writes them (truth.jsonl), and `home`, the SOHOA_HOME in
which they were digitised. Nothing is read by OCR again: fields are read from the words that were kept. With two folders
or more, what is learnt on all others is first measured on each; the map that is written has learnt from all.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Document
from sohoa.evaluation import Calibration, Judged, same_value
from sohoa.evaluation.fitting import fit_steps
from sohoa.journey.drafts import record_of
from sohoa.journey.readings import kept_page
from sohoa.reading import FIELD_NAMES, Record, calibration
from sohoa.reading.calibration import knots_of, worth
from sohoa.settings import Settings

OUT = Path(calibration.__file__).with_name("calibration.json")


def records_of(home: Path) -> Iterator[tuple[tuple[str, int], Record]]:
    """What is read, uncalibrated, of each document of a home, by source file and first page."""
    settings = Settings(home=home)
    with reading(settings.catalogue_url) as session:
        for document in session.scalars(select(Document)):
            numbers = range(document.first_page, document.first_page + document.page_count)
            kept = [kept_page(settings, document.sha256, number) for number in numbers]
            yield (document.source_file, document.first_page), record_of(kept)


def truth_of(folder: Path) -> list[dict[str, Any]]:
    """The rows of the truth file; only those of the training side may be learnt from."""
    rows = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
    if any(row["side"] != "train" for row in rows):
        raise SystemExit(f"{folder} holds samples of the test side, which nothing may be tuned on.")
    return rows


def judged_in(folder: Path) -> list[Judged]:
    """All values read in a folder's home, with their scores."""
    truth = {(row["source_file"], row["first_page"]): row for row in truth_of(folder)}
    return [
        Judged(name, record.confidence(name), same_value(name, record.value(name), truth[place][name]))
        for place, record in records_of(folder / "home")
        if place in truth
        for name in FIELD_NAMES
        if record.value(name) is not None
    ]


def fit(values: Sequence[Judged]) -> dict[str, Any]:
    """The steps of each field."""
    return {
        name: {
            "n_values": len(one.values),
            "n_wrong": sum(not value.right for value in one.values),
            "steps": fit_steps(one.values),
        }
        for name, one in Calibration(values).fields.items()
    }


def mapped(values: Sequence[Judged], fields: dict[str, Any]) -> Calibration:
    """The values with the confidence that the steps give to their scores; as they are where a field has none."""
    knots = {name: knots_of(entry["steps"]) for name, entry in fields.items()}
    return Calibration(
        [
            replace(value, confidence=worth(value.field, value.confidence, knots[value.field]))
            if value.field in knots
            else value
            for value in values
        ]
    )


def write(fields: dict[str, Any], samples: Sequence[dict[str, Any]]) -> None:
    """Write the map with what it was made from."""
    made = {"by": "scripts/fit_calibration.py", "on": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", "samples": samples}
    text = json.dumps({"made": made, "fields": fields}, ensure_ascii=False, indent=1)
    OUT.write_text(text + "\n", encoding="utf-8")


def told(name: str, found: Calibration) -> None:
    """Print the figures of some values."""
    figures = {key: value for key, value in found.as_dict().items() if key not in ("reliability", "risk_coverage")}
    print(f"{name}: {figures}")


def main() -> None:
    """Fit, measure on each folder what was learnt on the others, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, nargs="+", required=True, help="The seed of each folder, to be noted.")
    given = parser.parse_args()
    values = {folder: judged_in(folder) for folder in given.folders}
    for folder in given.folders if len(values) > 1 else ():
        others = fit([value for other in given.folders if other != folder for value in values[other]])
        told(f"{folder.name}, as scored", Calibration(values[folder]))
        found = mapped(values[folder], others)
        told(f"{folder.name}, by the others", found)
        for name, one in found.fields.items():
            told(f"  {name}", one)
    samples = [
        {"seed": seed, "level": truth_of(folder)[0]["level"], "n_documents": len(truth_of(folder))}
        for folder, seed in zip(given.folders, given.seeds, strict=True)
    ]
    write(fit([value for folder in given.folders for value in values[folder]]), samples)


if __name__ == "__main__":
    main()
