# Thin: each target is one command that can be read. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help book test lint drift exercises validity lab serve clean environment

PYTHON ?= python3
# pip's own option for the address of torch's CPU build, when it is wanted.
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
# One thread a process: the matrices are small, and figures repeat.
export OMP_NUM_THREADS ?= 1

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' Makefile | awk -F':.*## ' '{printf "make %-10s %s\n", $$1, $$2}'

$(VENV)/ready: requirements.txt pyproject.toml
	@echo "Creating the environment in $(VENV) (once; the packages are about 1.5 GB on disk) ..."
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: pass it as make PYTHON=python3.11 book.')"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@if [ -n "$(TORCH_INDEX)" ]; then $(BIN)/pip install -q --disable-pip-version-check $$(grep '^torch==' requirements.txt) --index-url "$(TORCH_INDEX)"; fi
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

environment: $(VENV)/ready

book: $(VENV)/ready  ## build the book: _build/html/index.html
	@echo "Building the book (changed chapters are executed) ..."
	@mkdir -p _build
	@$(BIN)/jupyter-book build book --config _config.yml --path-output . -n -W --keep-going > _build/book.log 2>&1 \
	  || { cat _build/book.log; rm -rf _build/.doctrees; echo "The build failed; the messages are above and in _build/book.log."; exit 1; }
	@echo "The book is ready: open _build/html/index.html"
