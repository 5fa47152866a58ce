# Thin: every target is one command of `python -m cli` or one tool. `make help` lists them.
.DEFAULT_GOAL := help
# Every target that has a help text is a command, not a file.
.PHONY: $(shell sed -n 's/^\([a-z0-9-]*\):.*\#\# .*/\1/p' $(firstword $(MAKEFILE_LIST)))

STACK ?=
CONTEXT ?=
VENV := .venv
PYTHON := $(VENV)/bin/python
CLI = $(PYTHON) -m cli
WITH_STACK = $(if $(STACK),--stack $(STACK))
# Images that the sandbox makes, by the names that the program has for them.
REAL_IMAGES = $(shell $(PYTHON) -c "from components.ollama.versions import *; print('--image', f'ollama={OLLAMA}', '--image', f'nginx={NGINX}')")
WITH_YES = $(if $(YES),--yes)
# Compiled bytecode saves two seconds on every run of the program.
unexport PYTHONDONTWRITEBYTECODE
export UV_COMPILE_BYTECODE := 1
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  STACK=name chooses the stack: dev, staging, prod, sandbox or one of your own"

setup: $(VENV)/.installed ## Install what the project needs into .venv

$(VENV)/.installed: pyproject.toml requirements.txt sandbox/pyproject.toml
	@./setup.sh
	@touch $@

up: setup ## Bring the stack up, or change it to what its settings say
	@$(CLI) up $(WITH_STACK) $(WITH_YES) $(if $(MESSAGE),--message "$(MESSAGE)")

preview: setup ## Show what `make up` would change, live objects included
	@$(CLI) preview $(WITH_STACK)

status: setup ## Show what runs
	@$(CLI) status $(WITH_STACK)

login: setup ## Show how to log in to LibreChat: address, e-mail address, password of the first account
	@$(CLI) login $(WITH_STACK)

open: setup ## Open LibreChat in a browser, through a local port: PORT=3080, NO_BROWSER=1
	@$(CLI) open $(WITH_STACK) $(if $(PORT),--port $(PORT)) $(if $(NO_BROWSER),--no-browser)

drift: setup ## Show what was changed in the cluster, and by whom; exit status 2 if anything was
	@$(CLI) drift $(WITH_STACK)

repair: setup ## Put back what was changed in the cluster
	@$(CLI) repair $(WITH_STACK) $(WITH_YES)

destroy: setup ## Remove the stack from its cluster; KEEP_DATA=1 leaves what is protected, GONE=1 for a cluster that is gone
	@$(CLI) destroy $(WITH_STACK) $(WITH_YES) $(if $(GONE),--cluster-gone) $(if $(KEEP_DATA),--keep-data)

backup: setup ## Back MongoDB up now
	@$(CLI) backup $(WITH_STACK)

backups: setup ## List the backups of MongoDB
	@$(CLI) backups $(WITH_STACK)

restore: setup ## Replace MongoDB's database by a backup: BACKUP=name or latest
	@$(CLI) restore $(WITH_STACK) $(WITH_YES) "$(BACKUP)"

backup-secrets: setup ## Write the generated credentials to a file, encrypted: RECIPIENT=key, OUT=file
	@$(CLI) backup-secrets $(WITH_STACK) $(if $(RECIPIENT),--recipient "$(RECIPIENT)") $(if $(OUT),--output "$(OUT)")

restore-secrets: setup ## Put saved credentials into a new stack: FILE=file, IDENTITY=private key of age
	@$(CLI) restore-secrets $(WITH_STACK) $(if $(IDENTITY),--identity "$(IDENTITY)") "$(FILE)"

history: setup ## Show the revisions of the stack: when, what, which commit, by whom
	@$(CLI) history $(WITH_STACK)

rollback: setup ## Bring program and settings back to the revision REV
	@$(CLI) rollback $(or $(REV),$(error REV=n says which revision: make history)) $(WITH_STACK) $(WITH_YES)

unlock: setup ## Break the lock that a killed operation left on a stack
	@$(CLI) unlock $(WITH_STACK) $(WITH_YES)

validate: setup ## Check the settings of a stack or of all, with neither engine nor cluster
	@$(CLI) validate $(WITH_STACK)

doctor: setup ## Check what the cluster lacks for a stack, before anything is deployed
	@$(CLI) doctor $(WITH_STACK)

diff: setup ## Show how two stacks differ, in settings and objects: FROM=dev TO=prod
	@$(CLI) diff --from $(or $(FROM),dev) --to $(or $(TO),prod)

policy: setup ## Check what a stack will have against the policy pack
	@$(CLI) policy $(WITH_STACK)

lint: setup ## Check style, types, scripts, and that derived files are up to date
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/basedpyright
	@$(CLI) generate --check
	@$(CLI) lint-scripts

format: setup ## Format the code
	@$(VENV)/bin/ruff check --fix --quiet .
	@$(VENV)/bin/ruff format --quiet .

generate: setup ## Write the files that are generated from the code
	@$(CLI) generate

librechat-schema: setup ## Write what the lint of librechat.yaml knows, from the npm package in tests/schema/package.json
	@$(PYTHON) -m tests.schema.generate

lock: setup ## Move the pinned versions to the newest that requirements.txt and pyproject.toml allow
	@$(CLI) lock

unit: setup ## Run the tests that need neither engine nor cluster
	@$(PYTHON) -m pytest tests/unit sandbox/tests/unit -n auto

test: lint ## Run every test, on a real engine and a real API server
	@$(PYTHON) -m pytest tests/unit sandbox/tests/unit tests/schema -n auto
	@$(PYTHON) -m pytest tests/engine sandbox/tests/cluster -n 3 --dist loadfile

e2e: setup ## Run the tests that need containers: on the cluster of CONTEXT=name, else as root on a node of the sandbox
	@CONTEXT=$(CONTEXT) $(PYTHON) -m pytest tests/e2e $(if $(CONTEXT),,sandbox/tests/node) -n 0 -rs

bench: setup ## Measure beside Terraform, Helm and kubectl and write docs/benchmarks.md; QUICK=1 for a look
	@$(PYTHON) -m benchmarks run $(if $(QUICK),--quick)

soak: setup ## Run the long tests: properties, 1,000 changes of settings, 100 interruptions; DATA_SEED, INTERRUPTION_SEED repeat a run
	@$(PYTHON) -m pytest tests/unit sandbox/tests/unit tests/schema -n auto --hypothesis-profile=soak
	@DATA_SEED=$${DATA_SEED:-0} DATA_PAIRS=1000 $(PYTHON) -m pytest tests/engine/test_data_properties.py -n 0
	@INTERRUPTIONS=50 $(PYTHON) -m pytest tests/engine/test_interruption.py -n 0 -s

sandbox-start: setup ## Start the embedded cluster; REAL_NODE=1 adds a node with containers, as root
	@$(PYTHON) -m sandbox cluster start $(if $(REAL_NODE),--real-node $(REAL_IMAGES))

sandbox-stop: setup ## Stop the embedded cluster and keep its objects
	@$(PYTHON) -m sandbox cluster stop

sandbox-delete: setup ## Remove the embedded cluster
	@$(PYTHON) -m sandbox cluster delete

clean: ## Remove what tools and tests leave behind; state and clusters stay
	@rm -rf .pytest_cache .ruff_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
