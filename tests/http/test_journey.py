"""One errand over HTTP, from the first code to the payout."""

from datetime import timedelta
from uuid import UUID

from errand_domain.ids import OrderId, WithdrawalId
from tests.http.visitors import NORTH_GATE, Visitor, point_on_the_wire
from tests.stage import DORMITORY, Stage


async def test_an_errand_goes_from_quote_to_payout(requester: Visitor, runner: Visitor, stage: Stage) -> None:
    order_id = await requester.publishes()
    path = f"/orders/{order_id}"
    assert (await requester.sees(path))["phase"] == "awaiting_payment"
    await requester.pays(order_id)
    placed = await requester.sees(path)
    assert placed["state"] == "open"
    assert placed["price"]["payableFen"] == placed["price"]["rewardFen"] == 400
    assert {action["name"] for action in placed["actions"]} == {"tip", "cancel"}

    around = {"latitude": NORTH_GATE.latitude, "longitude": NORTH_GATE.longitude}
    (entry,) = (await runner.sees("/hall", params=around))["items"]
    assert entry["orderId"] == order_id
    assert (await runner.does(f"{path}/accept"))["state"] == "accepted"
    assert (await runner.does(f"{path}/pickup-code")) == {"pickupCode": "8-2-3041"}
    position = point_on_the_wire(NORTH_GATE)
    assert (await runner.does(f"{path}/arrive", {"position": position}))["state"] == "at_pickup"
    photo = await runner.uploads(f"{path}/proofs")
    assert (await runner.does(f"{path}/pick-up", {"photos": [photo]}))["state"] == "picked_up"
    handed_over = {"photos": [photo], "position": point_on_the_wire(DORMITORY)}
    assert (await runner.does(f"{path}/deliver", handed_over))["state"] == "delivered"
    delivered = await requester.sees(path)
    assert delivered["pickupPhotos"] == delivered["deliveryPhotos"] == [photo]
    assert (await requester.does(f"{path}/confirm"))["state"] == "completed"
    assert (await requester.does(f"{path}/review", {"stars": 5, "tags": ["fast"]}))["stars"] == 5

    held = await runner.sees("/earnings")
    assert (held["heldFen"], held["availableFen"]) == (340, 0)
    stage.clock.advance(stage.campus.policy.hold_earnings_for)
    earning = held["items"][0]
    await stage.use.release_earning()(OrderId(UUID(earning["orderId"])), earning["round"])
    assert (await runner.sees("/earnings"))["availableFen"] == 340
    withdrawal = await runner.does("/withdrawals", {"amountFen": 340, "provider": "memory"})
    assert withdrawal["state"] == "approved"
    waiting = await _advance(stage, withdrawal["id"])
    assert waiting == "waiting_for_user"
    (shown,) = (await runner.sees("/withdrawals"))["items"]
    assert shown["confirmation"]["package"]
    ((number, _, _),) = stage.provider.open_payouts()
    stage.provider.confirm_payout(number)
    stage.clock.advance(timedelta(minutes=1))  # it is asked about again after a while
    assert await _advance(stage, withdrawal["id"]) == "succeeded"
    assert (await runner.sees("/earnings"))["withdrawingFen"] == 0
    await stage.assert_sound()


async def _advance(stage: Stage, withdrawal_id: str) -> str:
    return (await stage.use.advance_withdrawal()(WithdrawalId(UUID(withdrawal_id)))).state_name
