"""One errand as it is told over the wire: the examples of the OpenAPI document.

A test decodes and encodes each of them, so none can fall behind what is really said.
"""

from typing import Any, Final

ORDER_ID: Final = "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"
CAMPUS_ID: Final = "0198f0a4-0000-7000-8000-000000000001"
BUILDING_ID: Final = "0198f0a4-0000-7000-8000-000000000002"
MEMBER_ID: Final = "0198f0a4-0000-7000-8000-000000000003"
RUNNER_ID: Final = "0198f0a4-0000-7000-8000-000000000004"
FILE_ID: Final = "0198f0a4-0000-7000-8000-000000000005"
OTHER_ID: Final = "0198f0a4-0000-7000-8000-000000000006"
NOON: Final = "2026-11-02T12:00:00+08:00"
LATER: Final = "2026-11-02T14:00:00+08:00"
PICKUP_POINT: Final = {"latitude": 30.308, "longitude": 120.086}
DROPOFF_POINT: Final = {"latitude": 30.305, "longitude": 120.085}
CONTACT: Final = {"name": "李雷", "phone": "+8613800138000"}
PICKUP: Final = {
    "name": "北门驿站",
    "point": PICKUP_POINT,
    "buildingId": None,
    "detail": "",
    "contact": None,
}
DROPOFF: Final = {
    "name": "丹阳 3 舍",
    "point": DROPOFF_POINT,
    "buildingId": BUILDING_ID,
    "detail": "512",
    "contact": CONTACT,
}
WINDOW: Final = {"earliest": NOON, "latest": LATER}
TERMS: Final = {
    "category": "parcel",
    "pickup": PICKUP,
    "dropoff": DROPOFF,
    "item": "一箱书",
    "weightGrams": 2500,
    "note": "放在一楼也可以",
    "window": WINDOW,
    "handover": {"place": "gate", "runnerGender": None},
    "pickupCode": "8-2-3041",
    "goodsAdvanceFen": 0,
}
TERMS_TOLD: Final = {
    **{name: TERMS[name] for name in ("category", "pickup", "dropoff", "item", "weightGrams", "note", "window")},
    "handover": {"place": "gate", "admits": "women", "runnerGender": None},
}
PRICE: Final = {
    "baseFen": 300,
    "distanceFen": 0,
    "weightFen": 0,
    "nightFen": 0,
    "urgencyFen": 0,
    "tipFen": 100,
    "goodsAdvanceFen": 0,
    "rewardFen": 400,
    "payableFen": 400,
}
DISTANCE: Final = {"metres": 460, "isEstimated": True}
MOVED: Final = {"id": ORDER_ID, "state": "accepted", "phase": "in_progress", "version": 3, "dueAt": LATER}
ORDER: Final = {
    "id": ORDER_ID,
    "number": "8e4b1a60",
    "campusId": CAMPUS_ID,
    "relation": "requester",
    "state": "accepted",
    "phase": "in_progress",
    "version": 3,
    "placedAt": NOON,
    "dueAt": LATER,
    "times": {"acceptedAt": NOON, "arriveBy": LATER},
    "actions": [{"name": "cancel", "costFen": 200}],
    "price": PRICE,
    "distance": DISTANCE,
    "terms": TERMS_TOLD,
    "runner": {"nickname": "小跑"},
    "deliveryCode": "402913",
    "pickupPhotos": [],
    "deliveryPhotos": [],
    "outcome": None,
}
EARNING: Final = {
    "orderId": ORDER_ID,
    "round": 1,
    "amountFen": 340,
    "goodsFen": 0,
    "state": "held",
    "earnedAt": NOON,
    "releaseAt": "2026-11-04T12:00:00+08:00",
}
WITHDRAWAL: Final = {
    "id": OTHER_ID,
    "amountFen": 340,
    "partsFen": [340],
    "provider": "memory",
    "state": "waiting_for_user",
    "reason": "",
    "requestedAt": NOON,
    "confirmation": {"part": 1, "package": "affffddafdfafddffda==", "expiresAt": LATER},
}
CAMPUS_WITHDRAWAL: Final = {
    "id": OTHER_ID,
    "runnerId": RUNNER_ID,
    "amountFen": 30000,
    "provider": "memory",
    "state": "requested",
    "requestedAt": NOON,
}
RULING: Final = {"refundFen": 200, "runnerFen": 150, "runnerAtFault": False, "reason": "双方各有责任"}
DISPUTE: Final = {
    "id": OTHER_ID,
    "orderId": ORDER_ID,
    "campusId": CAMPUS_ID,
    "state": "hearing",
    "reason": "damaged",
    "openedBy": "requester",
    "openedAt": NOON,
    "heardUntil": LATER,
    "statements": [{"by": "requester", "text": "箱子破了", "evidence": [FILE_ID], "at": NOON}],
    "ruling": None,
    "proposal": None,
}
CAMPUS: Final = {"id": CAMPUS_ID, "name": "紫金校区", "timeZone": "Asia/Shanghai", "isOpen": True}
BUILDING: Final = {
    "id": BUILDING_ID,
    "name": "丹阳 3 舍",
    "kind": "dormitory",
    "point": DROPOFF_POINT,
    "admits": "women",
}
POLICY: Final = {
    "categories": ["parcel", "purchase", "meal", "print", "queue", "carry", "other"],
    "baseFen": 300,
    "includedMetres": 1000,
    "tipMostFen": 10000,
    "goodsAdvanceMostFen": 50000,
    "weightMostGrams": 30000,
    "quoteLifeSeconds": 600,
    "payWithinSeconds": 900,
    "openForSeconds": 7200,
    "arriveWithinSeconds": 1800,
    "arrivalRadiusMetres": 150,
    "cancelFreeForSeconds": 120,
    "cancelFeeFen": 200,
    "completeAfterSeconds": 86400,
    "disputeWithinSeconds": 172800,
    "reviewWithinSeconds": 604800,
    "openOrdersMost": 3,
    "creditFloor": 60,
    "withdrawalLeastFen": 100,
    "withdrawalMostPerDayFen": 200000,
}
BOUNDARY: Final = [
    {"latitude": 30.30, "longitude": 120.08},
    {"latitude": 30.30, "longitude": 120.10},
    {"latitude": 30.32, "longitude": 120.10},
]
APPLICATION: Final = {
    "campusId": CAMPUS_ID,
    "realName": "王小明",
    "studentNumber": "3200105001",
    "cardPhoto": FILE_ID,
    "studyUntil": "2029-06-30",
    "gender": None,
    "agreementVersion": "2026-11-01",
}
APPLICATION_TOLD: Final = {
    "campusId": CAMPUS_ID,
    "verification": "applied",
    "remark": "",
    "studyUntil": "2029-06-30",
    "gender": None,
    "agreementVersion": "2026-11-01",
    "submittedAt": NOON,
}
APPLICANT: Final = {
    "memberId": RUNNER_ID,
    "campusId": CAMPUS_ID,
    "verification": "applied",
    "remark": "",
    "realName": "王小明",
    "studentNumber": "3200105001",
    "cardPhoto": FILE_ID,
    "studyUntil": "2029-06-30",
    "gender": None,
    "submittedAt": NOON,
}
HALL_ENTRY: Final = {
    "orderId": ORDER_ID,
    "category": "parcel",
    "item": "一箱书",
    "rewardFen": 400,
    "goodsAdvanceFen": 0,
    "weightGrams": 2500,
    "pickupName": "北门驿站",
    "pickupPoint": PICKUP_POINT,
    "dropoffName": "丹阳 3 舍",
    "dropoffPoint": DROPOFF_POINT,
    "tripMetres": 460,
    "awayMetres": 120,
    "window": WINDOW,
    "handoverPlace": "gate",
    "openedAt": NOON,
    "expiresAt": LATER,
}
ME: Final = {
    "id": MEMBER_ID,
    "nickname": "小李",
    "campusId": CAMPUS_ID,
    "ways": [{"kind": "phone", "masked": "+86138****00"}],
    "consents": [{"document": "user_agreement", "version": "2026-11-01", "at": NOON}],
    "consentsMissing": ["privacy_policy"],
    "roles": [],
    "blocked": [],
    "joinedAt": NOON,
}
REFUND: Final = {
    "number": "0c7f2k9x4m1q8w5e3r6t0y2u7-cancelled-1",
    "orderId": ORDER_ID,
    "provider": "memory",
    "amountFen": 400,
    "reason": "cancelled",
    "state": "abnormal",
    "advice": "付款银行卡已注销，请线下处理",
    "requestedAt": NOON,
}
MESSAGE: Final = {
    "id": OTHER_ID,
    "lane": f"refund:{REFUND['number']}",
    "kind": "AskRefund",
    "tries": 12,
    "lastFault": "ConnectionError",
}
PHONE: Final = {"kind": "phone", "address": "13800138000"}
PROBLEM: Final = {
    "type": "/problems/order.taken",
    "title": "手慢了，订单已被别人接走",
    "status": 409,
    "code": "order.taken",
    "detail": "Another runner was first.",
    "instance": "urn:uuid:0b6a5c9e-2f7d-4d8e-9a53-1c2b7f0e6d11",
}


