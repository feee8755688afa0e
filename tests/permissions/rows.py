"""What is asked at each route, and which row of the policy says who may: a route without a line fails the matrix."""

from typing import Any, Final

from attrs import frozen

API: Final = "/api/v1"
ELSEWHERE: Final = "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"
HERE: Final = {"latitude": 30.3080, "longitude": 120.0860}


@frozen(kw_only=True)
class Row:
    """One route, asked with what would be right; `{names}` are filled in from the world."""

    method: str
    path: str
    action: str
    about: str = ""
    body: Any = None
    form: bool = False
    query: Any = None
    asks: bool = True
    may_be_missing: bool = False
    """Whoever may, may still find nothing: a message that is not parked, a runner who never applied."""
    behind: str = ""
    """An action that is asked first: to whoever may not even that, the thing is not there."""


def _row(written: str, action: str, about: str = "", body: Any = None, **more: Any) -> Row:
    method, path = written.split(" ")
    return Row(method=method, path=path, action=action, about=about, body=body, **more)


_ORDER = f"{API}/orders/{{order_id}}"
_STAFF = f"{API}/operator"
_PHONE = {"kind": "phone", "address": "+8613911112222"}
_MAIL = {"email": "nobody@example.edu.cn", "password": "three blue bicycles"}
_CONSENT = {"document": "privacy_policy", "version": "2026-11-01"}
_IMAGE = {"sizeBytes": 1000, "mediaType": "image/png"}
_STATEMENT = {"kind": "statement", "subject": "{disputed_id}", "number": 2}
_CAMPUS = {"campus": "{campus_id}"}

