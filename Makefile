# Two commands do everything: `make run` and `make test`. See README.md.
PYTHON ?= python3
LAN ?=
PORT ?= $(if $(filter-out 0,$(LAN)),8443,8000)
ARGS ?=
VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test bench check clean

run: $(VENV)/run.ok
	@$(PY) -m patrol.frontend.vendor
	@$(PY) -m patrol.cli start --port $(PORT) $(if $(filter-out 0,$(LAN)),--lan) $(ARGS)

test: $(VENV)/dev.ok
	@$(PY) -m patrol.frontend.vendor --dev
	@$(PY) -m tests.everything $(ARGS)

bench: $(VENV)/dev.ok
	@$(PY) -m patrol.frontend.vendor
	@$(PY) -m tests.bench $(ARGS)

$(VENV)/pip.ok:
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.ok: $(VENV)/pip.ok requirements.lock pyproject.toml
	@echo "Installing the locked packages (once) ..."
	@$(PY) -m pip install --quiet --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/dev.ok: $(VENV)/pip.ok requirements-dev.lock pyproject.toml
	@echo "Installing the locked packages for tests (once) ..."
	@$(PY) -m pip install --quiet --require-hashes -r requirements-dev.lock
	@$(PY) -m pip install --quiet --no-deps --editable .
	@touch $@

clean:
	rm -rf $(VENV) static/vendor build dist
