"""Let the shelf tell how each refused record ended, in whose words it was refused, and run it again by its own times.

Without the phone's sending time a record taken in again would be dated by the moment somebody looked at it.
"""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
ADDED = (
    sa.Column("record_key", sa.Uuid(), nullable=True),
    sa.Column("problem_text", sa.String(), nullable=False, server_default=""),
    sa.Column("problem_facts", JSON, nullable=False, server_default="{}"),
    sa.Column("device_id", sa.Uuid(), nullable=True),
    sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("settled_how", sa.String(), nullable=True),
    sa.Column("url", sa.String(), nullable=True),
    sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
)
INDEXES = {
    "ix_shelved_site_id_received_at_id": ["site_id", "received_at", "id"],
    "ix_shelved_site_id_record_id": ["site_id", "record_id"],
}


def upgrade():
    for column in ADDED:
        op.add_column("shelved", column._copy())
    fill()
    for name, columns in INDEXES.items():
        op.create_index(name, "shelved", columns)


def fill():
    """What lies there already: its id as an id, and "settled" where somebody wrote what was done."""
    shelved = sa.table("shelved", *(sa.column(name, type_) for name, type_ in (
        ("site_id", sa.Uuid()), ("id", sa.Uuid()), ("record_id", sa.String()), ("record_key", sa.Uuid()),
        ("settled_at", sa.DateTime(timezone=True)), ("settled_how", sa.String()),
    )))  # fmt: skip
    connection = op.get_bind()
    for site_id, id_, text in connection.execute(sa.select(shelved.c.site_id, shelved.c.id, shelved.c.record_id)).all():
        try:
            key = UUID(text)
        except ValueError:
            continue
        of = (shelved.c.site_id == site_id) & (shelved.c.id == id_)
        connection.execute(sa.update(shelved).where(of).values(record_key=key))
    done = sa.update(shelved).where(shelved.c.settled_at.is_not(None))
    connection.execute(done.values(settled_how="settled"))


def downgrade():
    for name in INDEXES:
        op.drop_index(name, "shelved")
    with op.batch_alter_table("shelved") as batch:
        for column in reversed(ADDED):
            batch.drop_column(column.name)
