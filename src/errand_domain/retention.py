"""How long everything that is known of a person is kept, as one table.

A row says what, for how long, from when, what happens then, by what, and on which ground. `docs/reference/retention.md`
is made from it, `errand retention` shows it and counts what is late, and a test holds every column with personal data
and every purpose of a file to one row of it: what is new must say how long it stays. To add a row, name it in
`RowName`, write it below, and give it a timer or a chore, or say why nothing ends it.

Articles are of the Personal Information Protection Law (PIPL), the Cybersecurity Law (CSL) and the E-Commerce Law.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal, get_args

from attrs import frozen

from errand_domain.content.case import QUOTE_KEPT_FOR
from errand_domain.content.report import REPORTS_KEPT_FOR
from errand_domain.policy import Policy
from errand_domain.ports.files import FilePurpose
from errand_domain.ports.retained import ForgottenKind, RetainedKind
from errand_domain.runner.verification import APPLICATION_KEPT_FOR

RowName = Literal[
    "account",
    "consents",
    "credentials",
    "invitations",
    "sessions",
    "sign_in_codes",
    "runner",
    "refused_runners",
    "lapsed_runners",
    "student_cards",
    "unused_files",
    "unfinished_files",
    "untaken_uploads",
    "waiting_applications",
    "order_details",
    "statements",
    "rulings",
    "reviews",
    "content_cases",
    "reports",
    "payments",
    "withdrawals",
    "messages",
    "parked_notices",
    "answers",
    "audit",
]
ROW_NAMES: Final[tuple[RowName, ...]] = get_args(RowName)

SESSIONS_KEPT_FOR: Final = timedelta(days=30)
INVITATIONS_KEPT_FOR: Final = timedelta(days=30)
NOTICES_KEPT_FOR: Final = timedelta(days=30)
CODES_KEPT_FOR: Final = timedelta(days=2)
"""Longer than the day for which the limits of sending look back."""
ANSWERS_KEPT_FOR: Final = timedelta(days=2)
"""Longer than any client repeats a request."""
UNUSED_FILES_KEPT_FOR: Final = timedelta(days=1)
UNFINISHED_FILES_KEPT_FOR: Final = timedelta(days=1)
"""Longer than any process is between its first step of an upload and its last."""
LATE_AFTER: Final = timedelta(hours=1)
"""What is due for longer than this is overdue: every worker has had its time."""


@frozen
class ByPolicy:
    """As long as the campus says: the name of that number in its policy."""

    name: str


Lasting = Literal["closed", "replaced", "taken", "delivered", "books", "always"]
LASTING: Final[Mapping[Lasting, str]] = {
    "closed": "until the account is closed",
    "replaced": "until it is replaced or the account is closed",
    "taken": "until it is taken, or 75 minutes after its ticket was given",
    "delivered": "until it was delivered",
    "books": "as long as the books: nothing here erases it",
    "always": "not erased",
}
Span = timedelta | ByPolicy | Lasting


@frozen(kw_only=True)
class Row:
    """One kind of personal data. `ended_by` names what ends it by itself, where time alone does."""

    what: str
    kept: Span
    since: str
    then: str
    ground: str
    ended_by: RetainedKind | None = None


RETENTION: Final[Mapping[RowName, Row]] = {
    "account": Row(
        what="nickname, picture, phone number, e-mail address, WeChat identity",
        kept="closed",
        since="given",
        then="erased in the commit that closes the account",
        ground="PIPL 13(2), 47; CSL 24",
    ),
    "consents": Row(
        what="which version of which document was accepted, and when",
        kept="always",
        since="given",
        then="stays under the id of the account: the proof that it was given",
        ground="PIPL 14, 55",
    ),
    "credentials": Row(
        what="secret of the second factor, digests of password and recovery codes",
        kept="replaced",
        since="set",
        then="erased in the same commit",
        ground="PIPL 51",
    ),
    "invitations": Row(
        what="an operator's invitation, with the second factor's secret until it was used",
        kept=INVITATIONS_KEPT_FOR,
        since="its end",
        then="forgotten",
        ground="PIPL 19, 51",
        ended_by="invitation",
    ),
    "sessions": Row(
        what="device and network of a session; one that is ended is forgotten at once",
        kept=SESSIONS_KEPT_FOR,
        since="its end",
        then="forgotten",
        ground="PIPL 19, 51; CSL 21",
        ended_by="session",
    ),
    "sign_in_codes": Row(
        what="digest of the last code, keyed index of the address, when codes were sent and guessed at",
        kept=CODES_KEPT_FOR,
        since="the last code",
        then="forgotten",
        ground="PIPL 19, 51",
        ended_by="sign_in_code",
    ),
    "runner": Row(
        what="real name, student number, gender, what reviewers wrote",
        kept="closed",
        since="the application",
        then="erased in the commit that closes the account; a suspended runner's number when the study period ends",
        ground="PIPL 13(1), 29, 47",
    ),
    "refused_runners": Row(
        what="all of an application that was refused: real name, student number, gender, what reviewers wrote",
        kept=ByPolicy("keep_documents_for"),
        since="the decision; later while the runner has money from before, or an order",
        then="erased; that it was refused, when and by whom stays, and credit; the number is free from the decision on",
        ground="PIPL 19",
        ended_by="runner",
    ),
    "lapsed_runners": Row(
        what="real name, student number and gender of a runner whose study period is over",
        kept=ByPolicy("keep_documents_for"),
        since="the lapse; later while the runner has money, or an order",
        then="erased; that they were a runner, until when, and credit stays",
        ground="PIPL 19",
        ended_by="runner",
    ),
    "student_cards": Row(
        what="photo of a student card",
        kept=ByPolicy("keep_documents_for"),
        since="the decision",
        then="erased, with the bytes, and so are the cards shown before it",
        ground="PIPL 19, 28, 29",
        ended_by="runner",
    ),
    "unused_files": Row(
        what="student card in no application; photo for an order whose details are gone",
        kept=UNUSED_FILES_KEPT_FOR,
        since="the upload",
        then="erased, with the bytes",
        ground="PIPL 6, 19",
        ended_by="file",
    ),
    "unfinished_files": Row(
        what="sealed bytes of an upload, or of a file sealed anew, that did not come to its end",
        kept=UNFINISHED_FILES_KEPT_FOR,
        since="its beginning",
        then="erased; until then nobody is shown them, and nothing refers to them",
        ground="PIPL 6, 19",
        ended_by="expected_file",
    ),
    "untaken_uploads": Row(
        what="photo that was sent straight into the bucket",
        kept="taken",
        since="sent",
        then="removed from there; the bucket's own rule removes it after a day",
        ground="PIPL 6, 19",
    ),
    "waiting_applications": Row(
        what="all of an application that nobody decided or completed",
        kept=APPLICATION_KEPT_FOR,
        since="the application, or the question for more",
        then="erased; the member is told, and may apply again",
        ground="PIPL 6, 19",
        ended_by="runner",
    ),
    "order_details": Row(
        what="rooms, contacts, note, codes, item, typed places and reasons, positions, photos of proof and evidence",
        kept=ByPolicy("keep_order_details_for"),
        since="the end of the order; later while a dispute, a refund or an earning of it is open",
        then="erased, with the bytes; state, amounts, times, ids and a point to a kilometre stay",
        ground="PIPL 13(2), 19, 28; E-Commerce Law 31",
        ended_by="order_details",
    ),
    "statements": Row(
        what="what both sides said in a dispute",
        kept=ByPolicy("keep_order_details_for"),
        since="the end of the order",
        then="erased with the order's details; that somebody spoke, and when, stays",
        ground="PIPL 13(2), 19",
        ended_by="order_details",
    ),
    "rulings": Row(
        what="what operations decided about a dispute, and why",
        kept="books",
        since="the decision",
        then="stays under ids",
        ground="PIPL 13(3); E-Commerce Law 31, 63",
    ),
    "reviews": Row(
        what="text of a review",
        kept="closed",
        since="written",
        then="erased when its author leaves, or operations take it away; stars and tags stay",
        ground="PIPL 13(2), 47; E-Commerce Law 39",
    ),
    "content_cases": Row(
        what="text that was in doubt, and why it was taken away",
        kept=QUOTE_KEPT_FOR,
        since="the decision",
        then="erased; who decided what, and when, stays",
        ground="PIPL 19; CSL 47",
        ended_by="content_case",
    ),
    "reports": Row(
        what="who reported what, why, and what they wrote of it",
        kept=REPORTS_KEPT_FOR,
        since="the decision",
        then="erased with the words of the case; of who leaves before, name and words go at once",
        ground="PIPL 13(3), 19; CSL 49",
        ended_by="content_case",
    ),
    "payments": Row(
        what="payments and refunds, with what the payer's app was given and the providers said",
        kept="books",
        since="paid",
        then="stays under ids",
        ground="PIPL 13(2), 13(3); E-Commerce Law 31",
    ),
    "withdrawals": Row(
        what="whom a withdrawal was paid to",
        kept="books",
        since="requested",
        then="stays, sealed",
        ground="PIPL 13(3); E-Commerce Law 31",
    ),
    "messages": Row(
        what="what is to be done outside, notices with the reason that a person wrote",
        kept="delivered",
        since="caused",
        then="forgotten",
        ground="PIPL 19",
    ),
    "parked_notices": Row(
        what="a notice that could not be delivered and waits for an operator",
        kept=NOTICES_KEPT_FOR,
        since="the last try",
        then="forgotten: nobody wants to hear of it any more",
        ground="PIPL 19",
        ended_by="notice",
    ),
    "answers": Row(
        what="the answer to a request with an Idempotency-Key",
        kept=ANSWERS_KEPT_FOR,
        since="the request",
        then="forgotten",
        ground="PIPL 19",
        ended_by="answer",
    ),
    "audit": Row(
        what="who looked at what of whom and who decided what, by ids, with the reason",
        kept="always",
        since="done",
        then="stays: the chain would break",
        ground="PIPL 51, 54; CSL 21",
    ),
}


def kept_at(row: Row, policy: Policy) -> timedelta | Lasting:
    """For how long a campus with that policy keeps it."""
    if isinstance(row.kept, ByPolicy):
        span: timedelta = getattr(policy, row.kept.name)
        return span
    return row.kept


FILES_KEPT: Final[Mapping[FilePurpose, RowName]] = {
    "proof": "order_details",
    "evidence": "order_details",
    "student_card": "student_cards",
    "avatar": "account",
}
"""The row of each purpose of a file; one that nothing refers to is an unused file, whatever it was for."""

FORGOTTEN_AFTER: Final[Mapping[ForgottenKind, timedelta]] = {
    "session": SESSIONS_KEPT_FOR,
    "sign_in_code": CODES_KEPT_FOR,
    "invitation": INVITATIONS_KEPT_FOR,
    "notice": NOTICES_KEPT_FOR,
    "answer": ANSWERS_KEPT_FOR,
}
"""How long after its moment each is forgotten."""
