from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for
from typer.testing import CliRunner

from sohoa.cli import app
from sohoa.settings import Settings

from .compose import COMPOSE_FILE, IMAGE_ROOT, PROJECT, commands, instructions, load_compose, strings, variables

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text(encoding="utf-8"))
AIRFLOW_SERVICES = {
    "airflow-init",
    "airflow-apiserver",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-triggerer",
    "airflow-worker",
}
STATIONS = {"airflow-init", "airflow-apiserver", "airflow-triggerer", "airflow-worker"}
SET_BY_THE_TOPOLOGY = {
    "home",
    "inbox",
    "outbox",
    "quarantine",
    "work",
    "archive",
    "register_dir",
    "catalogue_url",
    "warehouse_url",
    "expectations",
}
CELERY_APP = "airflow.providers.celery.executors.celery_executor"
PROGRAMS_OF_IMAGES = {
    "postgres": {"pg_isready"},
    "redis": {"redis-server", "redis-cli", "grep"},
    "airflow": {"printf"},  # of the shell
}


def schema_errors(compose: dict[str, Any]) -> list[str]:
    validator = validator_for(SCHEMA)(SCHEMA)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)]


def test_the_schema_is_sound_and_finds_faults(stack: dict[str, Any]):
    validator_for(SCHEMA).check_schema(SCHEMA)
    misspelt = {**stack, "services": {**stack["services"], "redis": {"image": "redis", "helthcheck": {}}}}
    assert any("helthcheck" in error for error in schema_errors(misspelt))


def test_the_file_meets_the_compose_specification(raw: dict[str, Any], stack: dict[str, Any]):
    assert schema_errors(raw) == []
    assert schema_errors(stack) == []


def test_no_key_stands_twice():
    # YAML readers take the last of two silently.
    import yaml

    class Strict(yaml.SafeLoader):
        def construct_mapping(self, node, deep=False):
            keys = [key.value for key, _ in node.value if key.value != "<<"]
            assert len(keys) == len(set(keys)), f"{node.start_mark}: {keys}"
            return super().construct_mapping(node, deep=deep)

    Strict.add_constructor(
        yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, lambda loader, node: loader.construct_mapping(node, deep=True)
    )
    yaml.load(COMPOSE_FILE.read_text(encoding="utf-8"), Strict)


def test_all_parts_of_the_production_shape_are_there(services: dict[str, Any]):
    assert set(services) == {"postgres", "redis"} | AIRFLOW_SERVICES


class TestEnvironment:
    def test_sohoa_variables_are_settings(self, services: dict[str, Any]):
        names = {name for service in services.values() for name in service.get("environment", {})}
        unknown = {
            name
            for name in names
            if name.startswith("SOHOA_") and name.removeprefix("SOHOA_").lower() not in Settings.model_fields
        }
        assert not unknown

    @pytest.mark.parametrize("name", sorted(STATIONS))
    def test_whoever_operates_it_can_set_all_that_the_topology_leaves_open(self, raw: dict[str, Any], name: str):
        environment = raw["services"][name]["environment"]
        settable = {
            key
            for key, value in environment.items()
            if key.startswith("SOHOA_") and [variable.name for variable in variables(value)] == [key]
        }
        assert settable == {f"SOHOA_{field.upper()}" for field in Settings.model_fields.keys() - SET_BY_THE_TOPOLOGY}

    @pytest.mark.parametrize("name", sorted(STATIONS))
    def test_stations_can_load_their_settings(
        self, services: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
    ):
        for key, value in services[name]["environment"].items():
            monkeypatch.setenv(key, value)
        settings = Settings()
        assert settings.home == Path("/srv/sohoa")
        assert settings.catalogue_url.startswith("postgresql+psycopg://sohoa:")
        assert settings.warehouse_url.startswith("postgresql+psycopg://sohoa:")
        for field in Settings.model_fields.keys() - SET_BY_THE_TOPOLOGY:
            assert getattr(settings, field) == Settings.model_fields[field].default, field

    def test_airflow_knows_every_option(self, known_to_airflow: dict[str, Any]):
        assert known_to_airflow["unknown_options"] == []

    def test_all_airflow_services_agree_on_every_option(
        self, services: dict[str, Any], airflow_options: dict[tuple[str, str], set[str]]
    ):
        assert {option: values for option, values in airflow_options.items() if len(values) > 1} == {}
        for name in AIRFLOW_SERVICES:
            has = {key for key in services[name]["environment"] if key.startswith("AIRFLOW__")}
            assert len(has) == len(airflow_options), name

    def test_what_the_local_stack_found_out_holds_here_too(
        self, airflow_options: dict[tuple[str, str], set[str]], tmp_path: Path
    ):
        from sohoa_airflow.local import LocalAirflow

        local = LocalAirflow(tmp_path, tmp_path, port=1).environment()
        for section, key in (
            ("workers", "min_heartbeat_interval"),
            ("core", "dags_are_paused_at_creation"),
            ("core", "load_examples"),
            ("triggerer", "triggerer_health_check_threshold"),
        ):
            assert airflow_options[section, key] == {local[f"AIRFLOW__{section}__{key}".upper()]}

    def test_database_drivers_are_installed(self, services: dict[str, Any]):
        from sqlalchemy import create_engine

        environment = services["airflow-init"]["environment"]
        for name in ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "SOHOA_CATALOGUE_URL", "SOHOA_WAREHOUSE_URL"):
            url = create_engine(environment[name]).url  # imports the driver, connects to nothing
            assert url.host in services
        assert find_spec("asyncpg"), "Airflow's API server reads its database through asyncpg"


