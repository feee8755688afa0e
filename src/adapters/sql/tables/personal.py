"""What every column of every table holds, as far as people are concerned.

`public` says nothing of a person but in connection with other tables: ids, states, amounts, times, and what the hall
shows to every runner while an order is open. `sealed` is encrypted with the key ring and bound to table, column and
row. `index` is a blind index: equal values are found, and no value is read. `digest` is a keyed or one-way digest.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from errand_domain.retention import RowName

Holding = Literal["public", "sealed", "index", "digest"]

PERSONAL: Final[Mapping[str, Mapping[Holding, str]]] = MappingProxyType(
    {
        "campuses": {"public": "id name version document"},
        "members": {"public": "id campus_id joined_at barred closed_at version document", "sealed": "private"},
        "member_ways": {"public": "kind member_id", "index": "value value_next"},
        "member_grants": {"public": "campus_id role member_id"},
        "blocks": {"public": "member_id other_id"},
        "sessions": {
            "public": "id member_id means strength started_at expires_at seen_at proved_by proved_at",
            "digest": "token_hash",
            "sealed": "device place",
        },
        "sign_in_codes": {"public": "kind sent_at tries_left history version", "index": "value", "digest": "code_hash"},
        "credentials": {
            "public": "member_id totp_step changed_at version",
            "digest": "password_hash recovery_hashes",
            "sealed": "totp_secret",
        },
        "operator_invitations": {
            "public": "member_id expires_at is_closed version",
            "digest": "token_hash",
            "sealed": "totp_secret",
        },
        "runners": {
            "public": "member_id campus_id state queued_since credit on_shift due_at leased_until version",
            "index": "student_number student_number_next",
            "sealed": "document private",
        },
        "credit_lines": {"public": "order_id order_version runner_id reason points at"},
        "orders": {
            "public": "id quote_id campus_id requester_id runner_id state phase version placed_at due_at"
            " details_until details_removed_at leased_until"
            " reward_fen goods_advance_fen distance_metres distance_estimated price"
            " hall_x hall_y hall_cell hall_gender hall_entry",
            "sealed": "terms private document",
        },
        "order_events": {"public": "order_id version kind at given_up_by", "sealed": "document"},
        "disputes": {
            "public": "id order_id campus_id requester_id runner_id opened_by reason opened_at state version",
            "sealed": "document private",
        },
        "reviews": {"public": "id order_id author_id subject_id stars tags at", "sealed": "text"},
        "content_cases": {
            "public": "id campus_id author_id kind subject doubt reports opened_at state version erase_at leased_until",
            "sealed": "document private",
        },
        "reports": {"public": "id case_id reporter_id reason at", "sealed": "text"},
        "files": {
            "public": "id owner_id order_id purpose media_type size_bytes at ticket_id erase_at"
            " screening trace judged_by leased_until version",
            "digest": "sha256",
        },
        "expected_files": {"public": "id erase_at leased_until"},
        "attempts": {
            "public": "id order_id campus_id payer_id purpose provider amount_fen created_at query_at leased_until"
            " state open_key version",
            "sealed": "document",
        },
        "refunds": {
            "public": "number attempt_id order_id campus_id provider amount_fen reason requested_at query_at"
            " leased_until state version",
            "sealed": "document",
        },
        "earnings": {
            "public": "order_id round runner_id campus_id amount_fen goods_fen earned_at release_at leased_until state"
            " version split document"
        },
        "withdrawals": {
            "public": "id runner_id campus_id provider amount_fen counted_fen parts requested_at query_at leased_until"
            " state open_key version",
            "sealed": "payee payee_name document",
        },
        "transfers": {"public": "sequence key debit credit amount_fen at"},
        "balances": {"public": "account fen"},
        "outbox": {"public": "sequence id lane due_at leased_until tries parked", "sealed": "message last_fault"},
        "answers": {
            "public": "member_id key reserved_at leased_until status media_type",
            "index": "request_digest",
            "sealed": "body",
        },
        "audit": {"public": "sequence at actor_id campus_id action subject", "sealed": "detail", "digest": "seal"},
        "audit_chain": {"public": "position sequence", "digest": "mark"},
    }
)

BOUND_TO: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "members": ("id",),
        "sessions": ("id",),
        "credentials": ("member_id",),
        "operator_invitations": ("member_id",),
        "runners": ("member_id",),
        "orders": ("id",),
        "order_events": ("order_id", "version"),
        "disputes": ("id",),
        "reviews": ("id",),
        "content_cases": ("id",),
        "reports": ("id",),
        "attempts": ("id",),
        "refunds": ("number",),
        "withdrawals": ("id",),
        "outbox": ("id",),
        "answers": ("member_id", "key"),
        # Its number is not known before it is written.
        "audit": ("subject", "action"),
    }
)
"""Which columns say whose value it is: what is sealed opens only beside them."""

SEALED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {table: tuple(columns["sealed"].split()) for table, columns in PERSONAL.items() if "sealed" in columns}
)

KEPT: Final[Mapping[RowName, str]] = MappingProxyType(
    {
        "account": "members.private",
        "sessions": "sessions.device sessions.place",
        "credentials": "credentials.totp_secret",
        "invitations": "operator_invitations.totp_secret",
        "runner": "runners.document runners.private",
        "order_details": "orders.terms orders.private orders.document order_events.document",
        "statements": "disputes.private",
        "rulings": "disputes.document",
        "reviews": "reviews.text",
        "content_cases": "content_cases.document content_cases.private",
        "reports": "reports.text",
        "payments": "attempts.document refunds.document",
        "withdrawals": "withdrawals.payee withdrawals.payee_name withdrawals.document",
        "messages": "outbox.message outbox.last_fault",
        "answers": "answers.body",
        "audit": "audit.detail",
    }
)
"""How long what is sealed stays: the row of `errand_domain.retention` for each column."""


def about(place: str, identity: tuple[object, ...]) -> str:
    """What a value in that place, `table.column`, of that row is bound to."""
    return f"{place}:{':'.join(map(str, identity))}"
