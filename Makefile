# The commands of Permanence: `make help` lists them. Linux and macOS, and Windows inside WSL. GNU make 3.81 or newer.

PYTHON ?= python3
PERMANENCE_DEMO ?= 1
VENV := .venv/bin
OURS := signaling sfu classroom helpdesk load tests
PREPARE = $(PYTHON) signaling/launcher/prepare.py
LOCK = $(VENV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate $(UPGRADE)
LOAD = USERS=$(USERS) SHAPE=$(SHAPE) RUN_TIME=$(RUN_TIME) HOST=$(HOST) LINKS=$(LINKS) OUT=$(OUT)
export PERMANENCE_DEMO
export PYTHONUTF8 = 1

.PHONY: help run test check fmt bench load load-ui soak lock python
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

run: python ## install what is missing, start everything, print one link for each demo person; Ctrl-C stops it
	@$(PREPARE) run
	@exec $(VENV)/python -m signaling.launcher

test: python ## every test, browsers and servers included; says what is missing
	@$(PREPARE) test
	@exec $(VENV)/python -m tests.groups

check: python ## format, lint, types, import contracts, sizes, spelling, generated files; Python and TypeScript
	@$(PREPARE) check
	@exec $(VENV)/python -m tests.checks

fmt: python ## write the format that check wants
	@$(PREPARE) check
	@$(VENV)/ruff check --fix --quiet $(OURS) || true
	@$(VENV)/ruff format --quiet $(OURS)
	@cd web && npm run --silent fmt

bench: python ## measure; FIGURE=prefix for a part; one JSON object a line
	@$(PREPARE) test
	@exec $(VENV)/python -m load.bench $(FIGURE)

load: python ## people by Locust: USERS=24, RUN_TIME=3m, SHAPE=evening, opening, storm or steady; HOST= and LINKS= for a system that runs
	@$(PREPARE) test
	@exec env $(LOAD) $(VENV)/python -m load

load-ui: python ## the same from Locust's page in a browser
	@$(PREPARE) test
	@exec env $(LOAD) $(VENV)/python -m load page

soak: python ## kill everything while people write, for MINUTES=10, and count what is lost; SEED= repeats one
	@$(PREPARE) test
	@exec env SEED=$(SEED) MINUTES=$(MINUTES) $(VENV)/python -m load.soak

lock: python ## write requirements.txt and requirements-dev.txt anew from pyproject.toml; UPGRADE=--upgrade for the newest
	@$(PREPARE) check
	@$(LOCK) pyproject.toml --output-file requirements.txt
	@$(LOCK) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt

python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "'$(PYTHON)' was not found: install Python 3.11 or newer, or name yours: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "'$(PYTHON)' is $$($(PYTHON) --version 2>&1), and Permanence needs 3.11 or newer: install one, or name yours, for instance: make PYTHON=python3.13" >&2; exit 1; }
