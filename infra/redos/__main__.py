"""Checks every pattern that meets outside text for catastrophic backtracking.

    python -m infra.redos [--timeout 10000] [--jobs 2] [--renew]

recheck (npm, pinned in package-lock.json, installed into a temporary folder) judges the patterns
that have no verdict in verdicts.json yet, and the file is written anew. Each that it does not call
safe is tried in Python's own engine: `infra.redos.alarms`. Exit codes: 0 done, 2 where a verdict is
missing and there is no Node or npm, 3 for a pattern that is slow, or unfinished without a bound.
"""

import argparse
import platform
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from infra.redos.patterns import CollectedPattern, collect
from infra.redos.recheck import KEPT, RecheckError, Verdict, digest, judge, keep, kept

if TYPE_CHECKING:
    from infra.redos.alarms import TriedPattern


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.redos", description=__doc__)
    parser.add_argument("--timeout", type=int, default=10_000, help="milliseconds for one pattern")
    parser.add_argument("--jobs", type=int, default=2, help="patterns judged at a time")
    parser.add_argument("--renew", action="store_true", help="judge all patterns again")
    options = parser.parse_args(arguments)
    collected = collect()
    known = {} if options.renew else kept()
    missing = [pattern for pattern in collected if digest(pattern) not in known]
    try:
        new = dict(judge(missing, timeout=options.timeout, jobs=options.jobs))
    except RecheckError as error:
        print(error, file=sys.stderr)
        return 2
    verdicts = {name: (known | new)[name] for name in map(digest, collected)}
    if verdicts != kept():
        keep(verdicts)
        print(f"{KEPT.name} has {len(new)} new verdicts; it belongs into the same commit")
    alarms = _tried(collected, verdicts)
    _report(verdicts, alarms)
    return 3 if any(alarm.fault for alarm in alarms) else 0


def _tried(
    collected: Sequence[CollectedPattern], verdicts: Mapping[str, Verdict]
) -> "list[TriedPattern]":
    # Imported late: it imports modules of ours, which `collect` must see being imported.
    from infra.redos.alarms import tried  # noqa: PLC0415 - see above

    judged = [(pattern, verdicts[digest(pattern)]) for pattern in collected]
    return [tried(pattern, verdict) for pattern, verdict in judged if verdict.status != "safe"]


def _report(verdicts: Mapping[str, Verdict], alarms: "Sequence[TriedPattern]") -> None:
    """Print what came of the check: the faults last, where they are read."""
    statuses = Counter(verdict.status for verdict in verdicts.values())
    print(f"Python {platform.python_version()}, {len(verdicts)} patterns; recheck: ", end="")
    print(", ".join(f"{count} {status}" for status, count in sorted(statuses.items())))
    for alarm in sorted(alarms, key=lambda alarm: (alarm.fault, alarm.outcome, alarm.key)):
        source = re.sub(r"\s+", " ", alarm.source)[:60]
        print(f"{'SLOW ' if alarm.fault else '     '}{alarm.key} ({alarm.seconds:.2f} s): ", end="")
        print(f"{alarm.outcome}   {source}")
    faults = sum(alarm.fault for alarm in alarms)
    print(f"{len(alarms)} alarms tried in Python's engine, {faults} are real")


if __name__ == "__main__":
    sys.exit(main())
