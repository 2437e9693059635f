# The verbs of the project. `make` explains them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
LOCAL := $(PY) -m deploy.local
# What `make test` gives to pytest: make test ARGS="-k receipts tests/unit"; `make bench` to its program.
ARGS ?=
# What `make chaos` does: seeds such as 7, 1-20 or 3,5,8-10 (drawn when left out), and kills of each (30).
SEED ?=
SEEDS ?=
KILLS ?=
# How many reports come in the year of `make year` (5000); SEED as above.
CASES ?=
# How many people sit the exam of `make rush` (2000); SEED as above.
CANDIDATES ?=
# Kept pure by mypy's strict mode: what crosses boundaries, the chassis, the rules of each service.
TYPED = contracts chassis $(wildcard services/*/model services/*/model.py)
CODE = contracts chassis services gateway cli deploy tests

.PHONY: help
help: ## Explain the verbs
	@printf 'Mingjing 明镜: one command starts it, one tests it.\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nAMQP_URI, MONGO_URI: use these servers instead of private ones. GATEWAY_PORT: fix the port.\n'
	@printf 'Everything that a run leaves is in .local; the packages are in .venv.\n'

.PHONY: environment servers
environment:
	@deploy/local/bootstrap.sh environment
servers: environment
	@deploy/local/bootstrap.sh servers

.PHONY: run
run: servers ## Start everything, fill in demo data, show how to try it; Ctrl-C stops
	@$(LOCAL) run

.PHONY: test
test: servers ## Run all tests on servers of their own; a part: make test ARGS="-k receipts"
	@$(PY) -m pytest $(or $(ARGS),-n 3 --dist loadfile --no-loadscope-reorder)

.PHONY: chaos
chaos: servers ## Kill the system part by part while it is used, and check: make chaos SEEDS=1-20
	@$(PY) -m tests.chaos --seeds "$(or $(SEEDS),$(SEED))" --kills $(or $(KILLS),30) $(ARGS)

.PHONY: year
year: servers ## Live a scripted year of 5,000 cases with a driven clock, and compare: make year CASES=500 SEED=2
	@$(PY) -m tests.year --cases $(or $(CASES),5000) --seed $(or $(SEED),1) $(ARGS)

.PHONY: rush
rush: servers ## Let 2,000 people sit one exam while parts are killed, and compare: make rush CANDIDATES=200
	@$(PY) -m tests.rush --candidates $(or $(CANDIDATES),2000) --seed $(or $(SEED),1) $(ARGS)

.PHONY: bench
bench: servers ## Measure the flows beside the floor: table and .local/bench/latest.json; ARGS="answer_saved --check"
	@$(PY) -m tests.performance $(ARGS)

.PHONY: lint
lint: environment ## Check format, style, types, imports, images, manifests, generated documents
	@echo '· format and style'
	@$(PY) -m ruff format --check --output-format concise $(CODE) || { echo 'Not formatted: run make format.'; exit 1; }
	@$(PY) -m ruff check --quiet $(CODE)
	@echo '· types'
	@$(PY) -m mypy --no-error-summary $(TYPED)
	@echo '· imports'
	@PYTHONWARNINGS=ignore $(PY) -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo
	@echo '· contracts and generated documents'
	@PYTHONWARNINGS=ignore $(PY) -m cli contracts --check
	@echo '· images, manifests, compose file'
	@$(PY) -m deploy.validate

.PHONY: format
format: environment ## Bring the code into its format
	@$(PY) -m ruff check --quiet --fix $(CODE)
	@$(PY) -m ruff format $(CODE)

.PHONY: status logs down clean
status: environment ## Show the parts of the running system: address, memory, ready now?
	@$(LOCAL) status
logs: environment ## Follow the logs of all parts
	@$(LOCAL) logs
down: environment ## Stop the system that runs in another terminal
	@$(LOCAL) down
clean: ## Stop the system, remove its data, ports, secrets and logs (.local) and all caches
	@if [ -x $(PY) ] && [ -d .local ]; then $(LOCAL) clean; fi
	@rm -rf .local .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: lock
lock: environment ## Resolve the packages of pyproject.toml anew, with hashes
	@$(PY) -m uv pip compile pyproject.toml --python-version 3.11 --universal --generate-hashes \
	  --no-emit-index-url --no-header -q -o requirements.txt
	@$(PY) -m uv pip compile pyproject.toml --extra develop --python-version 3.11 --universal --generate-hashes \
	  --no-emit-index-url --no-header -q -c requirements.txt -o requirements-develop.txt

.PHONY: images
images: ## Build the image of all services and the gateway (docker or podman)
	@builder=$$(command -v docker || command -v podman) || \
	  { echo "No image builder: run 'apt-get install podman', or install Docker."; exit 1; }; \
	"$$builder" build -f deploy/images/Dockerfile -t mingjing:$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) .
