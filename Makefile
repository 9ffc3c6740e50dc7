# One word each: `make help` lists them. What they do is written in ops/, in Python.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test test-timescale rxdb prove check schema fix lock bench demo psql shell-db manage clean venv venv-dev

# PYTHON=/path/to/python3 may be given. Otherwise the first that is new enough; each is tried, because a name on the PATH
# may be a stub that starts nothing. When none is, ops/venv.py says so in the words of the one there is.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
FIND_PYTHON := for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	if test -n "$(PYTHON)" || $$python -c "$(NEW_ENOUGH)" >/dev/null 2>&1; then break; fi; done; \
	command -v $$python >/dev/null || { echo "dropset: there is no Python here; install Python 3.11 or newer" >&2; exit 1; }
HERE := .venv/bin/python
COMPILE := $(HERE) -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name words; do \
		printf '  make %-16s %s\n' "$$name" "$$words"; done

run: venv  ## start everything on http://127.0.0.1:8000 (PORT=, HOST= and DATABASE_URL= may be set); Ctrl-C stops it
	@exec $(HERE) -m ops.run

test: venv-dev  ## the whole test suite (ARGS="-k push -x" go to pytest)
	@exec $(HERE) -m ops.suite $(ARGS)

test-timescale: venv-dev  ## what can differ there, on a real TimescaleDB (Debian, as root; ARGS=. is all)
	@exec $(HERE) -m ops.timescale $(ARGS)

rxdb: venv-dev  ## install Node.js and RxDB, from PyPI and npm: `make test` tries clients/rxdb where they are
	@$(FIND_PYTHON); $$python ops/venv.py requirements-rxdb.txt
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm --prefix clients/rxdb ci --no-progress

prove: venv-dev  ## a long random search for a broken promise of sync (ARGS="200000 --workers 2 --seed 7")
	@exec $(HERE) -m ops.prove $(ARGS)

check: venv-dev  ## every static check: lint, format, types, layers, migrations, deployment, API schema
	@exec $(HERE) -m ops.check

schema: venv-dev  ## write docs/openapi.yaml from the code
	@exec $(HERE) -m ops.check --write-schema

fix: venv-dev  ## repair and format what ruff can
	@$(HERE) -m ruff check --fix .
	@$(HERE) -m ruff format .

lock: venv-dev  ## pin requirements*.in into requirements*.txt
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) requirements-dev.in -o requirements-dev.txt
	@$(COMPILE) requirements-rxdb.in -o requirements-rxdb.txt

bench: venv-dev  ## measure sync against plain SQL, and common requests against FastAPI (ARGS="1 5 --rounds 51"; DATABASE_URL)
	@PYTHONPATH=clients/python exec $(HERE) -m benchmarks $(ARGS)

demo: venv  ## two devices sync against the running server (ARGS, BASE_URL)
	@BASE_URL="$${BASE_URL:-http://127.0.0.1:$${PORT:-8000}}" PYTHONPATH=clients/python exec $(HERE) -m dropset_client.demo $(ARGS)

psql: venv  ## a psql on the database of the running `make run` (ARGS="-c 'select 1'")
	@exec $(HERE) -m ops.psql $(ARGS)

shell-db: psql

manage: venv  ## manage.py on the data of `make run` (ARGS="createsuperuser")
	@exec $(HERE) -m ops.manage $(ARGS)

clean:  ## remove .venv and .dropset: the installed packages and the development data
	@$(FIND_PYTHON); exec $$python ops/clean.py

venv:
	@$(FIND_PYTHON); exec $$python ops/venv.py requirements.txt

venv-dev:
	@$(FIND_PYTHON); exec $$python ops/venv.py requirements-dev.txt
