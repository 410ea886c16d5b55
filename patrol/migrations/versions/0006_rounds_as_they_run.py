"""What rounds need to run as they really do: their kind, windows of points, more forms of plans, tags of places.

On SQLite a changed rule or an emptied NOT NULL means a new table; the rows are copied and every reference stays.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)
FORMS = "form IN ('every','fixed','per_shift','on_demand')"
FORMS_BEFORE = "form IN ('every','fixed')"
KINDS = "kind IN ('plan','make_up','on_demand','weather')"


def no(name):
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def upgrade():
    with op.batch_alter_table("plan") as batch:
        change_rule(batch, FORMS)
        batch.add_column(no("both_scan"))
        batch.add_column(sa.Column("per_shift", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("random_min", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("other_route_id", sa.Uuid(), nullable=True))
    with op.batch_alter_table("round") as batch:
        batch.alter_column("plan_id", existing_type=sa.Uuid(), nullable=True)
        batch.add_column(no("both_scan"))
        batch.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="plan"))
        batch.add_column(no("made_late"))
        batch.create_check_constraint(op.f("ck_round_kind"), KINDS)
    for name in ("window_from", "window_to"):
        op.add_column("round_stop", sa.Column(name, MOMENT, nullable=True))
        op.add_column("route_stop", sa.Column(name, sa.Time(), nullable=True))
    op.add_column("round_stop", no("outdoor"))
    op.add_column("route", sa.Column("kind", sa.String(), nullable=False, server_default="route"))
    op.add_column("place", sa.Column("tags", JSON, nullable=False, server_default="[]"))


def downgrade():
    op.drop_column("place", "tags")
    op.drop_column("route", "kind")
    op.drop_column("round_stop", "outdoor")
    for name in ("window_from", "window_to"):
        op.drop_column("round_stop", name)
        op.drop_column("route_stop", name)
    with op.batch_alter_table("round") as batch:
        batch.drop_constraint(op.f("ck_round_kind"), type_="check")
        for name in ("both_scan", "kind", "made_late"):
            batch.drop_column(name)
        batch.alter_column("plan_id", existing_type=sa.Uuid(), nullable=False)
    with op.batch_alter_table("plan") as batch:
        change_rule(batch, FORMS_BEFORE)
        for name in ("both_scan", "per_shift", "random_min", "other_route_id"):
            batch.drop_column(name)


def change_rule(batch, form):
    """SQLite's copy of a table brings its old rules along: without the drop both would hold."""
    batch.drop_constraint(op.f("ck_plan_form"), type_="check")
    batch.create_check_constraint(op.f("ck_plan_form"), form)
