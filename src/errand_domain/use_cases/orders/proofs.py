"""Photos as proof: uploaded before, by the one who shows them, for this order."""

from typing import Final

from errand_domain.errors import InvalidField
from errand_domain.ids import FileId, MemberId
from errand_domain.order.order import Order
from errand_domain.ports.transaction import Transaction
from errand_domain.use_cases.content.screening import check_shown, find_file

PHOTOS_MOST: Final = 9


async def check_photos(tx: Transaction, order: Order, owner_id: MemberId, photos: tuple[FileId, ...]) -> None:
    """Raise `InvalidField` unless every photo is the owner's and of this order, and there are not many.

    A photo that is withheld proves nothing new: raises `FileWithheld`. What it has proved before stands.
    """
    if len(photos) > PHOTOS_MOST:
        raise InvalidField("photos", f"must be at most {PHOTOS_MOST}")
    for photo in photos:
        file = await find_file(tx, photo)
        if file is None or file.owner_id != owner_id or file.order_id != order.id:
            raise InvalidField("photos", "must be uploaded by you for this order")
        check_shown(file)
