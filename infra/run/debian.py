"""Installs the Debian packages that `make test-all` needs: python -m infra.run.debian.

Needs root and apt; without them it prints which packages are missing and returns 2.
"""

import os
import shutil
import subprocess
import sys

# A command tells more than dpkg does: it may have been installed in another way.
PACKAGES = {
    "radosgw": ("radosgw", "ceph-mon", "ceph-osd", "ceph-mgr", "ceph-common"),
    "chromium": ("chromium",),
    "java": ("default-jre-headless",),
    "pg_createcluster": ("postgresql",),
    "redis-server": ("redis-server",),
    "curl": ("curl",),
    "faketime": ("faketime",),
    "promtool": ("prometheus",),
    "npm": ("npm",),
}
"""Packages by a command that they install."""


def missing() -> list[str]:
    """Return the packages whose command is not on PATH."""
    return [
        package
        for command, packages in PACKAGES.items()
        if not shutil.which(command)
        for package in packages
    ]


def main() -> int:
    """Return 0 when all are there, 2 where they cannot be installed."""
    packages = missing()
    if not packages:
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(
            f"make test-all needs Debian packages; as root: apt-get install {' '.join(packages)}",
            file=sys.stderr,
        )
        return 2
    # Without it, a package may ask questions and wait for an answer.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - our own names
        if done.returncode:
            print(f"{' '.join(command)} failed with {done.returncode}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
