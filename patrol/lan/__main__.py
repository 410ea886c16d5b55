"""``python -m patrol.lan HOST PORT [SECONDS]``: the set-up page; `patrol serve --lan` starts it."""

import sys

from patrol.lan.setup_server import LOOK_EVERY, serve_until_orphaned
from patrol.lan.views import create_setup_app


def main(host: str, port: str, every: str = str(LOOK_EVERY)) -> None:
    app = create_setup_app()
    try:
        serve_until_orphaned(app, host, int(port), app.config["INSTANCE"], float(every))
    except OSError as problem:
        raise SystemExit(f"No set-up page on port {port} ({problem.strerror}): set PATROL_LAN_SETUP_PORT.") from None


if __name__ == "__main__":
    main(*sys.argv[1:])
