# Huike: `make run` starts everything with demo data, `make test` proves it. `make help` lists the rest.
PYTHON ?= python3
UV := .tools/bin/uv
APP := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export OMP_WAIT_POLICY ?= passive
export OPENBLAS_THREAD_TIMEOUT ?= 4
COMPILE := $(UV) pip compile -q --universal --generate-hashes --no-header --no-emit-index-url

.DEFAULT_GOAL := help
.PHONY: help run test test-fast mutants train lint format migration audit bench bench-nlu bench-risk bench-talk lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.app .venv-rasa/.synced ## start Huike with demo data on http://127.0.0.1:8000
	@export HUIKE_DEMO=$${HUIKE_DEMO:-true}; exec $(APP) -m bot up

test: .venv/.dev .venv-rasa/.synced ## run every test: store, actions, real Rasa, real browser
	@$(APP) -m tests.run

test-fast: .venv/.dev ## the tests that need neither Rasa nor a browser
	$(APP) -m pytest -n 2 --dist loadfile -m "not rasa and not browser"

mutants: .venv/.dev ## which faults no test would notice: make mutants SAMPLE=40 MODULES="points risk"
	@nice -n 15 $(APP) -m benchmarks.mutants $(MODULES) $(if $(SAMPLE),--sample $(SAMPLE))

migration: .venv/.dev ## write the migration for changed tables: make migration m="points get a colour"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="points get a colour"'; exit 2; }
	@$(APP) -m crm_store.migrate "$(m)"

train: .venv/.app .venv-rasa/.synced ## train the model if the training data changed
	@$(APP) -m bot train

lint: .venv/.dev ## format, lint, types and import rules
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python -m tests.doors

format: .venv/.dev ## put the code into its format
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

audit: .venv/.dev | $(UV) ## look for known faults of all pinned packages: make audit ADVISORIES=all.zip where there is no network
	@$(APP) -m tests.audit $(if $(ADVISORIES),--advisories $(ADVISORIES)) requirements/app.txt requirements/rasa.txt

bench-nlu: .venv/.dev .venv-rasa/.synced ## measure understanding on public data: make bench-nlu DATA=folder KEEP=folder
	@test -n "$(DATA)" || { echo "Say where the public data are: make bench-nlu DATA=folder"; exit 2; }
	$(APP) -m benchmarks.bench_nlu --data $(DATA) $(if $(KEEP),--keep $(KEEP)) $(if $(WRITE),--write)

bench-risk: .venv/.dev ## judge the chance of having stopped on a public purchase log: make bench-risk DATA=folder
	@test -n "$(DATA)" || { echo "Say where the public data are: make bench-risk DATA=folder"; exit 2; }
	$(APP) -m benchmarks.risk --data $(DATA)

bench-talk: .venv/.dev .venv-rasa/.synced ## hold whole conversations and count right ends: make bench-talk OPTIONS="--match leave --show"
	$(APP) -m benchmarks.talk $(if $(WRITE),--write) $(OPTIONS)

bench: .venv/.dev .venv-rasa/.synced ## measure a message from frame to frame, stock Rasa beside it: make bench KEEP=folder
	$(APP) -m benchmarks $(if $(KEEP),--keep $(KEEP)) $(if $(WRITE),--write) $(OPTIONS)

lock: $(UV) ## compile the pinned, hashed requirement files from pyproject.toml
	$(COMPILE) --group rasa --python-version 3.10 -o requirements/rasa.txt
	$(COMPILE) --group app --python-version 3.12 -o requirements/app.txt
	$(COMPILE) --group dev --python-version 3.12 -c requirements/app.txt -o requirements/dev.txt

clean: ## remove the environments, the trained models and the demo's data
	rm -rf .venv .venv-rasa .tools models data

$(UV):
	@echo "Preparing the tools …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Huike needs Python 3.11 or newer to start; try PYTHON=python3.12 make run")'
	@$(PYTHON) -m venv .tools || { echo "python3 -m venv failed; on Debian and Ubuntu: apt-get install python3-venv"; rm -rf .tools; exit 1; }
	@.tools/bin/pip install -q --disable-pip-version-check uv

# Bytecode is compiled here, once: where Python may not write it (containers often forbid it), each start of Rasa would
# compile for 13 seconds.
# The development environment holds all that the app's does, so it serves for running too.
.venv/.app: requirements/app.txt | $(UV)
	@if [ -f .venv/.dev ] && [ .venv/.dev -nt requirements/dev.txt ]; then touch $@; else \
	  echo "Installing the app's packages (Python 3.12) …"; \
	  $(UV) venv -q --allow-existing --python 3.12 .venv && $(UV) pip sync -q --compile-bytecode --python .venv --require-hashes requirements/app.txt && \
	  rm -f .venv/.dev && touch $@; fi

.venv/.dev: requirements/dev.txt | $(UV)
	@echo "Installing the packages for development (Python 3.12) …"
	@$(UV) venv -q --allow-existing --python 3.12 .venv
	@$(UV) pip sync -q --compile-bytecode --python .venv --require-hashes requirements/dev.txt
	@touch $@ .venv/.app

.venv-rasa/.synced: requirements/rasa.txt | $(UV)
	@echo "Installing Rasa's packages (Python 3.10) …"
	@$(UV) venv -q --allow-existing --python 3.10 .venv-rasa
	@$(UV) pip sync -q --compile-bytecode --python .venv-rasa --require-hashes requirements/rasa.txt
	@touch $@
