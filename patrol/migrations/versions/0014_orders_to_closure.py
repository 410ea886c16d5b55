"""What orders need up to their closure: more time asked for, on the way and on site, and lists by index.

``subject`` repeats a hazard's category beside the time it was reported, so that a list of one category is read in
order from one index, however long the history.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TIMES = ("asked_due_at", "acknowledged_at", "taken_at", "set_out_at", "arrived_at", "first_look_at")
BEFORE = (("site_id", "kind", "state", "due_at"), ("site_id", "assignee_id", "state"), ("site_id", "team", "state"))
LISTED = ("state", "severity", "subject", "assignee_id", "team", "place_id", "reported_by_id", "rectified_by_id")
INDEXES = (
    ("site_id", "kind", "state", "due_at", "id"),
    *(("site_id", "kind", name, "reported_at", "id") for name in LISTED),
    ("site_id", "kind", "closed_at", "id"),
    ("site_id", "assignee_id", "state", "due_at", "id"),
    ("site_id", "assignee_id", "state", "reported_at", "id"),
    ("site_id", "team", "state", "due_at", "id"),
    ("site_id", "team", "state", "reported_at", "id"),
)


def upgrade():
    op.add_column("work_order", sa.Column("subject", sa.String(), nullable=False, server_default=""))
    op.add_column("work_order", sa.Column("asked_by_id", sa.Uuid(), nullable=True))
    for name in TIMES:
        op.add_column("work_order", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("hazard", sa.Column("to_sample", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE work_order SET subject = (SELECT hazard.category FROM hazard "
        "WHERE hazard.site_id = work_order.site_id AND hazard.id = work_order.id) WHERE kind = 'hazard'"
    )
    op.execute(
        "UPDATE work_order SET first_look_at = (SELECT max(line.at) FROM work_order_step AS line "
        "WHERE line.site_id = work_order.site_id AND line.order_id = work_order.id AND line.step = 'verify' "
        "AND line.to_state = 'to_verify' AND line.at >= work_order.rectified_at) WHERE state = 'to_verify'"
    )
    for columns in BEFORE:
        op.drop_index(name_of(columns), table_name="work_order")
    for columns in INDEXES:
        op.create_index(name_of(columns), "work_order", list(columns))
    op.create_index("ix_hazard_site_id_to_sample", "hazard", ["site_id", "to_sample"])


def downgrade():
    op.drop_index("ix_hazard_site_id_to_sample", table_name="hazard")
    for columns in INDEXES:
        op.drop_index(name_of(columns), table_name="work_order")
    for columns in BEFORE:
        op.create_index(name_of(columns), "work_order", list(columns))
    op.drop_column("hazard", "to_sample")
    for name in (*TIMES, "asked_by_id", "subject"):
        op.drop_column("work_order", name)


def name_of(columns):
    """As the models name it; PostgreSQL would cut a longer name than 63 letters off."""
    return op.f("ix_work_order_" + "_".join(columns))
