# The commands of Quell. They need Python 3.11 and make, nothing else; the rest comes into .venv.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
BIN := .venv/bin
RUN := .venv/.requirements
DEV := .venv/.requirements-dev
UV := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header
# Half as many processes again as cores: tests wait for the database and the browser about half of their time.
# All tests of a file go to one worker, which makes what they share once.
J ?= $(shell $(PYTHON) -c "import os; print(max(2, (os.cpu_count() or 1) * 3 // 2))")
ARGS ?=

.PHONY: help run demo test clients check audit sbom docs bench lock setup setup-dev clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: setup ## start everything, print the address, stop with Ctrl-C
	@exec $(BIN)/python -m config.run

demo: setup ## the main job without a browser: files in, package out, in var/demo
	@exec $(BIN)/python -m config.demo

test: setup-dev ## all tests, in parallel, on a PostgreSQL of their own (J=0 for one process, ARGS=... for pytest)
	@$(BIN)/python -m pytest -n $(J) --dist loadscope --no-loadscope-reorder $(ARGS)

clients: setup-dev ## what makes clients of the description of the interface, for the tests of them, in .venv-clients
	@sh .ci/clients

check: setup-dev ## style, types, import contracts, migrations, settings, generated documents
	@$(BIN)/python -m config.checking

audit: setup-dev ## look the pinned packages up in the list of known weaknesses (needs a network)
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements-dev.txt
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements-clients.txt

sbom: setup-dev ## write var/sbom.json: every package at run time with its version and hashes (CycloneDX)
	@mkdir -p var && $(BIN)/cyclonedx-py requirements requirements.txt --output-format JSON --output-reproducible -o var/sbom.json
	@echo "Written: var/sbom.json"

docs: setup-dev ## write the generated documents anew, and with Chromium the screenshots and the effort of entry
	@$(BIN)/python -m config.checking --write
	@$(BIN)/python -m tests.browser.document

bench: setup-dev ## measure against the budgets; one JSON object a line
	@$(BIN)/python -m tests.performance $(ARGS)

lock: setup-dev ## compile the requirements anew, with hashes
	@$(UV) requirements.in -o requirements.txt
	@$(UV) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	@$(UV) requirements-clients.in -o requirements-clients.txt

setup: $(RUN) ## make the environment in .venv
setup-dev: $(DEV)

$(RUN): requirements.txt
	@sh .ci/environment "$(PYTHON)" requirements.txt $@

$(DEV): requirements-dev.txt $(RUN)
	@sh .ci/environment "$(PYTHON)" requirements-dev.txt $@

clean: ## remove the environment; the data in var stay
	@rm -rf .venv .venv-clients tests/interop/clients/typescript/node_modules
