"""Photos as proof: uploaded before, by the one who shows them, for this order."""

from errand_domain.errors import InvalidField
from errand_domain.ids import FileId, MemberId
from errand_domain.order.order import Order
from errand_domain.ports.transaction import Transaction


async def check_photos(tx: Transaction, order: Order, owner_id: MemberId, photos: tuple[FileId, ...]) -> None:
    """Raise `Missing` or `InvalidField` unless every photo is the owner's and of this order."""
    for photo in photos:
        file = await tx.files.get(photo)
        if file.owner_id != owner_id or file.order_id != order.id:
            raise InvalidField("photos", "must be uploaded by you for this order")
