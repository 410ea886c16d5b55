"""The numbers of reviews: counts of a day in columns, coverage of a month, seals, measures, and visits looked at again.

A page of many sites sums the counts behind one index and reads no figures; what stands there already is recounted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
COUNTS = (
    "rounds", "completed_rounds", "planned", "on_time", "late", "missed", "found", "closed", "due", "due_on_time",
    "inspections",
)  # fmt: skip
FACTS = ("seal", "review_text", "review_measure", "measure_end", "visit_check")


def upgrade():
    for name in ("v", *COUNTS):
        op.add_column("day_tally", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_day_tally_counts", "day_tally", ["site_id", "day", "changes", "valid_until", "v", *COUNTS])
    op.create_index(op.f("ix_equipment_event_site_id_at"), "equipment_event", ["site_id", "at"])
    op.add_column("photo_file", sa.Column("master_sha256", sa.String(), nullable=True))
    op.create_table(
        "month_tally",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_month_tally_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "month", name=op.f("pk_month_tally")),
    )
    _site_table(
        "seal",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        _row("seal", "edition_id", "review_edition"),
    )
    op.create_index(op.f("ix_seal_site_id_first"), "seal", ["site_id", "first"])
    _site_table(
        "review_text",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        *_by("review_text"),
    )
    op.create_index(op.f("ix_review_text_site_id_kind_first"), "review_text", ["site_id", "kind", "first"])
    _site_table(
        "review_measure",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        *_by("review_measure"),
        _user("review_measure", "person_id"),
    )
    op.create_index(op.f("ix_review_measure_site_id_kind_first"), "review_measure", ["site_id", "kind", "first"])
    _site_table(
        "measure_end",
        sa.Column("measure_id", sa.Uuid(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_by("measure_end"),
        sa.CheckConstraint("how IN ('done','dropped')", name=op.f("ck_measure_end_how")),
        _row("measure_end", "measure_id", "review_measure"),
        sa.UniqueConstraint("site_id", "measure_id", name=op.f("uq_measure_end_site_id_measure_id")),
    )
    _site_table(
        "visit_check",
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *_by("visit_check"),
        _row("visit_check", "scan_id", "scan"),
        sa.UniqueConstraint("site_id", "scan_id", name=op.f("uq_visit_check_site_id_scan_id")),
    )
    op.create_index(op.f("ix_visit_check_site_id_business_day"), "visit_check", ["site_id", "business_day"])
    for table in FACTS:
        _keep(table)


def downgrade():
    for table in ("visit_check", "measure_end", "review_measure", "review_text", "seal", "month_tally"):
        op.drop_table(table)
    op.drop_column("photo_file", "master_sha256")
    op.drop_index(op.f("ix_equipment_event_site_id_at"), table_name="equipment_event")
    op.drop_index("ix_day_tally_counts", table_name="day_tally")
    for name in reversed(("v", *COUNTS)):
        op.drop_column("day_tally", name)


def _site_table(name, *parts):
    op.create_table(
        name,
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"fk_{name}_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f(f"pk_{name}")),
    )


def _row(table, column, other):
    name = op.f(f"fk_{table}_site_id_{column}_{other}")
    return sa.ForeignKeyConstraint(["site_id", column], [f"{other}.site_id", f"{other}.id"], name=name)


def _user(table, column):
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}_user"))


def _by(table):
    return (
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        _user(table, "by_id"),
    )


def _keep(table):
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'facts are added, never changed'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
