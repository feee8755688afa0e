"""Somebody who does nearly everything that there is to do, and leaves a value to be looked for at each step."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any, Final
from urllib.parse import quote, unquote

import httpx
from attrs import Factory, define, field
from pyotp.totp import TOTP

from tests.demo.demonstration import Demo
from tests.pictures import CLEAN_PNG

API: Final = "/api/v1"
PHONE, RUNNERS_PHONE, CALLED = "+8613912345678", "+8613922345679", "+8613987654321"
MAIL, RUNNERS_MAIL = "lin.planted@mailbox.example", "wang.planted@mailbox.example"
STAFF_MAIL: Final = "qian.planted@mailbox.example"
OPENID: Final = "oPlanted_openid-of-lin"
PASSWORD, NEXT_PASSWORD, STAFF_PASSWORD = "seven planted herons", "nine planted egrets", "eleven planted cranes"
TEXTS: Final = {
    "nickname": "植名林语",
    "real_name": "林植堂",
    "student_number": "PLANT2026777",
    "room": "植楼七层 31 室",
    "contact": "植联系人甲",
    "note": "植便条：放在门口的鞋柜上",
    "item": "植物标本一盒",
    "pickup_code": "7-3-9191-植",
    "statement": "植陈述：盒子湿了一半",
    "answer": "植答复：取的时候就是湿的",
    "review": "植评价：来得很快",
    "reason": "植理由：照片不清楚",
    "device": "植手机十五",
    "file_name": "植照片.png",
}


@define(kw_only=True)
class Planting:
    """A client with a memory for what must not be written down anywhere."""

    demo: Demo
    planted: dict[str, str] = Factory(dict)
    secrets: int = 0
    http: httpx.Client = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.demo.url, timeout=30, trust_env=False)
        self.planted |= {
            "phone": PHONE,
            "runner's phone": RUNNERS_PHONE,
            "called": CALLED,
            "national": PHONE.removeprefix("+86"),
            "mail": MAIL,
            "runner's mail": RUNNERS_MAIL,
            "staff's mail": STAFF_MAIL,
            "openid": OPENID,
            "password": PASSWORD,
            "next password": NEXT_PASSWORD,
            "staff's password": STAFF_PASSWORD,
            **TEXTS,
        }

    def secret(self, kind: str, value: str) -> str:
        """The same value, remembered: no log may have it."""
        self.secrets += 1
        self.planted[f"{kind} {self.secrets}"] = value
        return value

    # -- Asking ----------------------------------------------------------------------------------------------

    def post(
        self, path: str, body: Any = None, *, token: str = "", method: str = "POST", **more: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, f"{API}{path}", json=body, headers=headers, **more)

    def done(self, path: str, body: Any = None, **more: Any) -> Any:
        answer = self.post(path, body, **more)
        assert answer.is_success, (path, answer.text)
        return answer.json() if answer.headers.get("content-type", "").startswith("application/json") else None

    def refused(self, status: int, path: str, body: Any = None, **more: Any) -> None:
        answer = self.post(path, body, **more)
        assert answer.status_code == status, (path, answer.status_code, answer.text)

    def upload(self, token: str, path: str, content: bytes = CLEAN_PNG, **fields: str) -> httpx.Response:
        files = {"file": (TEXTS["file_name"], content, "image/png")}
        headers = {"Authorization": f"Bearer {token}"}
        return self.http.post(f"{API}{path}", files=files, data=fields, headers=headers)

    def outside(self, path: str, body: Any = None) -> Any:
        answer = httpx.post(f"{self.demo.sandbox_url}/sandbox/{path}", json=body, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json()

    def goes_wrong(self, operation: str, kind: str, times: int = 1) -> None:
        self.outside("faults", {"operation": operation, "kind": kind, "times": times})

    # -- Coming in -------------------------------------------------------------------------------------------

    def code(self, kind: str, address: str) -> str:
        self.done("/sign-in/codes", {"kind": kind, "address": address, "deviceId": TEXTS["device"]})
        query = {"to": address}
        inbox = httpx.get(f"{self.demo.sandbox_url}/sandbox/inbox", params=query, trust_env=False).json()
        return self.secret("code", next(one["code"] for one in inbox["items"] if one["code"]))

    def ticket(self, kind: str, number: str, act: str) -> str:
        return self.secret("ticket", self.outside(f"wechat/{kind}/{quote(number)}/{act}")["ticket"])

    def entered(self, path: str, body: dict[str, Any]) -> str:
        """A fresh session that has consented; its token."""
        token = self.secret("token", self.done(path, body | {"device": TEXTS["device"]})["token"])
        for one in self.http.get(f"{API}/documents").json()["items"]:
            if one["isRequired"]:
                self.done("/me/consents", {"document": one["document"], "version": one["version"]}, token=token)
        return token

    def by_code(self, kind: str, address: str) -> str:
        asked = {"kind": kind, "address": address}
        return self.entered("/sessions", asked | {"code": self.code(kind, address)})

    def operator(self, role_of: str) -> str:
        """One of the demonstration's operators, by password and authenticator."""
        known = loads(self.demo.folder.operators_file.read_text("utf-8"))["operators"]
        keys = next(one for one in known if one["nickname"] == role_of)
        return self.enters_as_staff(keys["email"], keys["password"], keys["totp_secret"])

    def enters_as_staff(self, email: str, password: str, totp_secret: str) -> str:
        codes = TOTP(self.secret("authenticator's secret", totp_secret))
        given = {"email": email, "password": self.secret("password", password)}
        self.refused(409, "/sessions/password", given)
        self.refused(422, "/sessions/password", given | {"second": "000000"})
        second = self.secret("second factor", codes.at(datetime.now(UTC)))
        return self.entered("/sessions/password", given | {"second": second})

    # -- Errands ---------------------------------------------------------------------------------------------

    def terms(self) -> dict[str, Any]:
        campus = self.http.get(f"{API}/campuses/{self.campus_id}").json()
        places = {place["name"]: place for place in campus["buildings"]}
        now = datetime.now(UTC)
        to = {"detail": TEXTS["room"], "contact": {"name": TEXTS["contact"], "phone": CALLED}}
        return {
            "category": "parcel",
            "pickup": _stop(places["东门快递驿站"]),
            "dropoff": _stop(places["海棠苑5号楼"]) | to,
            "item": TEXTS["item"],
            "note": TEXTS["note"],
            "window": {"earliest": now.isoformat(), "latest": (now + timedelta(hours=3)).isoformat()},
            "pickupCode": TEXTS["pickup_code"],
        }

    @property
    def campus_id(self) -> str:
        return str(self.http.get(f"{API}/campuses").json()["items"][0]["id"])

    def told(self, *words: str) -> Any:
        """What the command line says, whose output is for the person who asks and no log."""
        return self.demo.told(*words)

    def invited(self) -> str:
        """The token of a link that an operator gets."""
        link = self.told("operator", "create", "--email", STAFF_MAIL, "--role", "auditor")["link"]
        return self.secret("link", unquote(link.partition("#")[2]))

    @contextmanager
    def without(self, table: str) -> Generator[None, None, None]:
        """The service meets a database that has lost a table: nobody foresaw that."""
        self._rename(table, f"{table}_away")
        try:
            yield
        finally:
            self._rename(f"{table}_away", table)

    def _rename(self, old: str, new: str) -> None:
        with sqlite3.connect(self.demo.folder.path / "errand.sqlite3", timeout=30) as database:
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")
        database.close()


def _stop(place: dict[str, Any]) -> dict[str, Any]:
    return {"name": place["name"], "point": place["point"], "buildingId": place["id"]}
