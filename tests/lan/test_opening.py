"""Opening to the local network: which address, what the workers are told, what doctor and backup make of it."""

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from patrol.backup import backup_command
from patrol.core.clock import now
from patrol.core.db import db, is_sqlite
from patrol.lan import opening
from patrol.lan.authority import kept_authority
from patrol.lan.certificate import fresh_certificate, path
from patrol.lan.health import faults
from patrol.lan.opening import NoNetwork, look_again, open_to_lan
from patrol.lan.reach import Reach
from patrol.lan.terminal import words_for_the_terminal
from patrol.serve import findings
from tests.system.conftest import ROOT, free_port

HERE = Reach(("localhost", "lodge", "lodge.local"), ("192.168.1.20", "10.8.0.2", "127.0.0.1"))


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr(opening, "reach", lambda: HERE)


def test_labels_and_links_carry_the_address_on_the_way_to_the_router(tmp_path):
    env: dict[str, str] = {"PATROL_TRUSTED_HOSTS": "other.example.cn"}

    lan = open_to_lan(tmp_path, 8443, 8080, now(), env)

    assert (lan.url, lan.setup_url) == ("https://192.168.1.20:8443", "http://192.168.1.20:8080/")
    assert env["PATROL_PUBLIC_URL"] == lan.url
    assert set(env["PATROL_TRUSTED_HOSTS"].split(",")) == {"other.example.cn", *HERE.all}


def test_an_address_of_ones_own_is_kept_and_gets_into_the_certificate(tmp_path):
    env = {"PATROL_PUBLIC_URL": "https://patrol.example.cn/"}

    lan = open_to_lan(tmp_path, 443, 8080, now(), env)

    assert (lan.url, lan.setup_url) == ("https://patrol.example.cn", "http://patrol.example.cn:8080/")
    assert kept_authority(tmp_path).may_sign("patrol.example.cn")
    assert lan.left_out == ()


def test_the_own_choice_follows_the_network_the_owners_does_not(tmp_path, monkeypatch):
    ours, theirs = {}, {"PATROL_PUBLIC_URL": "https://192.168.1.20:8443"}
    open_to_lan(tmp_path, 8443, 8080, now(), ours)
    open_to_lan(tmp_path, 8443, 8080, now(), theirs)

    monkeypatch.setattr(opening, "reach", lambda: Reach(HERE.names, ("192.168.9.9", "127.0.0.1")))

    assert look_again(tmp_path, kept_authority(tmp_path), now(), ours)
    assert open_to_lan(tmp_path, 8443, 8080, now(), ours).url == "https://192.168.9.9:8443"
    assert open_to_lan(tmp_path, 8443, 8080, now(), theirs).url == "https://192.168.1.20:8443"


def test_a_network_that_is_gone_for_a_moment_changes_nothing(tmp_path, monkeypatch):
    env: dict[str, str] = {}
    open_to_lan(tmp_path, 8443, 8080, now(), env)
    kept = path(tmp_path).read_bytes()

    monkeypatch.setattr(opening, "reach", lambda: Reach(HERE.names, ("127.0.0.1",)))

    assert not look_again(tmp_path, kept_authority(tmp_path), now(), env)
    assert path(tmp_path).read_bytes() == kept


@pytest.mark.parametrize("env", [{"PATROL_PUBLIC_URL": "http://192.168.1.20:8000"}, {}])
def test_without_a_safe_address_it_does_not_open(tmp_path, monkeypatch, env):
    monkeypatch.setattr(opening, "reach", lambda: Reach(("localhost",), ("127.0.0.1",)))

    with pytest.raises(NoNetwork):
        open_to_lan(tmp_path, 8443, 8080, now(), env)
    assert not (tmp_path / "lan").exists()