PUBLIC: Final = (
    _row("GET /health/live", "sign_in", asks=False),
    _row("GET /health/ready", "sign_in", asks=False),
    _row("GET /metrics", "sign_in", asks=False),
    _row("GET /schema", "sign_in", asks=False),
    _row("GET /operator-invitation", "sign_in", asks=False),
    _row("GET /console/pages.css", "sign_in", asks=False),
    _row("GET /schema/openapi.json", "sign_in", asks=False),
    _row("GET /schema/{path}", "sign_in", asks=False, may_be_missing=True),
    _row(f"GET {API}/documents", "sign_in", asks=False),
    _row(f"GET {API}/documents/user_agreement/2026-11-01", "sign_in", asks=False),
    _row(f"POST {API}/sign-in/codes", "sign_in", "", _PHONE, asks=False),
    _row(f"POST {API}/sessions", "sign_in", "", {**_PHONE, "code": "0"}, asks=False),
    _row(f"POST {API}/sign-in/password-resets", "sign_in", "", {**_MAIL, "code": "000000"}, asks=False),
    _row(f"POST {API}/sessions/wechat", "sign_in", "", {"ticket": "x"}, asks=False),
    _row(f"POST {API}/sessions/password", "sign_in", "", _MAIL, asks=False),
    _row(f"POST {API}/operator-invitations/looked-at", "sign_in", "", {"token": "x"}, asks=False, may_be_missing=True),
    _row(f"POST {API}/operator-invitations/codes", "sign_in", "", {"token": "x"}, asks=False, may_be_missing=True),
    _row(
        f"POST {API}/operator-invitations/proven",
        "sign_in",
        "",
        {"token": "x", "code": "000000"},
        asks=False,
        may_be_missing=True,
    ),
    _row(
        f"POST {API}/operator-invitations/accepted",
        "sign_in",
        "",
        {"token": "x", "password": "three blue bicycles", "code": "000000"},
        asks=False,
        may_be_missing=True,
    ),
    _row(f"GET {API}/campuses", "see_campuses", asks=False),
    _row(f"GET {API}/campuses/{{campus_id}}", "see_campuses", asks=False),
    _row(f"GET {API}/places", "see_campuses", query={**_CAMPUS, "q": "舍"}, asks=False),
    # The link says who looks; this is none.
    _row(f"GET {API}/file-links/{{card_id}}", "sign_in", asks=False, may_be_missing=True),
    # Whoever knows a picture's name sees it; this is none.
    _row(f"GET {API}/public-images/{{card_id}}", "sign_in", asks=False, may_be_missing=True),
    # The ticket says who sends; this is none.
    _row(f"POST {API}/uploads", "sign_in", "", {"ticket": "x"}, form=True, asks=False, may_be_missing=True),
    # Providers prove who they are by their signatures; nobody has signed this one.
    _row(f"GET {API}/notifications/{{channel}}", "sign_in", asks=False, may_be_missing=True),
    _row(f"POST {API}/notifications/{{channel}}", "sign_in", "", {}, asks=False, may_be_missing=True),
)
OWN: Final = (
    _row(f"GET {API}/me", "manage_profile", "self", asks=False),
    _row(f"PUT {API}/me", "manage_profile", "self", {"nickname": "小明", "campusId": None}),
    _row(f"DELETE {API}/me", "close_account", "self"),
    _row(f"POST {API}/me/consents", "manage_profile", "self", _CONSENT),
    _row(
        f"POST {API}/me/ways",
        "manage_profile",
        "self",
        {**_PHONE, "code": "000000"},
    ),
    _row(f"POST {API}/me/tickets/wechat", "manage_profile", "self", {"ticket": "{wechat_ticket}"}),
    _row(f"POST {API}/me/tickets/wechat-phone", "manage_profile", "self", {"ticket": "{phone_ticket}"}),
    _row(f"PUT {API}/me/password", "manage_profile", "self", {"password": "three blue bicycles"}),
    _row(f"DELETE {API}/me/ways/phone", "manage_profile", "self"),
    _row(f"POST {API}/me/blocks/{{other_id}}", "avoid_members"),
    _row(f"DELETE {API}/me/blocks/{{other_id}}", "avoid_members"),
    _row(f"POST {API}/me/exports", "export_self", "self"),
    _row(f"GET {API}/sessions", "manage_sessions", "self"),
    _row(f"DELETE {API}/sessions", "manage_sessions", "self"),
    _row(f"POST {API}/sessions/current/proofs/codes", "manage_sessions", "self", {"kind": "phone"}, asks=False),
    _row(f"POST {API}/sessions/current/proofs", "manage_sessions", "self", {"kind": "phone", "code": "000000"}),
    _row(f"POST {API}/sessions/current/proofs/wechat", "manage_sessions", "self", {"ticket": "x"}),
    _row(f"POST {API}/sessions/current/proofs/password", "manage_sessions", "self", {"password": "x"}),
    _row(f"DELETE {API}/sessions/{{session_id}}", "manage_sessions", "session"),
    _row(f"POST {API}/me/avatar", "manage_profile", "self", form=True),
    _row(f"DELETE {API}/me/avatar", "manage_profile", "self"),
    _row(f"POST {API}/files", "upload_card", "self", form=True),
    _row(f"POST {API}/files/tickets", "upload_card", "self", {"purpose": "student_card", **_IMAGE}),
    _row(f"POST {API}/files/tickets", "upload_proof", "order", {"purpose": "proof", "orderId": "{order_id}", **_IMAGE}),
    _row(f"POST {API}/files/received", "upload_card", "self", {"token": "x"}, asks=False, may_be_missing=True),
    _row(f"GET {API}/files/{{proof_id}}", "see_proof", "order"),
    _row(f"GET {API}/files/{{card_id}}", "see_card", "card"),
    _row(f"POST {API}/files/{{proof_id}}/links", "see_proof", "order"),
    _row(f"POST {API}/files/{{card_id}}/links", "link_card", "card", behind="see_card"),
    _row(
        f"POST {API}/runner/application",
        "apply_as_runner",
        "self",
        {
            "campusId": "{campus_id}",
            "realName": "王小明",
            "studentNumber": "20260001",
            "cardPhoto": "{card_id}",
            "studyUntil": "2029-06-30",
            "agreementVersion": "2026-11-01",
        },
        may_be_missing=True,
    ),
    _row(f"GET {API}/runner/application", "see_standing", "self", may_be_missing=True),
    _row(f"GET {API}/runner/standing", "see_standing", "self", may_be_missing=True),
    _row(f"POST {API}/runner/shift", "switch_shift", "self", {"on": True}, may_be_missing=True),
    _row(f"GET {API}/hall", "browse_hall", "hall", query=HERE),
    _row(f"GET {API}/earnings", "see_earnings", "self"),
    _row(f"GET {API}/withdrawals", "see_earnings", "self"),
    _row(f"POST {API}/withdrawals", "withdraw", "self", {"amountFen": 100, "provider": "memory"}, may_be_missing=True),
    _row(f"POST {API}/withdrawals/{{withdrawal_id}}/cancel", "withdraw", "withdrawal"),
    _row(f"POST {API}/withdrawals/{{withdrawal_id}}/reopen", "withdraw", "withdrawal"),
)
_PHOTOS = {"photos": ["{proof_id}"]}
ORDERS: Final = (
    _row(f"POST {API}/quotes", "quote", "", {"campusId": "{campus_id}", "terms": "{terms}"}),
    _row(f"POST {API}/orders", "publish", "", {"sealedQuote": "x", "terms": "{terms}", "provider": "memory"}),
    _row(f"GET {API}/orders", "see_order", "requester"),
    _row(f"GET {_ORDER}", "see_order", "order"),
    _row(f"GET {_ORDER}/history", "see_history", "order"),
    _row(f"GET {_ORDER}/cancellation", "cancel", "order"),
    _row(f"POST {_ORDER}/pay", "pay", "order", {"provider": "memory"}),
    _row(f"POST {_ORDER}/tip", "tip", "order", {"amountFen": 100, "provider": "memory"}),
    _row(f"POST {_ORDER}/cancel", "cancel", "order", {"reason": "不需要了", "confirmedFeeFen": 200}),
    _row(f"POST {_ORDER}/confirm", "confirm", "order"),
    _row(f"POST {_ORDER}/review", "review", "order", {"stars": 5}),
    _row(f"POST {_ORDER}/pickup-code", "read_pickup_code", "order"),
    _row(f"POST {_ORDER}/accept", "accept", "hall"),
    _row(f"POST {_ORDER}/give-up", "give-up", "order", {"reason": "other"}),
    _row(f"POST {_ORDER}/offer", "offer", "order", {"runnerId": "{offered_id}"}),
    _row(f"POST {_ORDER}/take-over", "take-over", "order"),
    _row(f"POST {_ORDER}/arrive", "arrive", "order", _PHOTOS),
    _row(f"POST {_ORDER}/report-impossible", "report-impossible", "order", {"reason": "closed", **_PHOTOS}),
    _row(f"POST {_ORDER}/pick-up", "pick-up", "order", _PHOTOS),
    _row(f"POST {_ORDER}/deliver", "deliver", "order", {"code": "000000"}),
    _row(f"POST {_ORDER}/return", "return", "order", {"reason": "refused"}),
    _row(f"POST {_ORDER}/proofs", "upload_proof", "order", form=True),
    _row(f"POST {_ORDER}/dispute", "dispute", "order", {"reason": "other", "text": "?"}),
    _row(f"GET {API}/orders/{{disputed_id}}/dispute", "see_dispute", "disputed"),
    _row(f"POST {API}/orders/{{disputed_id}}/dispute/statements", "speak_in_dispute", "disputed", {"text": "?"}),
    _row(f"POST {API}/reports", "report", "disputed", {**_STATEMENT, "reason": "abuse"}),
)
_RULING = {"refundFen": 0, "runnerFen": 1, "runnerAtFault": False, "reason": "?"}
STAFF: Final = (
    _row(f"GET {_STAFF}/orders", "see_orders", query=_CAMPUS),
    _row(f"POST {_STAFF}/orders/{{order_id}}/cancel", "resolve_orders", "", {"reason": "误发"}),
    _row(f"POST {_STAFF}/orders/{{order_id}}/reassign", "resolve_orders", "", {"runnerId": "{offered_id}"}),
    _row(f"POST {_STAFF}/orders/{{order_id}}/resolve-return", "resolve_orders", "", {"refundFen": 0}),
    _row(f"GET {_STAFF}/disputes", "resolve_disputes", query=_CAMPUS),
    _row(f"POST {_STAFF}/disputes/{{dispute_id}}/ruling", "resolve_disputes", "", _RULING),
    _row(f"POST {_STAFF}/disputes/{{dispute_id}}/ruling-review", "resolve_disputes", "", {"agree": True}),
    _row(f"GET {_STAFF}/content", "moderate_content", query=_CAMPUS),
    _row(
        f"POST {_STAFF}/content",
        "moderate_content",
        "",
        {"kind": "order", "subject": "{order_id}", "reason": "?"},
    ),
    _row(f"GET {_STAFF}/content/{{image_case_id}}/image", "moderate_content"),
    _row(f"POST {_STAFF}/content/{{case_id}}/decisions", "moderate_content", "", {"decision": "clear"}),
    _row(f"GET {_STAFF}/runners", "review_runners", query=_CAMPUS),
    _row(f"POST {_STAFF}/runners/{{applicant_id}}/decisions", "review_runners", "", {"decision": "approve"}),
    _row(
        f"POST {_STAFF}/runners/{{offered_id}}/decisions",
        "suspend_runners",
        "",
        {"decision": "suspend", "reason": "?"},
    ),
    _row(f"GET {_STAFF}/withdrawals", "see_money", query=_CAMPUS),
    _row(f"POST {_STAFF}/withdrawals/{{withdrawal_id}}/decision", "approve_withdrawals", "", {"approve": True}),
    _row(f"POST {_STAFF}/withdrawals/{{withdrawal_id}}/retry", "approve_withdrawals"),
    _row(f"POST {_STAFF}/withdrawals/{{withdrawal_id}}/give-up", "approve_withdrawals", "", {"reason": "?"}),
    _row(f"GET {_STAFF}/refunds/abnormal", "see_money", query=_CAMPUS),
    _row(f"POST {_STAFF}/refunds/{{refund_number}}/retry", "approve_withdrawals"),
    _row(f"GET {_STAFF}/messages/parked", "retry_messages"),
    _row(f"POST {_STAFF}/messages/{{message_id}}/retry", "retry_messages", may_be_missing=True),
)
ROWS: Final = (*PUBLIC, *OWN, *ORDERS, *STAFF)
CONCERNED: Final = {
    "order_id": ("requester", "runner"),
    "disputed_id": ("requester", "runner"),
    "dispute_id": ("requester", "runner"),
    "case_id": ("requester",),
    "image_case_id": ("runner",),
    "refund_number": ("requester",),
    "withdrawal_id": ("runner",),
    "offered_id": ("offered",),
    "applicant_id": ("applicant",),
}
"""Whom each thing of the world is about: where they are staff, others decide."""
ANYWHERE: Final = frozenset({"retry_messages"})
"""What belongs to no campus: a role at any of them will do."""
