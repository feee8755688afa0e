"""The numbers that docs/explanation/security.md tells are those that the program holds to."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from errand_domain.member import credential, password, session
from errand_domain.use_cases.files import file_links, upload_tickets
from errand_domain.use_cases.files import stored_files as files
from errand_domain.use_cases.signing_in import request_code, sign_in_by_password

PAGE: Final = Path("docs/explanation/security.md")
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

TOLD: Final = (
    ("five minutes, five tries", (session.CODE_LIFE, session.CODE_TRIES), (5 * MINUTE, 5)),
    ("five an hour and ten a day of a target", (session.CODES_AN_HOUR, session.CODES_A_DAY), (5, 10)),
    ("ten characters at least", password.LENGTH_LEAST, 10),
    ("twelve for staff", password.LENGTH_LEAST_FOR_STAFF, 12),
    ("128 at most", password.LENGTH_MOST, 128),
    ("last thirty days", session.SESSION_LIFE, 30 * DAY),
    ("end after a fortnight of nothing", session.IDLE_LONGEST, 14 * DAY),
    ("operators' twelve hours", session.STAFF_SESSION_LIFE, 12 * HOUR),
    ("half an hour of nothing", session.STAFF_IDLE_LONGEST, HOUR / 2),
    ("ten at the most", session.SESSIONS_MOST, 10),
    ("of the last ten minutes", session.PROOF_LIFE, 10 * MINUTE),
    ("good for five minutes, one key", upload_tickets.SEND_WITHIN, 5 * MINUTE),
)
BESIDE: Final = (
    (session.CODE_PAUSE, MINUTE),
    (session.BURNT_AN_HOUR, 3),
    (credential.INVITATION_LIFE, DAY),
    (credential.PROVEN_LIFE, HOUR),
    (file_links.LINK_LIFE, 5 * MINUTE),
    (file_links.CARD_LINK_LIFE, 2 * MINUTE),
    (sign_in_by_password.FROM_ADDRESS_MOST, 10),
    (sign_in_by_password.AT_ALL_MOST, 30),
    (sign_in_by_password.SECOND_FACTORS_MOST, 10),
    (request_code.FROM_ADDRESS_MOST, 60),
    (request_code.FROM_DEVICE_MOST, 10),
    (files.FILE_BYTES_MOST, 8 * 1024 * 1024),
    (files.FILES_PER_ORDER_MOST, 60),
    (files.CARDS_PER_DAY_MOST, 5),
    (files.AVATARS_PER_DAY_MOST, 10),
)
"""What other pages tell (limits, the standard's table), and what nobody should widen in passing."""


@pytest.mark.parametrize(("words", "held", "told"), TOLD, ids=[words for words, *_ in TOLD])
def test_a_number_that_the_page_tells_is_the_one_that_is_held_to(words: str, held: object, told: object):
    assert words in " ".join(PAGE.read_text().split()).lower()
    assert held == told


def test_what_is_not_told_there_is_held_to_as_well():
    assert [held for held, _ in BESIDE] == [meant for _, meant in BESIDE]
