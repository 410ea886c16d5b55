"""The command ``patrol``: gathers the packages' commands."""

import click
from flask.cli import FlaskGroup

from patrol.app import create_app


@click.group(cls=FlaskGroup, create_app=create_app, add_default_commands=False)
def main() -> None:
    """Patrol: rounds, hazards, checklists and reviews for property sites."""


def _gather() -> None:
    from patrol.accounts.cli import setup_command
    from patrol.backup import backup_command, restore_command
    from patrol.demo.cli import demo_command
    from patrol.exports.cli import export_command, import_command, labels_command
    from patrol.notices.cli import tick_command
    from patrol.owners.cli import forget_command
    from patrol.serve import doctor_command, serve_command, upgrade_command
    from patrol.start import start_command
    from patrol.verify import verify_command

    for command in (
        *(serve_command, start_command, upgrade_command, setup_command, demo_command),
        *(import_command, export_command, labels_command, tick_command, forget_command),
        *(backup_command, restore_command, verify_command, doctor_command),
    ):
        main.add_command(command)


_gather()

if __name__ == "__main__":
    main()
