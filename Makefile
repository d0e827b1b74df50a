# sohoa: `make help` lists what can be done here.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test accept faults bench lint clean
PYTEST := .venv/bin/python -m pytest

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## install Debian packages and the locked environment; nothing when nothing changed
	@bash scripts/setup.sh

setup-test: # what the tests need beside it
	@bash scripts/setup.sh test

demo: setup ## start Airflow, digitise the sample batch, print the rates; DEMO_EXIT=1 stops it when done
	@.venv/bin/python -m sohoa_airflow.demo

test: setup-test lint ## all tests that CI runs: unit, DAG, PostgreSQL, web, end to end, kill (20 minutes at most)
	$(PYTEST) -n 2 --dist loadfile -m "not services and not accept and not faults"
	$(PYTEST) -n 2 --dist loadgroup -m "services and not accept and not faults"

accept: setup-test ## the long accuracy runs on generated documents of unseen seeds
	$(PYTEST) -m accept -s

faults: setup-test ## the long fault matrix: kills at every step
	$(PYTEST) -m faults

bench: ## speed, accuracy, memory and Airflow's overhead as ratios, written to bench/results.json (hours: the daily series has ten million rows)
	@bash scripts/setup.sh bench
	.venv/bin/python bench/run.py

lint: setup ## ruff and mypy
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy

clean: ## remove the environments and caches; data/ stays
	rm -rf .venv .uv .mypy_cache .pytest_cache .ruff_cache .hypothesis
