"""One errand and its people, as they are told over the wire: what the examples are made of."""

from typing import Final

ORDER_ID: Final = "0198f0a4-7c1e-7b52-9f3a-5d2c8e4b1a60"
CAMPUS_ID: Final = "0198f0a4-0000-7000-8000-000000000001"
BUILDING_ID: Final = "0198f0a4-0000-7000-8000-000000000002"
MEMBER_ID: Final = "0198f0a4-0000-7000-8000-000000000003"
RUNNER_ID: Final = "0198f0a4-0000-7000-8000-000000000004"
FILE_ID: Final = "0198f0a4-0000-7000-8000-000000000005"
OTHER_ID: Final = "0198f0a4-0000-7000-8000-000000000006"
AVATAR_URL: Final = (
    "https://cdn.example.edu.cn/public/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.jpg"
)
TICKET: Final = "hQm2c-8s…"
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
DOCUMENT: Final = {
    "document": "user_agreement",
    "version": "2026-11-01",
    "title": "用户协议",
    "effectiveOn": "2026-11-01",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
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
    "runner": {"nickname": "小跑", "avatarUrl": AVATAR_URL},
    "deliveryCode": "402913",
    "pickupPhotos": [],
    "deliveryPhotos": [],
    "outcome": None,
    "detailsRemovedAt": None,
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
    "provider": "wechat_pay",
    "state": "waiting_for_user",
    "reason": "",
    "requestedAt": NOON,
    "confirmation": {"part": 1, "package": "affffddafdfafddffda==", "expiresAt": LATER},
}
CAMPUS_WITHDRAWAL: Final = {
    "id": OTHER_ID,
    "runnerId": RUNNER_ID,
    "amountFen": 30000,
    "provider": "wechat_pay",
    "state": "requested",
    "reason": "",
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
    "detailsRemoved": False,
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
    "avatarUrl": AVATAR_URL,
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
    "provider": "wechat_pay",
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
REQUEST_ID: Final = "0b6a5c9e-2f7d-4d8e-9a53-1c2b7f0e6d11"
CONTENT_CASE: Final = {
    "id": OTHER_ID,
    "kind": "review",
    "subject": FILE_ID,
    "authorId": MEMBER_ID,
    "quote": "很快，加微信下次还找你",
    "doubt": "doubtful",
    "reports": 1,
    "complaints": [{"reason": "advertising", "text": "一直在推销", "at": NOON}],
    "state": "open",
    "reason": "",
    "openedAt": NOON,
}
