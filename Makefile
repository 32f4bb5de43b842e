# make demo   set everything up, analyse a sample recording, then record from simulated sensors
# make test   style, types, import contracts, tests
# Needs Python 3.11 or newer, git and make; another interpreter: make PYTHON=python3.12 demo

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test accuracy peers soak latency bluez bench recordings clean

help:
	@sed -n '/^# /s/^# //p' Makefile | head -3
	@echo "also: make accuracy, peers, soak, latency, bluez, bench, recordings, clean"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name it with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python cannot make virtual environments; on Debian: sudo apt install python3-venv" >&2; \
	    exit 1; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@

demo: $(INSTALLED)
	$(BIN)/pelvicsense analyze recordings/walk --out demo --force
	@echo "Now three simulated sensors on a simulated radio, recorded for 30 s:"
	$(BIN)/pelvicsense log --virtual walk --duration 30 --out demo

test: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -m 'not slow and not soak and not bluez'

accuracy: $(INSTALLED)
	PYTHONPATH=tests $(BIN)/python tests/accuracy/validate.py
	$(BIN)/pytest -n 2 -m slow tests/accuracy

# Other programs on the same sessions, each in an environment of its own.
PEERS := mobgap skdh qmt opensim
PEERS_AT := build/peers

$(PEERS_AT)/env-%/.installed: tests/accuracy/peers/requirements/%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check --quiet install -r $<
	@touch $@

peers: $(INSTALLED) $(PEERS:%=$(PEERS_AT)/env-%/.installed)
	PYTHONPATH=tests:tests/accuracy $(BIN)/python tests/accuracy/peers/compare.py

# Three sensors for hours of signal, with lost links and packets, and what the live path costs.
soak: $(INSTALLED)
	$(BIN)/pytest -s -m soak tests/ble tests/dashboard
	cd tests/ble && PYTHONPATH=.. ../../$(BIN)/python cost.py

# How late the screen and the sound are, and what the live window costs; on a quiet machine.
latency: $(INSTALLED)
	cd tests/dashboard && PYTHONPATH=..:../ble QT_QPA_PLATFORM=offscreen ../../$(BIN)/python latency.py

# The same program on Linux' own Bluetooth stack, in a virtual machine; needs QEMU and root.
bluez: $(INSTALLED)
	$(BIN)/pytest -s -m bluez tests/bluez

bench: $(INSTALLED)
	$(BIN)/pelvicsense bench

# Each recording is made by the command that recordings/README.md gives for it.
recordings: $(INSTALLED)
	rm -rf recordings/walk recordings/run recordings/trouble
	sed -n 's|^    pelvicsense |$(BIN)/pelvicsense |p' recordings/README.md | sh -e

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
