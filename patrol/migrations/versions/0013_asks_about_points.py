"""What was asked about single points of a round and decided, and which round makes up for which: facts."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
FACTS = ("visit_ask", "visit_decision", "make_up")


def upgrade():
    op.create_table(
        "visit_ask",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("stated_at", MOMENT, nullable=True),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("hazard_id", sa.Uuid(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('excuse','manual','paper')", name=op.f("ck_visit_ask_kind")),
        reference("visit_ask", "round_id", "round"),
        reference("visit_ask", "place_id", "place"),
        *people("visit_ask", "person_id", "asked_by_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_visit_ask_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_visit_ask")),
    )
    op.create_index(op.f("ix_visit_ask_site_id_round_id_place_id"), "visit_ask", ["site_id", "round_id", "place_id"])
    op.create_index(op.f("ix_visit_ask_site_id_received_at"), "visit_ask", ["site_id", "received_at"])
    op.create_table(
        "visit_decision",
        sa.Column("ask_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        reference("visit_decision", "ask_id", "visit_ask"),
        *people("visit_decision", "by_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_visit_decision_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_visit_decision")),
        sa.UniqueConstraint("site_id", "ask_id", name=op.f("uq_visit_decision_site_id_ask_id")),
    )
    op.create_table(
        "make_up",
        sa.Column("of_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        reference("make_up", "id", "round"),
        reference("make_up", "of_id", "round"),
        *people("make_up", "by_id"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_make_up_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_make_up")),
    )
    op.create_index(op.f("ix_make_up_site_id_of_id"), "make_up", ["site_id", "of_id"])
    for table in FACTS:
        keep(table)


def downgrade():
    op.drop_table("make_up")
    op.drop_table("visit_decision")
    op.drop_table("visit_ask")


def reference(table, column, other):
    name = op.f(f"fk_{table}_site_id_{column}_{other}")
    return sa.ForeignKeyConstraint(["site_id", column], [f"{other}.site_id", f"{other}.id"], name=name)


def people(table, *columns):
    return [
        sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}_user")) for column in columns
    ]


def keep(table):
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
