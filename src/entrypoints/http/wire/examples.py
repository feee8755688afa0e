"""The examples of the OpenAPI document, by the name of the body.

A test decodes and encodes each of them, so none can fall behind what is really said.
"""

from typing import Any, Final

from entrypoints.http.wire.example_values import (
    APPLICANT,
    APPLICATION,
    APPLICATION_TOLD,
    BOUNDARY,
    BUILDING,
    CAMPUS,
    CAMPUS_ID,
    CAMPUS_WITHDRAWAL,
    DISPUTE,
    DISTANCE,
    EARNING,
    FILE_ID,
    HALL_ENTRY,
    LATER,
    ME,
    MEMBER_ID,
    MESSAGE,
    MOVED,
    NOON,
    ORDER,
    ORDER_ID,
    OTHER_ID,
    PHONE,
    PICKUP_POINT,
    POLICY,
    PRICE,
    REFUND,
    REQUEST_ID,
    RULING,
    RUNNER_ID,
    TERMS,
    WITHDRAWAL,
)


def _listed(item: Any) -> dict[str, Any]:  # noqa: ANN401 - any example
    return {"items": [item]}


def _paged(item: Any) -> dict[str, Any]:  # noqa: ANN401 - any example
    return {"items": [item], "next": None}


def problem_example(*, status: int, code: str, title: str, detail: str) -> dict[str, Any]:
    """How that refusal looks."""
    return {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": f"urn:uuid:{REQUEST_ID}",
    }


EXAMPLES: Final[dict[str, Any]] = {
    "CodeAsked": PHONE,
    "SignInAsked": {**PHONE, "code": "402913", "device": "iPhone 15"},
    "WayAsked": {"kind": "email", "address": "lilei@example.edu.cn", "code": "402913"},
    "ConsentAsked": {"document": "user_agreement", "version": "2026-11-01"},
    "ProfileAsked": {"nickname": "小李", "campusId": CAMPUS_ID},
    "QuoteAsked": {"campusId": CAMPUS_ID, "terms": TERMS, "tipFen": 100},
    "PublishAsked": {"sealedQuote": "3q2-7w…", "terms": TERMS, "provider": "wechat_pay"},
    "ProviderAsked": {"provider": "wechat_pay"},
    "TipAsked": {"amountFen": 200, "provider": "wechat_pay"},
    "CancelAsked": {"reason": "不需要了", "confirmedFeeFen": 200},
    "GiveUpAsked": {"reason": "emergency"},
    "OfferAsked": {"runnerId": RUNNER_ID},
    "ArriveAsked": {"position": PICKUP_POINT, "photos": []},
    "ImpossibleAsked": {"reason": "wrong_code", "photos": [FILE_ID]},
    "PickUpAsked": {"photos": [FILE_ID], "goodsCostFen": 0, "receipt": None},
    "DeliverAsked": {"code": "402913", "position": None, "photos": []},
    "ReturnAsked": {"reason": "unreachable", "photos": [FILE_ID]},
    "ReviewAsked": {"stars": 5, "tags": ["fast", "careful"], "text": "很快"},
    "DisputeAsked": {"reason": "damaged", "text": "箱子破了", "evidence": [FILE_ID]},
    "StatementAsked": {"text": "取件时已经破了", "evidence": [FILE_ID]},
    "RulingAsked": RULING,
    "RulingReviewAsked": {"agree": True},
    "ApplicationAsked": APPLICATION,
    "ShiftAsked": {"on": True},
    "WithdrawAsked": {"amountFen": 340, "provider": "wechat_pay"},
    "DecisionAsked": {"decision": "want_more", "reason": "照片看不清，请重新上传"},
    "CancelByStaffAsked": {"reason": "店铺关门", "refundFen": 400, "runnerFen": 0},
    "ResolveReturnAsked": {"refundFen": 0, "runnerFen": 340},
    "WithdrawalDecisionAsked": {"approve": False, "reason": "请先完成实名认证"},
    "WithdrawalGivenUpAsked": {"reason": "收款账号已注销"},
    "DocumentsTold": _listed({"document": "user_agreement", "version": "2026-11-01", "isRequired": True}),
    "EnteredTold": {
        "token": "mFQ0h0…",
        "sessionId": OTHER_ID,
        "memberId": MEMBER_ID,
        "expiresAt": "2026-12-02T12:00:00+08:00",
    },
    "SessionsTold": _listed(
        {"id": OTHER_ID, "device": "iPhone 15", "startedAt": NOON, "expiresAt": LATER, "isCurrent": True}
    ),
    "MeTold": ME,
    "CampusesTold": _listed(CAMPUS),
    "CampusWholeTold": {**CAMPUS, "boundary": BOUNDARY, "buildings": [BUILDING], "policy": POLICY},
    "PlacesTold": _listed(BUILDING),
    "QuoteTold": {"sealedQuote": "3q2-7w…", "price": PRICE, "distance": DISTANCE, "expiresAt": LATER},
    "OrderMoved": MOVED,
    "OrderTold": ORDER,
    "HistoryTold": _listed({"version": 3, "event": "runner_accepted", "by": "runner", "at": NOON}),
    "FeeTold": {"feeFen": 200},
    "CodeTold": {"pickupCode": "8-2-3041"},
    "PaymentTold": {
        "id": OTHER_ID,
        "number": "0c7f2k9x4m1q8w5e3r6t0y2u7",
        "purpose": "order",
        "provider": "wechat_pay",
        "amountFen": 400,
        "state": "pending",
        "clientParameters": {"number": "0c7f2k9x4m1q8w5e3r6t0y2u7"},
    },
    "ReviewTold": {
        "id": OTHER_ID,
        "orderId": ORDER_ID,
        "stars": 5,
        "tags": ["fast", "careful"],
        "text": "很快",
        "at": NOON,
    },
    "DisputeTold": DISPUTE,
    "DisputesTold": _listed(DISPUTE),
    "FileTold": {"id": FILE_ID, "mediaType": "image/jpeg", "sizeBytes": 183402},
    "ApplicationTold": APPLICATION_TOLD,
    "StandingTold": {
        "campusId": CAMPUS_ID,
        "verification": "approved",
        "isOnShift": True,
        "credit": 98,
        "lines": [{"reason": "late", "points": -2, "orderId": ORDER_ID, "at": NOON}],
    },
    "ShiftTold": {"isOnShift": True},
    "HallTold": _listed(HALL_ENTRY),
    "IncomeTold": {
        "heldFen": 340,
        "availableFen": 1200,
        "withdrawingFen": 0,
        **_paged(EARNING),
    },
    "WithdrawalTold": WITHDRAWAL,
    "WithdrawalsTold": _paged(WITHDRAWAL),
    "ApplicantsTold": _listed(APPLICANT),
    "RunnerDecidedTold": {"memberId": RUNNER_ID, "verification": "approved"},
    "CampusWithdrawalTold": CAMPUS_WITHDRAWAL,
    "CampusWithdrawalsTold": _listed(CAMPUS_WITHDRAWAL),
    "RefundTold": REFUND,
    "RefundsTold": _listed(REFUND),
    "MessagesTold": _listed(MESSAGE),
    "OrdersTold": _paged(ORDER),
}
