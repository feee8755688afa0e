"""Every answer carries the headers by which a browser does nothing with it that guest meant."""

import pytest

ADDRESSES = tuple(
    f"http://errand{path}" for path in ("/health/live", "/schema", "/api/v1/me", "/api/v1/documents", "/nowhere")
)


@pytest.mark.parametrize("address", ADDRESSES)
async def test_every_answer_is_for_its_asker_alone_and_is_never_a_page(guest, address):
    answer = await guest.get(address)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers
