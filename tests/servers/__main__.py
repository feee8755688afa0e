"""Start all three by hand, for a look around or a benchmark, and stop them on Ctrl-C."""

import signal
from contextlib import suppress

from tests.servers.client import URL_VARIABLES, Servers, server_url
from tests.servers.programs import Missing

servers = Servers()
try:
    for kind, variable in URL_VARIABLES.items():
        try:
            print(f"export {variable}={server_url(kind)}", flush=True)
        except Missing as missing:
            print(f"# skipped: {missing}", flush=True)
    with suppress(KeyboardInterrupt):
        signal.pause()
finally:
    servers.close()
