# Thin: each target is a command or two that can be read. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help book pdf student test lint format drift exercises validity attacks bench soak lighthouse lab serve clean environment

PYTHON ?= python3
# The address of torch's CPU build, where pip would fetch the one with CUDA.
TORCH_INDEX ?=
# The address under which the book will stand, for links that are shared.
URL ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install -q --disable-pip-version-check --no-compile
# One thread a process: the matrices are small, and figures repeat.
export OMP_NUM_THREADS ?= 1
export BOOK_URL = $(URL)

help:  ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 18

book: $(VENV)/ready  ## build the book: _build/html/index.html
	@echo "Building the book; changed chapters are executed, which takes a minute each ..."
	@mkdir -p _build
	@$(BIN)/jupyter-book build book --config _config.yml --path-output . -n -W --keep-going > _build/book.log 2>&1 \
	  || { cat _build/book.log; rm -rf _build/.doctrees; echo "The build failed; its messages are above and in _build/book.log."; exit 1; }
	@echo "The book is ready: open $(CURDIR)/_build/html/index.html"

pdf: book  ## print the whole book: _build/from-rnns-to-transformers.pdf
	@echo "Printing the book through Chromium, which takes a minute or two ..."
	@$(BIN)/python book/_pdf

test: $(VENV)/ready  ## run everything: lint, drift, a clean book build, all tests
	@status=0; \
	for step in lint drift; do $(MAKE) --no-print-directory $$step || status=1; done; \
	rm -rf _build/html _build/.doctrees _build/.jupyter_cache; \
	$(MAKE) --no-print-directory book || status=1; \
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder || status=1; \
	exit $$status

lint: $(VENV)/ready  ## check style and spelling
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/codespell

format: $(VENV)/ready  ## write the style that lint and the tests check
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .
	@$(BIN)/python book/_ext/format_cells.py book/ch*.md

exercises: $(VENV)/ready  ## make exercises/ from solutions/
	@$(BIN)/python -m autograder release

student: $(VENV)/ready  ## pack what a student gets: _build/student.zip
	@$(BIN)/python -m autograder.student

drift: exercises  ## fail if exercises/ differs from what solutions/ make
	@git diff --exit-code --stat exercises && test -z "$$(git status --porcelain exercises)" \
	  || { echo "exercises/ has drifted from solutions/: commit what 'make exercises' wrote."; exit 1; }

validity: $(VENV)/ready  ## prove that the hidden tests reject wrong and accept right answers
	@$(BIN)/python -m autograder.validity

attacks: $(VENV)/ready  ## run every attack against the grader; AGAINST=nbgrader for comparison
	@$(BIN)/python -W ignore -m tests.attacks $(if $(AGAINST),--against $(AGAINST))

bench: $(VENV)/ready  ## grade one class with us and with nbgrader; the ratio is printed last
	@$(BIN)/python -W ignore -m autograder.bench

soak: $(VENV)/ready  ## grade 300 students an assignment while processes are killed
	@$(BIN)/python -W ignore -m tests.autograder.soak

lighthouse: book  ## score the landing page and the heaviest chapter; needs node
	@command -v npm > /dev/null || { echo "npm is missing: install Node.js 18 or newer, with npm."; exit 1; }
	@test -x _build/lighthouse/node_modules/.bin/lighthouse \
	  || npm install --silent --no-audit --no-fund --prefix _build/lighthouse lighthouse@12.8.2
	@$(BIN)/python -m tests.lighthouse

lab: book  ## open chapters and exercises as notebooks in JupyterLab
	@$(BIN)/python -m desk lab

serve: book  ## serve the book with live cells, and JupyterLab, on this machine
	@$(BIN)/python -m desk book

clean:  ## remove everything built, but not the environment nor the exchange
	@test ! -d _build || find _build -mindepth 1 -maxdepth 1 ! -name exchange -exec rm -rf {} +
	@rmdir _build/exchange _build 2> /dev/null || true  # where they are empty
	@echo "Removed what was built. The environment stays in $(VENV); remove that folder to start anew."
	@test ! -d _build/exchange || echo "_build/exchange stays, too: it holds what students handed in."

environment: $(VENV)/ready

$(VENV)/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or newer is needed: name it, as in make PYTHON=python3.12 $(MAKECMDGOALS)')"
	@echo "Installing the packages into $(VENV); the first time this takes some minutes ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv module is missing: install the package python3-venv."; exit 1; }
	@if [ -n "$(TORCH_INDEX)" ]; then $(PIP) "$$(grep '^torch==' requirements.txt)" --index-url "$(TORCH_INDEX)"; fi
	@$(PIP) -r requirements.txt
	@touch $@
