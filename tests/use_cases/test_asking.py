"""Every use case asks the table of permissions, or says here why it does not."""

import inspect
import pkgutil
import re
from importlib import import_module
from types import ModuleType
from typing import Final

from errand_domain import use_cases
from errand_domain.permissions import POLICY

ASKS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("UpdateProfile", "GiveConsent", "LinkWay", "UnlinkWay"), ("manage_profile",)),
    **dict.fromkeys(("LinkByTicket", "SetPassword"), ("manage_profile",)),
    **dict.fromkeys(("ListSessions", "SignOut", "SignOutElsewhere"), ("manage_sessions",)),
    **dict.fromkeys(("CheckFreshProof", "ProveAgain"), ("manage_sessions",)),
    "BlockMember": ("avoid_members",),
    "CloseAccount": ("close_account",),
    "DecideContent": ("moderate_content",),
    "DisableOperator": ("manage_members",),
    "EarlierDecisions": ("review_runners",),
    "FetchFile": ("see_card", "see_proof"),
    "InviteOperator": ("manage_members",),
    "IssueFileLink": ("link_card",),
    "OpenContentCase": ("moderate_content",),
    "ReportContent": ("report",),
    "ListContent": ("moderate_content",),
    "LookAtImage": ("moderate_content",),
    "LookAtApplication": ("see_documents",),
    "ResetOperator": ("manage_members",),
    "TakeExport": ("export_self",),
    "UploadFile": ("manage_profile", "upload_card", "upload_proof"),
    "RemoveAvatar": ("manage_profile",),
    "AcceptErrand": ("accept",),
    "ApplyAsRunner": ("apply_as_runner",),
    "ArriveAtPickup": ("arrive",),
    "BarMember": ("manage_members",),
    "BrowseHall": ("browse_hall",),
    "CancelByOperations": ("resolve_orders",),
    "CancelErrand": ("cancel",),
    "CancelWithdrawal": ("withdraw",),
    "ChangePolicy": ("manage_campus",),
    "ConfirmErrand": ("confirm",),
    "DecideWithdrawal": ("approve_withdrawals",),
    "DeliverItem": ("deliver",),
    "GiveUpErrand": ("give-up",),
    "GiveUpWithdrawal": ("approve_withdrawals",),
    "GrantRole": ("manage_members",),
    "ListAbnormalRefunds": ("see_money",),
    "ListCampusWithdrawals": ("see_money",),
    "ListDisputes": ("resolve_disputes",),
    "ListOrders": ("see_order", "see_orders"),
    "ListParkedMessages": ("retry_messages",),
    "ListWithdrawals": ("see_earnings",),
    "OfferErrand": ("offer",),
    "OpenAttempt": ("pay", "tip"),
    "OpenCampus": ("manage_campus",),
    "OpenDispute": ("dispute",),
    "OrderHistory": ("see_history",),
    "PickUpItem": ("pick-up",),
    "PublishErrand": ("publish",),
    "QuoteCancellation": ("cancel",),
    "QuoteErrand": ("quote",),
    "ReadAudit": ("see_audit",),
    "ReadPickupCode": ("read_pickup_code",),
    "ReadRating": ("see_ratings",),
    "ReadReviews": ("read_own_reviews", "read_reviews_of_other_party"),
    "ReassignErrand": ("resolve_orders",),
    "ReopenConfirmation": ("withdraw",),
    "ReportPickupImpossible": ("report-impossible",),
    "ReportReturn": ("return",),
    "RequestWithdrawal": ("withdraw",),
    "ResolveReturn": ("resolve_orders",),
    "RetryMessage": ("retry_messages",),
    "RetryRefund": ("approve_withdrawals",),
    "RetryWithdrawal": ("approve_withdrawals",),
    "ReviewOrder": ("review",),
    "ReviewQueue": ("review_runners",),
    "ReviewRuling": ("resolve_disputes",),
    "ReviewRunner": ("review_runners", "suspend_runners"),
    "RuleDispute": ("resolve_disputes",),
    "StateCase": ("speak_in_dispute",),
    "SwitchShift": ("switch_shift",),
    "TakeOverErrand": ("take-over", "accept"),
    "ViewDispute": ("see_dispute",),
    "ViewEarnings": ("see_earnings",),
    "ViewOrder": ("see_order",),
    "ViewStanding": ("see_standing",),
}
DOES_NOT: Final[dict[str, str]] = {
    "ExportMember": "is a part of TakeExport, which asks",
    **dict.fromkeys(
        ("Entrance", "SignInByPassword", "SignInByWechat", "ResetPassword"), "is how somebody becomes known"
    ),
    **dict.fromkeys(("SendInviteeCode", "ProveInvitee"), "takes the token of a link that was given once"),
    **dict.fromkeys(("AcceptInvitation", "ViewInvitation"), "takes the token of a link that was given once"),
    **dict.fromkeys(("SubmitImage", "MissVerdict"), "is the worker's"),
    "RecordVerdict": "believes the signature of whoever judges",
    "ShowToCheck": "is given a link that was sealed for whoever judges",
    "FollowFileLink": "asks through FetchFile, for whom the link was made",
    **dict.fromkeys(("LinkAudit", "VerifyAudit"), "is the machine's own command line's"),
    "SeePicture": "is for whoever knows the name of what is public",
    "ShowAvatar": "is the worker's",
    "IssueUploadTicket": "asks by the same check_room as UploadFile",
    **dict.fromkeys(("KeepUpload", "ReceiveUpload", "TakeUpload"), "asks through UploadFile, for the ticket's owner"),
    "Inviting": "is a part of those that invite",
    **dict.fromkeys(("RequestCode", "SignIn", "Recognise"), "is how somebody becomes known"),
    **dict.fromkeys(("ListCampuses", "ViewCampus", "FindPlaces"), "is for everybody, signed in or not"),
    **dict.fromkeys(("PayForErrand", "RaiseTip"), "asks through OpenAttempt"),
    "StartPayment": "is given what OpenAttempt has allowed",
    **dict.fromkeys(("AdvanceWithdrawal", "AdvanceRefund", "ReleaseEarning", "ReportDelivery"), "is the worker's"),
    **dict.fromkeys(("DeliverMessage", "FireTimer", "WatchOrder", "WatchRunner"), "is the worker's"),
    **dict.fromkeys(("QueryPayment", "EraseContentCase", "EraseOrderDetails"), "is the worker's"),
    **dict.fromkeys(
        ("EraseTraces", "EraseUnusedFile", "EraseUnfinishedFile", "ForgetInOrders", "ForgetWhatIsOver"),
        "is the worker's",
    ),
    **dict.fromkeys(("ReceiveNotification", "RecordPayment", "RecordSettlement"), "believes a provider's signature"),
    **dict.fromkeys(
        ("CountWhatIsDue", "RecheckPayment", "ReconcileDay", "VerifyLedger"), "is the machine's own command line's"
    ),
    "AddCampus": "is the machine's own command line's: there is nobody yet to ask for",
}