def _listed(item: Any) -> dict[str, Any]:  # noqa: ANN401 - any example
    return {"items": [item]}


def _paged(item: Any) -> dict[str, Any]:  # noqa: ANN401 - any example
    return {"items": [item], "next": None}


EXAMPLES: Final[dict[str, Any]] = {
    "CodeAsked": PHONE,
    "SignInAsked": {**PHONE, "code": "402913", "device": "iPhone 15"},
    "WayAsked": {"kind": "email", "address": "lilei@example.edu.cn", "code": "402913"},
    "ConsentAsked": {"document": "user_agreement", "version": "2026-11-01"},
    "ProfileAsked": {"nickname": "小李", "campusId": CAMPUS_ID},
    "QuoteAsked": {"campusId": CAMPUS_ID, "terms": TERMS, "tipFen": 100},
    "PublishAsked": {"sealedQuote": "3q2-7w…", "terms": TERMS, "provider": "memory"},
    "ProviderAsked": {"provider": "memory"},
    "TipAsked": {"amountFen": 200, "provider": "memory"},
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
    "WithdrawAsked": {"amountFen": 340, "provider": "memory"},
    "DecisionAsked": {"decision": "want_more", "reason": "照片看不清，请重新上传"},
    "CancelByStaffAsked": {"reason": "店铺关门", "refundFen": 400, "runnerFen": 0},
    "ResolveReturnAsked": {"refundFen": 0, "runnerFen": 340},
    "WithdrawalDecisionAsked": {"approve": False, "reason": "请先完成实名认证"},
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
        "provider": "memory",
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
