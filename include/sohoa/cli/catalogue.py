"""`sohoa catalogue …` and `sohoa evaluate`."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sohoa.catalogue.database import reading
from sohoa.catalogue.export import EXPORT_KEYS, export_documents
from sohoa.cli.output import NEEDS_PERSON, note, print_json, print_table
from sohoa.cli.search import reindex, search_
from sohoa.evaluation import draw_calibration, evaluate
from sohoa.intake.receipt import safe_cell
from sohoa.register.candidates import offered_key
from sohoa.settings import load_settings


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="The archive catalogue.", no_args_is_help=True)
    group.callback()(lambda: None)
    group.command("export")(export)
    group.command("search")(search_)
    group.command("reindex")(reindex)
    app.add_typer(group, name="catalogue")
    app.command("evaluate")(evaluate_)


def export(
    form: Annotated[str, typer.Option("--format", help="jsonl or csv.")] = "jsonl",
    batch: Annotated[str | None, typer.Option(help="Only this batch.")] = None,
) -> None:
    """Print one object per document to standard output."""
    if form not in ("jsonl", "csv"):
        raise typer.BadParameter(f"{form} is neither jsonl nor csv", param_hint="--format")
    settings = load_settings()
    with reading(settings.catalogue_url) as session:
        rows = export_documents(session, batch, offered_key)
        if form == "jsonl":
            for row in rows:
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
            return
        writer = csv.DictWriter(sys.stdout, EXPORT_KEYS)
        writer.writeheader()
        for row in rows:
            writer.writerow({key: _cell(value) for key, value in row.items()})


def _cell(value: object) -> str:
    if value is None:
        return ""
    return safe_cell(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def evaluate_(
    truth: Annotated[Path, typer.Option(help="truth.jsonl of the samples.", exists=True, dir_okay=False)],
    got: Annotated[Path, typer.Option(help="A jsonl export of the catalogue.", exists=True, dir_okay=False)],
    picture: Annotated[Path | None, typer.Option(help="SVG file for the curves of the confidences.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score an export against a truth file; exit code 1 if a wrong value was accepted."""
    if picture is not None and picture.suffix.lower() != ".svg":
        raise typer.BadParameter(f"{picture.name} does not end in .svg", param_hint="--picture")
    found = evaluate(truth, got)
    scores = {level: score.as_dict() for level, score in found.items()}
    if picture is not None:
        picture.write_text(draw_calibration(found["all"].calibration, load_settings().language), encoding="utf-8")
    if as_json:
        print_json(scores)
    else:
        _print_scores(scores)
    if scores["all"]["n_wrong_accepted"]:
        raise typer.Exit(NEEDS_PERSON)


def _print_scores(scores: dict[str, dict[str, Any]]) -> None:
    figures = [key for key in scores["all"] if key not in ("wrong_accepted", "field_accuracy", "calibration")]
    fields = sorted({name for score in scores.values() for name in score["field_accuracy"]})
    rows = [(figure, *(score[figure] for score in scores.values())) for figure in figures]
    rows += [(f"right {name}", *(s["field_accuracy"].get(name) for s in scores.values())) for name in fields]
    print_table("Accuracy (shares 0–1)", ("", *scores), rows, right=tuple(scores))
    measures = ("n_values", "share_right", "mean_confidence", "calibration_error", "auroc")
    of_all = scores["all"]["calibration"]
    rows = [(name, *(one[measure] for measure in measures)) for name, one in of_all.items()]
    print_table("Confidence of the values read", ("", *measures), rows, right=measures)
    for row in scores["all"]["wrong_accepted"]:
        note(f"wrong and accepted: {row}")
