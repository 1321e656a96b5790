# `make` prints what there is. `make demo` and `make test` do all their own set-up on a fresh machine.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
IDP := $(BIN)/flask --app wsgi idp
DEMO := .venv/.installed-requirements-demo
DEV := .venv/.installed-requirements-dev
# One more than the cores of a small machine: browsers and servers are often waited for.
PYTEST := $(BIN)/python -m pytest -n 3 --dist worksteal -rfER $(if $(T),-k "$(T)")

.PHONY: help demo test dev check static lint types layers migrations unit http cli browser certification interop security perf reliability soak \
  coverage fix migration bench routes rules totp mail readme messages screenshots wheel sbom audit hooks lock upgrade clean

help: ## print this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(DEMO) ## the provider, the example apps, jobs and seeded people on localhost; Ctrl-C ends all of it
	@exec $(IDP) dev demo

test: $(DEV) ## every test, on SQLite and a real PostgreSQL, in a real Chromium; ENGINES=both repeats each on both
	@.ci/chromium
	@.ci/node
	@.ci/apache
	@.ci/proxies
	@REQUIRE_BROWSER=1 REQUIRE_NODE=1 REQUIRE_APACHE=1 REQUIRE_PROXIES=1 $(PYTEST) --hypothesis-profile repeatable $(if $(ENGINES),,--share-engines)

dev: $(DEV) ## like demo, with reload
	@exec $(IDP) dev demo --reload

check: static ## what to run before a commit: static checks, unit, command and http tests
	@$(PYTEST) $(wildcard tests/unit tests/cli tests/http)

static: lint types layers migrations ## everything that needs no test run

lint: $(DEV) ## style, spelling, templates, dependencies
	@.ci/lint

types: $(DEV) ## mypy, strict
	@$(BIN)/mypy

layers: $(DEV) ## who may import whom
	@$(BIN)/lint-imports --no-logo --no-cache

migrations: $(DEV) ## the migrations lead to the models
	@.ci/migrations

unit: $(DEV) ## tests of the parts, mirrors idp/; T=word picks some, as for all of these
	@$(PYTEST) tests/unit

cli: $(DEV) ## tests of commands and migrations
	@$(PYTEST) tests/cli

http: $(DEV) ## tests through the WSGI door
	@$(PYTEST) tests/http

browser: $(DEV) ## tests in a real Chromium
	@.ci/chromium; REQUIRE_BROWSER=1 $(PYTEST) tests/browser

interop: $(DEV) ## tests with the example apps and independent libraries
	@.ci/chromium; .ci/node; .ci/apache; .ci/proxies; REQUIRE_BROWSER=1 REQUIRE_NODE=1 REQUIRE_APACHE=1 $(PYTEST) tests/interop

certification: $(DEV) ## what the official profiles ask for, from a production server behind a TLS proxy
	@.ci/apache; .ci/proxies; REQUIRE_APACHE=1 REQUIRE_PROXIES=1 $(PYTEST) tests/certification

security: $(DEV) ## tests named after attacks
	@$(PYTEST) tests/security

perf: $(DEV) ## budgets that do not depend on the machine's speed
	@$(PYTEST) tests/perf

reliability: $(DEV) ## real servers, and something that goes wrong: the short form
	@$(PYTEST) tests/reliability

soak: $(DEV) ## the long form, for MINUTES=60; ONLY="kill" picks some scenarios
	@$(BIN)/python -m tests.reliability --minutes $(or $(MINUTES),60) --only "$(ONLY)"

coverage: $(DEV) ## which lines no unit or http test has seen
	@$(PYTEST) --cov --cov-report=term-missing:skip-covered tests/unit tests/http

fix: $(DEV) ## put lint and layout right where a tool can
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

migration: $(DEV) ## write a migration from the models: make migration m="what it does"
	@.ci/migrations "$(m)"

bench: $(DEV) ## requests per second, latency, memory and statements per request
	@$(BIN)/python -m benchmarks

routes: $(DEMO) ## every URL, who may come, and its view
	@$(IDP) dev routes

rules: $(DEMO) ## the order of pages and the order of request checks
	@$(IDP) dev rules

totp: $(DEMO) ## the current one-time codes of the demo people, or with KEY="…" of the key below a QR code
	@$(IDP) dev totp $(if $(KEY),"$(KEY)")

mail: $(DEMO) ## the demo mailbox
	@$(IDP) dev mail

readme: $(DEV) ## write the tables of the README from the code
	@$(BIN)/python -m tests.support.readme

messages: $(DEV) ## bring the catalogues of translations up to date with the marked texts
	@$(BIN)/python -m tests.support.messages

wheel: $(DEV) ## a package to install elsewhere: dist/*.whl, the same bytes for the same commit
	@rm -rf dist/*.whl; SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m hatchling build -t wheel

sbom: $(DEV) ## what a deployment is made of: dist/sbom.cdx.json (CycloneDX)
	@mkdir -p dist; $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible --of JSON -o dist/sbom.cdx.json

audit: $(DEV) ## known vulnerabilities of what is pinned; needs the network
	@$(BIN)/pip-audit --requirement requirements.lock --require-hashes --disable-pip

screenshots: $(DEV) ## pictures of every page: var/screenshots/index.html
	@.ci/chromium; REQUIRE_BROWSER=1 $(BIN)/python -m pytest -q tests/browser/screenshots.py

hooks: ## run lint before every commit of this clone
	@git config core.hooksPath .ci/hooks

lock: $(DEV) ## write the lock files again after a change in pyproject.toml
	@.ci/lock

upgrade: $(DEV) ## the same, with every version renewed
	@.ci/lock --upgrade

clean: ## forget the virtual environment and caches, keep data and keys
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/.installed-%: %.lock .ci/bootstrap
	@.ci/bootstrap $*.lock
	@touch $@
