"""The browser in which the pages are tried: Debian's Chromium, started by the tests and by nobody else."""

import os
from pathlib import Path
from typing import ClassVar, Final

from tests.servers.server import Missing, program

PATH_VARIABLE: Final = "ERRAND_TEST_CHROMIUM"


class Chromium:
    """No server, but missing in the same manner."""

    name: ClassVar[str] = "Chromium"
    debian_package: ClassVar[str] = "chromium"

    @classmethod
    def programs(cls) -> tuple[Path, ...]:
        """The browser, where the person or Debian has put it; raises `Missing`."""
        given = os.environ.get(PATH_VARIABLE)
        if given and not Path(given).is_file():
            raise Missing(f"{PATH_VARIABLE} names no file")
        return (Path(given) if given else program("chromium"),)
