"""The demonstration's people. They are named after the solar terms, and nobody has these phone numbers."""

from typing import Final, Literal

from attrs import frozen

from errand_domain.campus import Gender
from errand_domain.member.roles import Role

Course = Literal["approved", "applied", "needs_more", "rejected", "suspended", "lapsed"]
PHONE_START: Final = "+861380000"


@frozen(kw_only=True)
class Person:
    """Somebody who signs in with a phone."""

    nickname: str
    extension: str
    roles: tuple[Role, ...] = ()
    course: Course | None = None
    gender: Gender | None = None

    @property
    def phone(self) -> str:
        """The number under which the sandbox's inbox shows their codes."""
        return f"{PHONE_START}{self.extension}"

    @property
    def email(self) -> str:
        """By which an operator signs in; nobody has a mailbox there."""
        return f"operator-{self.extension}@demo.example"


REQUESTERS: Final = (
    Person(nickname="立春", extension="0101"),
    Person(nickname="雨水", extension="0102"),
    Person(nickname="惊蛰", extension="0103"),
    Person(nickname="春分", extension="0104"),
    Person(nickname="清明", extension="0105"),
    Person(nickname="谷雨", extension="0106"),
)
RUNNERS: Final = (
    Person(nickname="立夏", extension="0201", course="approved", gender="female"),
    Person(nickname="小满", extension="0202", course="approved", gender="male"),
    Person(nickname="芒种", extension="0203", course="approved", gender="female"),
    Person(nickname="夏至", extension="0204", course="approved"),
)
APPLICANTS: Final = (
    Person(nickname="小暑", extension="0211", course="applied", gender="male"),
    Person(nickname="大暑", extension="0212", course="needs_more", gender="female"),
    Person(nickname="立秋", extension="0213", course="rejected"),
    Person(nickname="处暑", extension="0214", course="suspended", gender="male"),
    Person(nickname="白露", extension="0215", course="lapsed"),
)
OPERATORS: Final = (
    Person(nickname="冬至", extension="0301", roles=("reviewer",)),
    Person(nickname="小寒", extension="0302", roles=("operations",)),
    Person(nickname="大寒", extension="0303", roles=("operations",)),
    Person(nickname="立冬", extension="0304", roles=("finance",)),
    Person(nickname="小雪", extension="0305", roles=("auditor",)),
    Person(nickname="大雪", extension="0306", roles=("admin",)),
)
EVERYBODY: Final = (*REQUESTERS, *RUNNERS, *APPLICANTS, *OPERATORS)
