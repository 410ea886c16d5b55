"""A robot that is told of everything says so, so that it is also told of the kinds of notices a later version brings.

Of those here already it is taken to be so where every kind of the first version is ticked: whoever chose all of them
then was never asked about those that came afterwards. An all-clear may say that the storm was declared by mistake.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

FIRST = {"not_started", "missed", "critical", "overdue", "unsigned", "unsent"}


def upgrade():
    op.add_column("notice_target", sa.Column("every", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("weather_turn", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    table = sa.table("notice_target", sa.column("id", sa.Uuid()), sa.column("kinds", sa.JSON()), sa.column("every"))
    here = op.get_bind()
    for row in here.execute(sa.select(table.c.id, table.c.kinds)).all():
        if FIRST <= set(row.kinds or ()):
            here.execute(sa.update(table).where(table.c.id == row.id).values(every=sa.true()))


def downgrade():
    op.drop_column("weather_turn", "withdrawn")
    op.drop_column("notice_target", "every")
