"""No adapter without its contract: the table is compared with every adapter there is."""

import importlib
import inspect
import pkgutil
from typing import Final, Protocol

import pytest

import adapters
import errand_domain.ports
from errand_domain.testing import contracts
from tests.contracts import (
    test_bills,
    test_content,
    test_credentials,
    test_mini_program,
    test_notices,
    test_notifications,
    test_outside,
    test_rate_limits,
    test_shipping,
    test_stored,
    test_uploads,
)

# Port → the adapters that its contract runs on here. An outbox is seen through its other end, the relay.
TABLE: Final = {
    "Answers": {"MemoryAnswers", "SqlAnswers"},
    "Attempts": {"MemoryAttempts", "SqlAttempts"},
    "Audit": {"MemoryAudit", "SqlAudit"},
    "Authenticators": {"TotpAuthenticators"},
    "AuditChain": {"MemoryAuditChain", "SqlAuditChain"},
    "BreachedPasswords": {"FileBreachedPasswords", "MemoryBreachedPasswords"},
    "Bills": {"AlipayBills", "MemoryBills", "WechatPayBills"},
    "Campuses": {"MemoryCampuses", "SqlCampuses"},
    "Clock": {"MemoryClock", "SystemClock"},
    "ContentCases": {"MemoryContentCases", "SqlContentCases"},
    "ContentCheck": {"ContentCheckByAuthor", "MemoryContentCheck", "WechatContentCheck", "WordsContentCheck"},
    "Credentials": {"MemoryCredentials", "SqlCredentials"},
    "Disputes": {"MemoryDisputes", "SqlDisputes"},
    "Earnings": {"MemoryEarnings", "SqlEarnings"},
    "FileStore": {"BucketFileStore", "FolderFileStore", "MemoryFileStore", "SealedFileStore"},
    "Files": {"MemoryFiles", "SqlFiles"},
    "Hall": {"MemoryHall", "SqlHall"},
    "Ids": {"MemoryIds", "SystemIds"},
    "ImageCheck": {"ImagesByHand", "MemoryImageCheck", "WechatImageCheck"},
    "Images": {"PillowImages"},
    "Incoming": {"CosIncoming", "MemoryIncoming", "S3Incoming"},
    "Ledger": {"MemoryLedger", "SqlLedger"},
    "LinkSeal": {"HmacLinkSeal"},
    "Maps": {"MemoryMaps"},
    "Members": {"MemoryMembers", "SqlMembers"},
    "MiniProgram": {"MemoryMiniProgram", "WechatMiniProgram"},
    "MiniProgramCodes": {"MemoryMiniProgram", "WechatMiniProgram"},
    "Notices": {"MemoryNotices", "RoutedNotices", "SmtpMail", "TencentSms"},
    "Notifications": {"AlipayNotifications", "MemoryNotifications", "WechatPayNotifications", "WechatPush"},
    "Orders": {"MemoryOrders", "SqlOrders"},
    "Outbox": {"MemoryOutbox", "SqlOutbox"},
    "PasswordHashes": {"Argon2PasswordHashes", "MemoryPasswordHashes"},
    "Payments": {"AlipayPayments", "MemoryProvider", "WechatPayments"},
    "Payouts": {"AlipayPayouts", "MemoryProvider", "WechatPayouts"},
    "PublicImages": {"BucketPublicImages", "FolderPublicImages", "MemoryPublicImages"},
    "QuoteSeal": {"HmacQuoteSeal"},
    "RateLimits": {"MemoryRateLimits", "RedisRateLimits"},
    "RefundDesk": {"AlipayRefunds", "MemoryProvider", "WechatRefunds"},
    "Refunds": {"MemoryRefunds", "SqlRefunds"},
    "Relay": {"MemoryRelay", "SqlRelay"},
    "Reports": {"MemoryReports", "SqlReports"},
    "Retained": {"MemoryRetained", "SqlRetained"},
    "Reviews": {"MemoryReviews", "SqlReviews"},
    "Runners": {"MemoryRunners", "SqlRunners"},
    "Secrets": {"SystemSecrets"},
    "Sessions": {"MemorySessions", "SqlSessions"},
    "Shipping": {"MemoryShipping", "WechatShipping"},
    "TicketSeal": {"HmacTicketSeal"},
    "Timers": {"MemoryTimers", "SqlTimers"},
    "Transaction": {"MemoryTransaction", "SqlTransaction"},
    "Withdrawals": {"MemoryWithdrawals", "SqlWithdrawals"},
}
SEEN_THROUGH: Final = {"Outbox": "Relay"}


def _modules(package):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        # Alembic's own files are loaded by Alembic, with a context that only it has.
        if ".migrations." not in module.name:
            yield importlib.import_module(module.name)


PORTS: Final = {
    name: value
    for module in _modules(errand_domain.ports)
    for name, value in vars(module).items()
    if inspect.isclass(value) and value.__module__ == module.__name__ and Protocol in value.__bases__
}


def test_every_port_is_in_the_table():
    assert set(PORTS) == set(TABLE)


@pytest.mark.parametrize("port", sorted(TABLE))
def test_every_adapter_of_a_port_is_in_the_table(port):
    list(_modules(adapters))
    children = {c.__name__ for c in PORTS[port].__subclasses__() if c.__module__.startswith("adapters.")}
    assert children == TABLE[port]


@pytest.mark.parametrize("port", sorted(TABLE))
def test_every_port_has_a_contract_that_runs_here(port):
    suite = getattr(contracts, f"{SEEN_THROUGH.get(port, port)}Contract")
    modules = (
        test_bills,
        test_credentials,
        test_content,
        test_mini_program,
        test_notices,
        test_notifications,
        test_outside,
        test_rate_limits,
        test_shipping,
        test_stored,
        test_uploads,
    )
    here = [value for module in modules for value in vars(module).values()]
    assert any(inspect.isclass(test) and suite in test.__bases__ for test in here)


@pytest.mark.parametrize("suite", sorted(name for name in vars(contracts) if name.endswith("Contract")))
def test_contract_tests_are_sentences_in_words(suite):
    names = [name for name in vars(getattr(contracts, suite)) if name.startswith("test_")]
    assert names
    assert all(len(name.split("_")) > 4 for name in names), names
