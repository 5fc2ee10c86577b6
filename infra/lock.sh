#!/bin/sh
# Resolve infra/lock/*.txt anew: sh infra/lock.sh PATH-TO-UV. No header, because it would repeat this command line.
set -eu
uv=$1
compile() {
    out=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate "$@" -o "infra/lock/$out"
}
compile run.txt --extra airflow --extra store --extra build pyproject.toml
compile test.txt --extra airflow --extra store --extra build --extra test --constraint infra/lock/run.txt pyproject.toml
# A cluster's nodes: what `run.txt` has, and what takes tasks from Redis and writes to PostgreSQL.
compile cluster.txt --extra airflow --extra cluster --extra store --constraint infra/lock/run.txt pyproject.toml
# What folding is measured against; and Spark and Playwright, downloads of their own size that only `make test-all` takes.
compile bench.txt --extra bench --constraint infra/lock/test.txt pyproject.toml
compile spark.txt --extra spark --extra render --constraint infra/lock/test.txt pyproject.toml
# 350 MB for one test, and only where somebody has unpacked the chart: no target of make installs it.
compile chart.txt --extra chart --constraint infra/lock/test.txt pyproject.toml
echo uv | compile uv.txt -
if grep -lE 'https?://|index-url|find-links' infra/lock/*.txt; then
    echo "An address got into a locked list: nothing that names a package host may be committed." >&2
    exit 1
fi
