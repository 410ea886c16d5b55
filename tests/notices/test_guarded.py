"""Outgoing calls: nothing inside is ever reached, nothing takes longer than its time, nobody else notices."""

import socket
import ssl
import threading

import pytest
import requests

from patrol.notices import guarded as module
from patrol.notices.guarded import MOST_BYTES, Blocked, allowed, guarded
from tests.notices.sinks import http_sink

INSIDE = """
127.0.0.1 127.8.8.8 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 192.0.0.1
198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 fe80::1 fe80::1%eth0 fc00::1 fd12::1 ff02::1 ::ffff:127.0.0.1
::ffff:10.0.0.1 64:ff9b::a00:1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 nonsense
""".split()


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_is_allowed(address):
    assert not allowed(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "203.107.6.88", "2400:3200::1"])
def test_public_addresses_are(address):
    assert allowed(address)


def test_the_switch_for_tests_opens_127_0_0_1_and_nothing_else():
    assert [one for one in INSIDE if allowed(one, local=True)] == ["127.0.0.1", "::ffff:127.0.0.1"]


@pytest.fixture
def sink():
    with http_sink() as sink:
        yield sink


def test_the_sink_is_reached_with_the_switch_only(sink):
    with guarded(local=True) as call:
        requests.post(sink.url, timeout=60)
    assert (call.status, call.body) == (200, sink.body)

    with guarded() as call, pytest.raises(Blocked):
        requests.post(sink.url)
    assert (call.refused, len(sink.got)) == ("not_https", 1)


def test_a_name_that_leads_inside_is_refused_before_a_connection(sink, monkeypatch):
    port = int(sink.url.rsplit(":", 1)[1])
    leads_inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: leads_inside)

    with guarded() as call, pytest.raises((Blocked, requests.RequestException)):
        requests.post("https://hooks.example.com/x", timeout=60)

    assert (call.refused, call.status, sink.got) == ("private_address", None, [])


def test_one_inner_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 443)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: both)

    with guarded() as call, pytest.raises((Blocked, requests.RequestException)):
        requests.post("https://hooks.example.com/x")

    assert call.refused == "private_address"


def test_the_name_is_asked_for_once_and_the_address_that_was_looked_at_is_the_one_connected_to(monkeypatch, sink):
    """A name server that says something else the second time (rebinding) is never asked a second time."""
    port = int(sink.url.rsplit(":", 1)[1])
    answers = iter([[(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: next(answers))
    monkeypatch.setattr(module, "allowed", lambda address, local=False: address == "127.0.0.1")

    with guarded(local=True) as call:
        requests.post(sink.url)

    assert call.status == 200


@pytest.mark.parametrize("url", ["https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://0/"])
def test_addresses_written_out_are_looked_at_too(url):
    with guarded() as call, pytest.raises((OSError, requests.RequestException)):
        requests.post(url, timeout=60)

    assert call.refused == "private_address"


def test_a_redirect_is_not_followed(sink):
    sink.mood = "redirect"

    with guarded(local=True) as call, pytest.raises(Blocked):
        requests.post(sink.url, allow_redirects=True)

    assert (call.refused, call.status, len(sink.got)) == ("redirect", 307, 1)


@pytest.mark.parametrize("mood", ["hang", "drip"])
def test_whatever_is_slow_is_cut_off_when_its_time_is_over(sink, mood):
    sink.mood = mood

    with guarded(local=True, seconds=0.4) as call, pytest.raises(OSError):
        requests.post(sink.url, timeout=600)
    assert call.trouble == "timeout"
    assert call.body == b""


def test_no_more_than_64_kib_are_read(sink):
    sink.mood = "flood"

    with guarded(local=True) as call:
        reply = requests.post(sink.url)

    assert len(call.body) == len(reply.content) == MOST_BYTES


def test_a_proxy_of_the_environment_is_not_asked(sink, monkeypatch):
    with http_sink() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with guarded(local=True) as call:
            requests.post(sink.url)
        assert (call.status, len(sink.got), proxy.got) == (200, 1, [])


def test_other_threads_and_this_one_afterwards_go_on_as_before(sink):
    seen = []

    def elsewhere() -> None:
        seen.append(requests.post(sink.url, timeout=10).status_code)

    with guarded():
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    elsewhere()

    assert seen == [200, 200]


def test_sockets_of_the_mail_library_obey_too(sink):
    port = int(sink.url.rsplit(":", 1)[1])
    with guarded() as call, pytest.raises(Blocked):
        socket.create_connection(("127.0.0.1", port), 10)
    assert (call.refused, sink.got) == ("private_address", [])


def test_a_connection_that_became_tls_is_cut_off_as_well():
    """TLS takes the socket over; time has to end it all the same."""
    silent = socket.create_server(("127.0.0.1", 0))
    with guarded(local=True, seconds=0.4) as call:
        plain = socket.create_connection(silent.getsockname(), 10)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain.settimeout(None)  # nothing but the guard's own time ends it
        with pytest.raises(OSError):
            context.wrap_socket(plain)
    silent.close()

    assert call.trouble == "timeout"
