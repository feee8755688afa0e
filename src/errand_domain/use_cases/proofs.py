"""Photos as proof: uploaded before, by the one who shows them, for this order."""

from typing import Final

from errand_domain.errors import InvalidField, Missing
from errand_domain.ids import FileId, MemberId
from errand_domain.order.order import Order
from errand_domain.ports.transaction import Transaction

PHOTOS_MOST: Final = 9


async def check_photos(tx: Transaction, order: Order, owner_id: MemberId, photos: tuple[FileId, ...]) -> None:
    """Raise `InvalidField` unless every photo is the owner's and of this order, and there are not many."""
    if len(photos) > PHOTOS_MOST:
        raise InvalidField("photos", f"must be at most {PHOTOS_MOST}")
    for photo in photos:
        if not await _is_of(tx, photo, owner_id, order):
            raise InvalidField("photos", "must be uploaded by you for this order")


async def _is_of(tx: Transaction, photo: FileId, owner_id: MemberId, order: Order) -> bool:
    try:
        file = await tx.files.get(photo)
    except Missing:
        return False
    return file.owner_id == owner_id and file.order_id == order.id
