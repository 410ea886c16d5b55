"""A phone without a browser: signs in, fetches its token, sends records and photos over real HTTP."""

import hashlib
import http.client
import json
import re
from email.message import Message
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from patrol.core.clock import now
from patrol.core.keys import uuid7
from tests.conftest import PASSWORD


class Phone:
    """One keep-alive connection and its cookies."""

    def __init__(self, url: str, staff_no: str = "0217"):
        self.open(url)
        self._sign_in(staff_no)

    @classmethod
    def signed_in(cls, url: str, cookies: dict[str, str], timeout: float = 20) -> "Phone":
        """A phone whose person is signed in already."""
        phone = cls.__new__(cls)
        phone.open(url, timeout)
        phone._cookies.update(cookies)
        phone.refresh()
        return phone

    def open(self, url: str, timeout: float = 20) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "localhost", parts.port or 80
        self._connection = http.client.HTTPConnection(self._host, self._port, timeout=timeout)
        self._cookies: dict[str, str] = {}
        self.device = str(uuid7())
        self.token = ""
        self.user = ""
        self.headers: Message = Message()  # of the last answer, as ``answer`` is its body
        self.answer = b""

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items()), **headers}
        if self.token:
            sent["X-CSRFToken"] = self.token
        self._connection.request(method, path, body=body or None, headers=sent)
        reply = self._connection.getresponse()
        for name, value in reply.getheaders():
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self._cookies[key] = morsel.value
        self.headers, self.answer = reply.headers, reply.read()
        return reply.status, self.answer

    def _sign_in(self, staff_no: str) -> None:
        _status, page = self.request("GET", "/sign-in")
        token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        form = urlencode(
            {"login": staff_no, "password": PASSWORD, "keep": "1", "csrf_token": token[1].decode()}
        ).encode()
        status, _page = self.request("POST", "/sign-in", form, **{"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 303, status
        self.refresh()

    def refresh(self) -> None:
        """A fresh token, as the outbox fetches one before it sends."""
        status, body = self.request("GET", "/sync/session")
        assert status == 200, body
        told = json.loads(body)
        self.token, self.user = told["csrf_token"], told["user"]

    def record(self, kind: str, data: dict[str, Any], photos: list[UUID] | None = None, **more: Any) -> dict[str, Any]:
        return {
            "id": str(uuid7()),
            "kind": kind,
            "captured_at": now().isoformat(),
            "user": self.user,
            "photos": [str(photo) for photo in photos or []],
            "data": data,
            **more,
        }

    def send(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        status, results = self.try_send(records)
        assert status == 200, (status, self.answer[:300])
        return results

    def try_send(self, records: list[dict[str, Any]]) -> tuple[int, list[dict[str, Any]]]:
        """The answer's status, and the records' results if it is 200."""
        body = {"device": self.device, "sent_at": now().isoformat(), "records": records}
        status, answer = self.request(
            "POST", "/sync/records", json.dumps(body).encode(), **{"Content-Type": "application/json"}
        )
        return status, json.loads(answer)["results"] if status == 200 else []

    def post_bare(self, record: dict[str, Any]) -> None:
        """The same body to a server that asks for nothing (the floor of the measurements)."""
        body = {"device": self.device, "sent_at": now().isoformat(), "records": [record]}
        status, _answer = self.request("POST", "/", json.dumps(body).encode(), **{"Content-Type": "application/json"})
        assert status == 200

    def put_photo(self, raw: bytes, photo_id: UUID | None = None) -> tuple[int, UUID]:
        photo_id = photo_id or uuid7()
        status, _body = self.request(
            "PUT",
            f"/sync/photos/{photo_id}",
            raw,
            **{"X-Photo-SHA256": hashlib.sha256(raw).hexdigest(), "Content-Type": "image/jpeg"},
        )
        return status, photo_id
