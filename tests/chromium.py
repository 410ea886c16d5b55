"""Finds a Chromium for the browser tests, or installs one."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> str | None:
    """Path of a Chromium-like browser, or None."""
    named = os.environ.get("PATROL_CHROMIUM")
    if named:
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure() -> str | None:
    """Install one where that is possible; None means "use the one Playwright brought"."""
    found = find()
    if found:
        return found
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium and a Chinese font for the browser tests (once) ...", flush=True)
        subprocess.run(["apt-get", "-qq", "update"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(
            ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium", "fonts-wqy-microhei"],
            check=False,
            stdout=subprocess.DEVNULL,
        )
        found = find()
        if found:
            return found
    print("Installing Playwright's Chromium for the browser tests (once) ...", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"], check=True)
    return None


def ensure_certutil() -> str | None:
    """The tool by which Chromium's store of trusted certificates is filled; None where it cannot be had."""
    if not shutil.which("certutil") and os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing certutil for the browser tests (once) ...", flush=True)
        subprocess.run(["apt-get", "-qq", "update"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(
            ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "libnss3-tools"],
            check=False,
            stdout=subprocess.DEVNULL,
        )
    return shutil.which("certutil")
