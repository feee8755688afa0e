"""What is asked of an order, step by step."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from entrypoints.http.wire.places import PointAsked, point_of
from entrypoints.http.wire.shapes import Asked, Fen, FileIds, Provider, ShortText
from errand_domain.ids import FileId
from errand_domain.order.events import GiveUpReason, PickupFault, ReturnReason
from errand_domain.order.states import Proof
from errand_domain.review.review import Tag

DeliveryCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$")]


class ProviderAsked(Asked, kw_only=True, frozen=True):
    """Through whom to pay."""

    provider: Provider


class TipAsked(Asked, kw_only=True, frozen=True):
    """How much to add to the tip, and through whom to pay it."""

    amount_fen: Annotated[int, Meta(ge=1, le=1_000_000)]
    provider: Provider


class CancelAsked(Asked, kw_only=True, frozen=True):
    """Why, and the fee that the requester has seen and agrees to."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    confirmed_fee_fen: Fen = 0


class GiveUpAsked(Asked, kw_only=True, frozen=True):
    """Why the runner cannot go."""

    reason: GiveUpReason


class OfferAsked(Asked, kw_only=True, frozen=True):
    """The colleague who is asked to take over, or the runner who is assigned."""

    runner_id: UUID


class ArriveAsked(Asked, kw_only=True, frozen=True):
    """Where the runner stands, or photos that show it."""

    position: PointAsked | None = None
    photos: FileIds = ()


class ImpossibleAsked(Asked, kw_only=True, frozen=True):
    """Why the item cannot be had, with photos."""

    reason: PickupFault
    photos: FileIds = ()


class PickUpAsked(Asked, kw_only=True, frozen=True):
    """Photos of the item; for a purchase also what it cost, and the receipt."""

    photos: FileIds = ()
    goods_cost_fen: Fen = 0
    receipt: UUID | None = None


class DeliverAsked(Asked, kw_only=True, frozen=True):
    """The requester's delivery code, or photos and a position."""

    code: DeliveryCode | None = None
    position: PointAsked | None = None
    photos: FileIds = ()


class ReturnAsked(Asked, kw_only=True, frozen=True):
    """Why the item cannot be handed over."""

    reason: ReturnReason
    photos: FileIds = ()


class ReviewAsked(Asked, kw_only=True, frozen=True):
    """One to five stars, tags and a text."""

    stars: Annotated[int, Meta(ge=1, le=5)]
    tags: Annotated[tuple[Tag, ...], Meta(max_length=9)] = ()
    text: ShortText = ""


def file_ids(ids: tuple[UUID, ...]) -> tuple[FileId, ...]:
    """The files of those ids."""
    return tuple(map(FileId, ids))


def proof_of(position: PointAsked | None, photos: tuple[UUID, ...]) -> Proof:
    """What shows that the runner is there."""
    return Proof(photos=file_ids(photos), position=point_of(position) if position else None)