class TestPaths:
    def test_paths_into_the_image_exist_in_the_project(self, services: dict[str, Any]):
        made = {word for name, words in instructions() if name == "RUN" and "mkdir" in words for word in words}
        paths = {
            word.strip("\"';")
            for text in strings(services)
            for word in text.split()
            if word.startswith(f"{IMAGE_ROOT}/")
        }
        assert paths, "the DAGs at least"
        for path in paths:
            inside = Path(path).relative_to(IMAGE_ROOT)
            assert (PROJECT / inside).exists() or inside.as_posix() in made, path

    def test_volumes_are_declared_and_nothing_of_the_host_is_bound(self, stack: dict[str, Any]):
        used = {volume.split(":")[0] for service in stack["services"].values() for volume in service.get("volumes", [])}
        assert used == set(stack["volumes"])

    def test_the_folders_are_shared_by_those_who_need_them(self, services: dict[str, Any]):
        mounts = {
            name: volume
            for name, service in services.items()
            for volume in service.get("volumes", [])
            if volume.split(":")[1] == "/srv/sohoa"
        }
        assert set(mounts) == STATIONS
        assert {name for name, volume in mounts.items() if volume.endswith(":ro")} == {"airflow-apiserver"}
        assert len({volume.split(":")[0] for volume in mounts.values()}) == 1

    def test_image_owns_the_mount_points(self, services: dict[str, Any]):
        install = next(
            words
            for name, words in instructions()
            if name == "RUN" and "install" in words and "-d" not in words and "--directory" in words
        )
        for name in AIRFLOW_SERVICES:
            for volume in services[name]["volumes"]:
                assert volume.split(":")[1] in install


