"""Asks the installed Airflow whether it knows options and commands.

A program of its own, since Airflow reads its configuration when it is imported. Standard input: JSON with `options`
(a list of [section, key]) and `commands` (a list of arguments of `airflow`). Standard output, last line: JSON with
`unknown_options`, `sensitive_options`, `refused_commands`, `celery_app`.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys


def main() -> None:
    asked = json.load(sys.stdin)
    from airflow.cli.cli_parser import get_parser
    from airflow.configuration import conf
    from airflow.providers_manager import ProvidersManager

    described = dict(conf.configuration_description)
    for _, sections in ProvidersManager().provider_configs:
        for section, content in sections.items():
            described[section] = {"options": described.get(section, {}).get("options", {}) | content["options"]}
    options = {
        (section.lower(), key.lower()): bool(option.get("sensitive"))
        for section, content in described.items()
        for key, option in content["options"].items()
    }
    answer = {
        "unknown_options": [pair for pair in asked["options"] if tuple(pair) not in options],
        "sensitive_options": [pair for pair in asked["options"] if options.get(tuple(pair))],
        "refused_commands": {},
        "celery_app": celery_app(),
    }
    for command in asked["commands"]:
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said):
                get_parser().parse_args(command)
        except SystemExit:
            answer["refused_commands"][" ".join(command)] = said.getvalue()
    print(json.dumps(answer))


def celery_app() -> str:
    """The name of the Celery app, or why there is none: scheduler and worker would not start either."""
    try:
        from airflow.providers.celery.executors.celery_executor import app
    except ImportError as error:
        return f"cannot be imported: {error}"
    return str(app.main)


if __name__ == "__main__":
    main()
