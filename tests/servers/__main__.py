"""Start all three by hand, for a look around or a benchmark, and stop them on Ctrl-C."""

import signal
from contextlib import closing, suppress

from tests.servers.client import URL_VARIABLES, Servers, server_url
from tests.servers.server import Missing

# A shell that starts this in the background has it ignore Ctrl-C, so both signals are asked for by name.
for ending in (signal.SIGINT, signal.SIGTERM):
    signal.signal(ending, signal.default_int_handler)

with suppress(KeyboardInterrupt), closing(Servers()):
    for kind, variable in URL_VARIABLES.items():
        try:
            print(f"export {variable}={server_url(kind)}", flush=True)
        except Missing as missing:
            print(f"# skipped: {missing}", flush=True)
    signal.pause()
