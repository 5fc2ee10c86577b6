"""Install the Debian packages that `make test-all` needs beside Python's: python -m infra.run.debian.

Needs root and apt; without them it says which packages are missing and returns 2.
"""

import os
import shutil
import subprocess
import sys

PACKAGES = {
    "radosgw": ("radosgw", "ceph-mon", "ceph-osd", "ceph-mgr", "ceph-common"),
    "chromium": ("chromium",),
    "java": ("default-jre-headless",),
    "pg_createcluster": ("postgresql",),
    "redis-server": ("redis-server",),
    "curl": ("curl",),
}
"""Packages by the command that shows that they are there."""


def missing() -> list[str]:
    """Return the packages whose command is nowhere on the path."""
    return [
        package
        for command, packages in PACKAGES.items()
        if not shutil.which(command)
        for package in packages
    ]


def main() -> int:
    """Return 0 when all are there, 2 where they cannot be installed."""
    wanted = missing()
    if not wanted:
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(
            f"make test-all needs Debian packages; as root: apt-get install {' '.join(wanted)}",
            file=sys.stderr,
        )
        return 2
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", *wanted],
    ):
        done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - names of our own
        if done.returncode:
            print(f"{' '.join(command)} failed with {done.returncode}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
