"""What the terminal shows when the server opens to the local network."""

import io
from typing import TYPE_CHECKING

import qrcode

if TYPE_CHECKING:
    from patrol.lan.opening import Lan


def words_for_the_terminal(lan: "Lan") -> str:
    lines = [
        qr(lan.setup_url),
        f"1. On each phone, once:  {lan.setup_url}   (the QR above; same Wi-Fi)",
        f"2. Then, for good:       {lan.url}",
        "",
        "The page shows this SHA-256 fingerprint; the phone must show the same:",
        *(f"  {lan.fingerprint[at : at + 48].rstrip(':')}" for at in (0, 48)),
    ]
    if lan.left_out:
        lines += ["", f"Not in the certificate: {', '.join(lan.left_out)}. The authority was made for other names; to"]
        lines += [f"make a new one, stop, remove {lan.certificate.parent}, start again, and set up every phone again."]
    return "\n".join([*lines, ""])


def qr(url: str) -> str:
    code = qrcode.QRCode(border=2)
    code.add_data(url)
    out = io.StringIO()
    code.print_ascii(out=out, invert=True)
    return out.getvalue()
