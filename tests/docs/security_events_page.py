"""What the log says about security: the page made from the table that the log is written by."""

from entrypoints.http.security_events import (
    CATEGORY,
    DONE,
    ELSEWHERE,
    EVENTS,
    PROOFS,
    REFUSED,
    SERIES,
    STAFF_ACTED,
    STAFF_ROUTES,
    SecurityEvent,
)
from errand_domain.errors import DomainError
from tests.docs.pages import code, header, table

ABOUT = f"""Each is a line of JSON on standard error, of servers, workers and `errand keys`, with `"category":
"{CATEGORY}"`, the name below as `event`, `level`, and `timestamp` in UTC. Of a request it also has:

| field | what it is |
| --- | --- |
| `request_id` | the id of the request, which its answer has as `X-Request-Id` and a problem as `instance` |
| `route`, `status` | method and path with the names of its parameters; the status answered |
| `member_id`, `session` | who asked, through which session: ids; `session` is no token |
| `by`, `strength` | of a fresh session: by what, and by how many factors |
| `refusal` | the code of [errors.md](errors.md) |
| `source` | a keyed digest of the network address: equal for equal ones, and not turned back without the secret key |
| `target` | the same of the phone number or mail address that somebody claims to be reached at |
| `subject` | the ids in the path |
| `repeated` | the answer to an `Idempotency-Key` was given again; nothing was done |

Of {code(event.name for event in SERIES)} there is one line a minute from one source, so that nobody fills the log by
being refused; `errand_http_requests_total` counts all of them by route and status.

No line has a phone number, address, code, password, token or text: `tests/demo/test_logs.py` searches the logs of a
whole run. What staff did and looked at, by whom and to whom, is in the audit record as well, which the command line's
own deeds are in alone; refused notifications of providers are lines `notification_refused`.
"""


def security_events_page() -> str:
    """Every event, and what causes it."""
    rows = [(f"`{event.name}`", event.level, event.when, causes_of(event)) for event in (*EVENTS, *ELSEWHERE)]
    return "\n".join(
        [
            header("Security events", "entrypoints/http/security_events.py"),
            ABOUT,
            table(("event", "level", "when", "caused by"), rows),
        ]
    )


def causes_of(event: SecurityEvent) -> str:
    """The routes and refusals that it follows from."""
    done = [f"{method} {path}" for (method, path), found in DONE.items() if found is event]
    if event is STAFF_ACTED:
        done = [f"POST {STAFF_ROUTES}…"]
    kinds = [kind for kind, found in REFUSED.items() if found is event]
    if event.name in {"sign_in.failed", "proof.failed"}:
        kinds = list(PROOFS)
    refused = [kind.code if issubclass(kind, DomainError) else kind.__name__ for kind in kinds]
    return code([*done, *refused]) or "–"