def test_the_terminal_names_both_addresses_the_fingerprint_and_what_is_left_out(tmp_path):
    open_to_lan(tmp_path, 8443, 8080, now(), {})
    lan = open_to_lan(tmp_path, 8443, 8080, now(), {"PATROL_PUBLIC_URL": "https://new.example.cn:8443"})

    words = words_for_the_terminal(lan)

    for part in (lan.url, lan.setup_url, *lan.fingerprint.split(":"), "new.example.cn", "█"):
        assert part in words


def test_a_certificate_near_its_end_wakes_the_server(tmp_path):
    """The set-up page's process looks by itself and sends SIGHUP to whoever started it: here, this test."""
    open_to_lan(tmp_path, 8443, 8080, now(), {})
    fresh_certificate(tmp_path, kept_authority(tmp_path), HERE.along_with("x.local"), now() - timedelta(days=390))
    env = {"PATROL_INSTANCE": str(tmp_path), "PATROL_PUBLIC_URL": "https://lodge.local", "PYTHONPATH": str(ROOT)}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    child = subprocess.Popen([sys.executable, "-m", "patrol.lan", "127.0.0.1", str(free_port()), "0.2"], env=env)
    try:
        woken = signal.sigtimedwait({signal.SIGHUP}, 30)
    finally:
        child.kill()
        child.wait()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    assert woken is not None
    assert woken.si_pid == child.pid


def test_a_taken_port_is_named(tmp_path):
    open_to_lan(tmp_path, 8443, 8080, now(), {})
    env = {"PATROL_INSTANCE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "patrol.lan", "127.0.0.1", port],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert f"port {port}" in done.stderr and "PATROL_LAN_SETUP_PORT" in done.stderr


def test_doctor_is_content_with_a_fixed_address(tmp_path):
    open_to_lan(tmp_path, 8443, 8080, now(), {})

    assert faults(tmp_path, "https://192.168.1.20:8443", now()) == []


@pytest.mark.parametrize(
    ("url", "days", "words"),
    [
        (None, 0, "router may change"),
        ("http://192.168.1.20:8000", 0, "not https"),
        ("https://elsewhere.example.cn", 0, "made for other names"),
        ("https://192.168.1.20:8443", 400, "has ended"),
        ("https://192.168.1.20:8443", 3500, "authority ends"),
    ],
)
def test_doctor_says_what_will_go_wrong(tmp_path, url, days, words):
    open_to_lan(tmp_path, 8443, 8080, now(), {})

    assert any(words in fault for fault in faults(tmp_path, url, now() + timedelta(days=days)))


def test_doctor_sees_keys_that_others_can_read(tmp_path):
    open_to_lan(tmp_path, 8443, 8080, now(), {})
    (tmp_path / "lan" / "authority.pem").chmod(0o644)

    (fault,) = faults(tmp_path, "https://192.168.1.20:8443", now())

    assert "authority.pem can be read by others" in fault


@pytest.fixture
def opened(app) -> Iterator[Path]:
    """The app's own instance, opened to the network."""
    instance = Path(app.config["INSTANCE"])
    open_to_lan(instance, 8443, 8080, now(), {})
    yield instance
    shutil.rmtree(instance / "lan")


def test_doctor_speaks_of_the_network_once_it_was_opened(opened, monkeypatch):
    monkeypatch.delenv("PATROL_PUBLIC_URL", raising=False)

    assert any("router may change" in fault for fault in findings())
    assert not any("localhost" in fault for fault in findings())


def test_doctor_says_nothing_of_it_elsewhere(app):
    assert any("localhost" in fault for fault in findings())


def test_a_backup_holds_no_key(app, opened, tmp_path):
    if not is_sqlite(db.engine):
        pytest.skip("patrol backup copies SQLite only")

    result = app.test_cli_runner().invoke(backup_command, [str(tmp_path / "kept")])

    assert result.exit_code == 0, result.output
    kept = [file for file in (tmp_path / "kept").rglob("*") if file.is_file()]
    assert (tmp_path / "kept" / "patrol.db") in kept
    assert [file for file in kept if file.suffix == ".pem" or b"PRIVATE KEY" in file.read_bytes()] == []
