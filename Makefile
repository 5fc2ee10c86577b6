# Sillok. `make run` and `make test` need nothing but python3 with venv, make and a package index.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
BIN := .venv/bin
# A module stays in one process, and in its place: the long ones come early. What hangs ends the run and shows where.
# Two processes more than there are cores: crawls, stores and Airflow let them wait a third of the time. All tests
# have one more, as some of them start whole clusters.
CORES := $(shell nproc 2>/dev/null || echo 2)
PYTEST := $(BIN)/pytest --maxprocesses 4 --dist loadscope --no-loadscope-reorder --max-worker-restart 0 \
	-o faulthandler_exit_on_timeout=true
export PYTHON
# Ctrl-C waits until Python can answer it; without this it would show how far an import had come (GNU coreutils).
LATER := $(shell env --block-signal=INT true 2>/dev/null && echo env --block-signal=INT)

.PHONY: help
help: ## say what can be made
	@sed -n 's/^\([a-z%-]*\):.*## /\1 /p' Makefile | while read -r name what; do printf '  make %-14s %s\n' "$$name" "$$what"; done

.PHONY: run up down shell
run: ready ## set everything up, crawl the sample press through Airflow, archive it, show what came of it
	@exec $(LATER) $(BIN)/python -m infra.run run
up: ready ## start Airflow with the real outlets on this machine (needs SILLOK_CONTACT); SAMPLE=1 for the sample press
	@exec $(LATER) $(BIN)/python -m infra.run up $(if $(SAMPLE),--sample)
down: ready ## stop what `make up` started
	@exec $(LATER) $(BIN)/python -m infra.run down
shell: ready ## open a shell in which scrapy, sillok and airflow meet this archive
	@exec $(LATER) $(BIN)/python -m infra.run shell

.PHONY: test test-all mutants redos house check
test: ready-test ## run the tests: no root, no apt, no network beyond loopback
	@$(PYTEST) -n $$(($(CORES) + 2)) -o faulthandler_timeout=900 -m "not full"
test-all: ready-bench ready-spark ## run all tests, with what needs Debian packages or hours; a missing part is a failure
	@$(BIN)/python -m infra.run.debian
	@SILLOK_TEST_ALL=1 $(PYTEST) -n $$(($(CORES) + 1)) -o faulthandler_timeout=5400 $(if $(ONLY),-m "$(ONLY)") $(PATHS)
	@$(if $(ONLY)$(PATHS),true,$(BIN)/python -m infra.mutants --jobs 2)
mutants: ready-test ## draw a hundred small changes to the rules and see whether the tests notice; SEED=, COUNT=, ROOMS=
	@$(BIN)/python -m infra.mutants $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT)) $(if $(ROOMS),--rooms $(ROOMS))
redos: ready-test ## check every pattern that meets outside text for catastrophic backtracking (new ones need Node and npm); RENEW=1
	@$(BIN)/python -m infra.redos $(if $(RENEW),--renew)
house: ready-test ## measure the source: folders, imports, names, comments, and the way of one article; JSON=1
	@$(BIN)/python -m infra.house $(if $(JSON),--json)
check: ready-test ## ruff, mypy, import-linter, and the limits of infra/house/counts.py
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m infra.house --check

# Cases from outside the repository: a folder a case, with a runner and a judge beside them.
CASES ?= ../shared/cases/field
.PHONY: cases
cases: ready-test ## run every case of $(CASES) against this checkout and judge what came of it
	@mkdir -p var; if [ -f "$(CASES)/run.py" ]; then \
		SILLOK=. PYTHON="$(CURDIR)/$(BIN)/python" $(BIN)/python "$(CASES)/run.py" >var/cases.txt && \
		$(BIN)/python "$(CASES)/judge.py" var/cases.txt; \
	else echo "skipped: no cases at $(CASES); name their folder with CASES=DIR"; fi

BENCHES := bench-reading bench-folding bench-crawl bench-polls bench-memory bench-discovery bench-archive bench-completeness bench-backfill
.PHONY: bench
bench: $(BENCHES) ## measure; each also alone: bench-reading, bench-folding, …
.PHONY: $(BENCHES)
$(BENCHES): bench-%: ready-bench
	@$(BIN)/python -m infra.bench.$*

.PHONY: lock
lock: ready-test ## resolve the locked lists anew: exact versions and hashes, no address of any index
	@sh infra/lock.sh $(BIN)/uv

.PHONY: ready ready-test ready-bench ready-spark
ready:
	@sh infra/bootstrap.sh run
ready-test:
	@sh infra/bootstrap.sh test
ready-bench: ready-test
	@sh infra/bootstrap.sh bench
ready-spark: ready-test
	@sh infra/bootstrap.sh spark

.PHONY: clean
clean: down ## remove what runs have made (the archive under var/ too)
	rm -rf var
