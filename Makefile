# Two commands are all a newcomer needs: `make demo` and `make test`. `make` alone lists the rest.

VENV := .venv
PY   := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo run worker test check format reference lock bench clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

# ---- set-up: each stamp is remade only when its lock file changes -------------------------------

$(PY):
	@python="$$(scripts/find_python.sh)" && echo "Creating $(VENV) with $$python" && "$$python" -m venv $(VENV)

$(VENV)/.locked: requirements.txt | $(PY)
	@echo "Installing the locked packages (once per change of requirements.txt)"
	@$(PY) -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.locked-dev: requirements-dev.txt | $(PY)
	@echo "Installing the locked development packages (once per change of requirements-dev.txt)"
	@$(PY) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.locked

setup: $(VENV)/.locked ## Create .venv with the locked packages
setup-dev: $(VENV)/.locked-dev ## The same, with the tools for tests and checks

# ---- use ----------------------------------------------------------------------------------------

demo: setup ## Start in mock mode, make a video, print where it is (SCRIPT="..." PORT=5001 ARGS=--once)
	@$(PY) -m app.demo $(ARGS)

run: setup ## Start the server on PORT (web and worker in one process)
	@$(PY) app/main.py

worker: setup ## Start one more worker on the same database
	@$(PY) -m app.worker

# ---- prove --------------------------------------------------------------------------------------

check: setup-dev ## Format, lint, types, layers, lock files: under a minute
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) scripts/check_lock.py

test: setup-dev ## Run all tests; Chromium and PostgreSQL are found or installed when that is allowed
	@scripts/test_tools.sh
	$(PY) -m pytest $(ARGS)

bench: setup-dev ## Measure the product on this machine; close everything else first
	$(PY) -m benchmarks

# ---- keep ---------------------------------------------------------------------------------------

format: setup-dev ## Format the code and mend what the linter can mend
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

reference: setup ## Write what the code can tell: .env.example and pages in docs/reference
	$(PY) scripts/env_example.py > .env.example
	$(PY) scripts/reference_pages.py

LOCK := $(VENV)/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet

lock: setup-dev ## Compile pyproject.toml into both lock files (UPGRADE=1 takes newer versions)
	@test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet uv
	$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --group dev -o requirements-dev.txt

clean: ## Remove what was built; keeps data/ and .env
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
