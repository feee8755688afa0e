"""Fetch Debian's packages of servers and browser where that is allowed, and say in a line each what will be skipped.

With `CI=true` one that is still missing is a failure: a green run must have asked all of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.servers.browser import PATH_VARIABLE, Chromium
from tests.servers.client import URL_VARIABLES
from tests.servers.programs import SERVERS
from tests.servers.server import Missing, Server

NEEDED: Final[Mapping[str, type[Server] | type[Chromium]]] = {**SERVERS, "browser": Chromium}
GIVEN: Final[Mapping[str, str]] = {**URL_VARIABLES, "browser": PATH_VARIABLE}


def missing_servers(environment: Mapping[str, str]) -> dict[str, str]:
    """Each server, and the browser, that is neither given by environment variable nor installed, with the reason."""
    reasons: dict[str, str] = {}
    for kind, server in NEEDED.items():
        if environment.get(GIVEN[kind]):
            continue
        try:
            server.programs()
        except Missing as missing:
            reasons[kind] = str(missing)
    return reasons


def skip_lines(environment: Mapping[str, str]) -> list[str]:
    """What to tell a person about each missing server."""
    return [
        f"{NEEDED[kind].name} is skipped: {why} (Debian: apt-get install {NEEDED[kind].debian_package})"
        for kind, why in missing_servers(environment).items()
    ]


def install(packages: list[str]) -> None:
    """Install without starting any service: the tests start their own, on their own ports."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with tempfile.TemporaryDirectory() as folder, _services_held_back(Path(folder)):
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=True)
        subprocess.run(
            ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages],
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def _services_held_back(folder: Path) -> Iterator[None]:
    """Debian asks this script before a package starts a service; 101 means no."""
    policy = Path("/usr/sbin/policy-rc.d")
    kept = folder / "policy-rc.d"
    if policy.exists():
        shutil.copy2(policy, kept)
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
        if kept.exists():
            shutil.copy2(kept, policy)


def main() -> int:
    """Install what is missing and may be; the exit code says whether the suite can go on."""
    missing = missing_servers(os.environ)
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        packages = [NEEDED[kind].debian_package for kind in missing]
        print(f"Installing {', '.join(packages)} for the tests…", flush=True)
        try:
            install(packages)
        except (OSError, subprocess.CalledProcessError) as failure:
            print(f"apt-get did not succeed: {failure}", file=sys.stderr)
    lines = skip_lines(os.environ)
    for line in lines:
        print(line, flush=True)
    return int(bool(lines) and os.environ.get("CI") == "true")


if __name__ == "__main__":
    sys.exit(main())
