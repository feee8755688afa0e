"""Which carrier gets a notice, and what becomes of those that none carries."""

import pytest
from structlog.testing import capture_logs

from adapters.memory.outside import MemoryNotices
from adapters.system.routed_notices import RoutedNotices
from errand_domain.member.member import Way, WayKind
from errand_domain.ports.outside import Notice

ADDRESSES: dict[WayKind, str] = {"phone": "+8613800000101", "email": "someone@example.edu.cn", "wechat": "openid-of-1"}


def notice(kind: WayKind, *, code: str = "") -> Notice:
    return Notice(to=Way(kind, ADDRESSES[kind]), text="您的订单已送达", code=code)


async def test_each_kind_has_its_carrier():
    texts, mail = MemoryNotices(), MemoryNotices()
    routed = RoutedNotices({"phone": texts, "email": mail})
    await routed.send(notice("phone", code="204816"))
    await routed.send(notice("email"))
    assert [one.to.kind for one in texts.inbox] == ["phone"]
    assert [one.to.kind for one in mail.inbox] == ["email"]


@pytest.mark.parametrize("kind", ["phone", "wechat"])
async def test_news_that_nobody_carries_is_dropped_and_logged_without_its_address(kind):
    texts = MemoryNotices()
    routed = RoutedNotices({"phone": texts}, codes_only=frozenset({"phone"}))
    with capture_logs() as logged:
        await routed.send(notice(kind))
    assert texts.inbox == ()
    assert [(line["event"], line["kind"]) for line in logged] == [("notice_dropped", kind)]
    assert ADDRESSES[kind] not in str(logged)


async def test_a_code_that_nobody_carries_is_a_failure():
    with pytest.raises(ConnectionError) as failed:
        await RoutedNotices({"phone": MemoryNotices()}).send(notice("email", code="204816"))
    assert ADDRESSES["email"] not in str(failed.value)