def modules() -> list[ModuleType]:
    found = pkgutil.walk_packages(use_cases.__path__, f"{use_cases.__name__}.")
    return [import_module(module.name) for module in found]


def classes() -> dict[str, type]:
    """Every class of a use case's module that somebody can await something of."""
    return {
        name: kind
        for module in modules()
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and kind.__module__ == module.__name__ and any(map(_awaits, vars(kind).values()))
    }


def _awaits(member: object) -> bool:
    return inspect.iscoroutinefunction(member)


def test_every_use_case_is_listed_once_with_what_it_asks_or_why_not():
    assert not set(ASKS) & set(DOES_NOT)
    assert set(classes()) == set(ASKS) | set(DOES_NOT)


def test_what_is_asked_is_a_row_of_the_table():
    asked = {action for actions in ASKS.values() for action in actions}
    assert asked <= set(POLICY)


def test_each_use_case_that_asks_names_its_action_beside_the_question():
    for name, kind in classes().items():
        written = inspect.getsource(import_module(kind.__module__))
        asks = {
            word for call in re.findall(r"check(?:_anywhere)?\((.*)", written) for word in re.findall(r'"(.*?)"', call)
        }
        if name in ASKS and name not in ("ReviewRunner", "TakeOverErrand"):
            assert set(ASKS[name]) <= asks, name


def test_nobody_asks_by_another_way():
    """The grants of a member are read by the table alone."""
    for module in modules():
        assert not re.search(r"\.(may|require)\(", inspect.getsource(module)), module.__name__