class TestCommands:
    def test_every_program_is_there(self, services: dict[str, Any]):
        scripts = Path(sys.executable).parent
        for name, service in services.items():
            known = PROGRAMS_OF_IMAGES.get(name, PROGRAMS_OF_IMAGES["airflow"])
            for program, *_ in commands(service):
                if name in AIRFLOW_SERVICES and program not in known:
                    assert (scripts / program).exists(), f"{name}: {program}"
                else:
                    assert program in known, f"{name}: {program}"

    def test_airflow_takes_every_command(self, known_to_airflow: dict[str, Any]):
        assert known_to_airflow["refused_commands"] == {}

    def test_every_component_runs(self, services: dict[str, Any]):
        assert {" ".join(services[name]["command"][1:3]) for name in AIRFLOW_SERVICES - {"airflow-init"}} == {
            "api-server --proxy-headers",
            "scheduler",
            "dag-processor",
            "triggerer",
            "celery worker",
        }

    def test_sohoa_takes_every_command(self, services: dict[str, Any]):
        used = [words[1:] for service in services.values() for words in commands(service) if words[0] == "sohoa"]
        assert ["init"] in used
        for words in used:
            result = CliRunner().invoke(app, [*words, "--help"])
            assert result.exit_code == 0, result.output

    def test_modules_run_by_python_exist(self, services: dict[str, Any]):
        for service in services.values():
            for program, *arguments in commands(service):
                if program == "python" and arguments[0] == "-m":
                    assert find_spec(arguments[1]), arguments[1]
                elif program == "python":
                    compile(arguments[arguments.index("-c") + 1], "healthcheck", "exec")

    def test_shell_scripts_are_well_formed(self, services: dict[str, Any]):
        shell = shutil.which("dash") or "/bin/sh"
        for service in services.values():
            for given in (service.get("command", [""]), service.get("healthcheck", {}).get("test", [""])):
                if given[0] in ("sh", "CMD-SHELL"):
                    subprocess.run([shell, "-n"], input=given[-1], text=True, check=True)

    def test_locked_celery_fits_the_provider(self, known_to_airflow: dict[str, Any]):
        # If it does not, scheduler and worker end at once.
        assert known_to_airflow["celery_app"] == CELERY_APP

    def test_worker_is_asked_through_the_executors_celery_app(self, services: dict[str, Any]):
        (words,) = [words for words in commands(services["airflow-worker"]) if words[0] == "celery"]
        assert words[words.index("--app") + 1] == f"{CELERY_APP}.app"

    def test_init_makes_databases_pools_and_user_in_order(self, services: dict[str, Any]):
        steps = [" ".join(words[:3]) for words in commands(services["airflow-init"]) if words[0] != "printf"]
        assert steps == [
            "python -m sohoa_airflow.deploy.databases",
            "airflow db migrate",
            "airflow pools import",
            "airflow pools set",
            "airflow users create",
            "sohoa init",
        ]

    def test_pool_that_init_resizes_is_one_of_ours(self, services: dict[str, Any]):
        pools = json.loads((PROJECT / "include" / "sohoa_airflow" / "pools.json").read_text(encoding="utf-8"))
        (words,) = [w for w in commands(services["airflow-init"]) if w[:3] == ["airflow", "pools", "set"]]
        assert words[3] in pools
        assert services["airflow-init"]["environment"]["OCR_SLOTS"] == str(pools[words[3]]["slots"])


class TestOperation:
    def test_long_running_services_are_checked_and_restarted(self, services: dict[str, Any]):
        for name in services.keys() - {"airflow-init"}:
            assert services[name]["healthcheck"]["test"], name
            assert services[name]["restart"] == "unless-stopped", name
        assert services["airflow-init"]["restart"] == "no"

    def test_everything_waits_for_what_it_needs(self, services: dict[str, Any]):
        assert services["airflow-init"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
        for name in AIRFLOW_SERVICES - {"airflow-init"}:
            waits = {other: rule["condition"] for other, rule in services[name]["depends_on"].items()}
            assert (
                waits.items()
                >= {
                    "airflow-init": "service_completed_successfully",
                    "postgres": "service_healthy",
                    "redis": "service_healthy",
                }.items()
            ), name
        assert services["airflow-worker"]["depends_on"]["airflow-apiserver"] == {"condition": "service_healthy"}

    def test_only_the_web_page_is_published_and_only_to_this_host(self, services: dict[str, Any]):
        published = {name: service["ports"] for name, service in services.items() if "ports" in service}
        assert published == {"airflow-apiserver": ["127.0.0.1:8080:8080"]}

    def test_all_airflow_services_run_one_image_without_privileges(self, services: dict[str, Any]):
        assert len({services[name]["image"] for name in AIRFLOW_SERVICES}) == 1
        for name in AIRFLOW_SERVICES:
            assert services[name]["cap_drop"] == ["ALL"], name
            assert services[name]["security_opt"] == ["no-new-privileges:true"], name
            assert services[name]["init"] is True, name

    def test_images_are_pinned_to_a_release_line(self):
        for name, service in load_compose()["services"].items():
            if name not in AIRFLOW_SERVICES:
                _, _, tag = service["image"].partition(":")
                assert tag, name
                assert tag != "latest", name
