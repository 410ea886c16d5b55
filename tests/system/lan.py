"""``patrol serve --lan`` in a test, and a home folder whose Chromium trusts its authority."""

import http.client
import ssl
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from tests.system.conftest import Server, free_port

NAME = "patrol.test"
TO_US = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"


class LanServer(Server):
    """url: https under a name of the local network. setup_url: the plain page beside it."""

    def __init__(self, instance: Path, **more: str):
        super().__init__(instance, **more)
        self.setup_port = free_port()
        self.url = f"https://{NAME}:{self.port}"
        self.setup_url = f"http://{NAME}:{self.setup_port}"
        self.flags = ["--lan"]
        self.more["PATROL_LAN_SETUP_PORT"] = str(self.setup_port)

    def _greet(self) -> None:
        self.ask("/healthz", self.client())

    def ask(self, path: str, client: ssl.SSLContext) -> bytes:
        wire = http.client.HTTPSConnection("localhost", self.port, context=client, timeout=5)
        wire.request("GET", path)
        reply = wire.getresponse()
        assert reply.status == 200
        return reply.read()

    def client(self) -> ssl.SSLContext:
        """Trusts the authority that the set-up page hands out, as a phone does."""
        return ssl.create_default_context(cadata=self.plain("GET", "/patrol-ca.crt")[1])

    def plain(self, method: str, path: str, port: int | None = None) -> tuple[int, bytes]:
        wire = http.client.HTTPConnection("127.0.0.1", port or self.setup_port, timeout=5)
        wire.request(method, path)
        reply = wire.getresponse()
        return reply.status, reply.read()

    def certificate(self) -> x509.Certificate:
        """The one that the server shows by now."""
        parts = urlsplit(self.url)
        return x509.load_pem_x509_certificate(ssl.get_server_certificate(("127.0.0.1", parts.port or 0)).encode())


def home_that_trusts(folder: Path, authority: bytes) -> dict[str, str]:
    """Environment for a Chromium that was told to trust this authority, as a person tells a phone."""
    store = folder / ".pki" / "nssdb"
    store.mkdir(parents=True)
    file = folder / "patrol-ca.crt"
    file.write_bytes(authority)
    for order in (("-N", "--empty-password"), ("-A", "-t", "C,,", "-n", "patrol", "-i", str(file))):
        subprocess.run(["certutil", "-d", f"sql:{store}", *order], check=True)
    return {"HOME": str(folder)}
