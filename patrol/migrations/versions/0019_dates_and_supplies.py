"""Dates read off papers, how a site keeps its equipment, who was sent to check, what was not reached, footage, supplies.

What was read, sent, said, looked at and counted are facts: the database refuses to change them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
FACTS = ("item_date", "sent_out", "not_reached", "footage_look", "supply_line")


def upgrade():
    op.create_table(
        "equipment_site",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, JSON, nullable=False) for name in ("costs", "years", "warn_days")),
        sa.Column("version", sa.Integer(), nullable=False),
        _site("equipment_site"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_equipment_site")),
    )
    _table(
        "item_date",
        sa.Column("equipment_id", sa.Uuid(), nullable=False),
        text("kind"),
        sa.Column("until", sa.Date(), nullable=False),
        text("note"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('inspection_mark','certificate')", name=op.f("ck_item_date_kind")),
        _key("item_date", "equipment_id", "equipment"),
        _user("item_date"),
        indexes=[("site_id", "equipment_id", "kind", "at")],
    )
    _table(
        "sent_out",
        sa.Column("month", sa.Date(), nullable=False),
        text("team"),
        sa.Column("to_user_id", sa.Uuid(), nullable=True),
        sa.Column("item_ids", JSON, nullable=False),
        text("note"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _user("sent_out", "to_user_id"),
        _user("sent_out"),
        indexes=[("site_id", "month", "at")],
    )
    _table(
        "not_reached",
        sa.Column("equipment_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        *(text(name) for name in ("checklist_code", "reason", "note")),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _key("not_reached", "equipment_id", "equipment"),
        _key("not_reached", "place_id", "place"),
        _user("not_reached"),
        indexes=[("site_id", "business_day")],
    )
    _table(
        "footage_look",
        sa.Column("equipment_id", sa.Uuid(), nullable=True),
        *(text(name) for name in ("act", "who", "unit", "ground", "why", "paper", "cameras")),
        sa.Column("shows_from", MOMENT, nullable=False),
        sa.Column("shows_to", MOMENT, nullable=False),
        text("medium"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("act IN ('viewed','copied')", name=op.f("ck_footage_look_act")),
        _key("footage_look", "equipment_id", "equipment"),
        _user("footage_look"),
        indexes=[("site_id", "at", "id")],
    )
    _table(
        "supply",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        *(text(name) for name in ("name", "unit")),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("counted_at", "ended_at")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("supply", "place_id", "place"),
        indexes=[("site_id", "place_id")],
    )
    _table(
        "supply_line",
        sa.Column("supply_id", sa.Uuid(), nullable=False),
        text("act"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("before", "after")),
        sa.Column("expires_on", sa.Date(), nullable=True),
        text("why"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("act IN ('counted','restocked','taken','ended')", name=op.f("ck_supply_line_act")),
        _key("supply_line", "supply_id", "supply"),
        _user("supply_line"),
        indexes=[("site_id", "supply_id", "at")],
    )
    for table in FACTS:
        _keep(table)


def downgrade():
    for table in ("supply_line", "supply", "footage_look", "not_reached", "sent_out", "item_date", "equipment_site"):
        op.drop_table(table)


def text(name):
    return sa.Column(name, sa.String(), nullable=False)


def _table(name, *columns, indexes):
    op.create_table(
        name,
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        _site(name),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f(f"pk_{name}")),
    )
    for columns_ in indexes:
        op.create_index(op.f(f"ix_{name}_" + "_".join(columns_)), name, list(columns_))


def _site(table):
    return sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"fk_{table}_site_id_site"))


def _key(table, column, other):
    return sa.ForeignKeyConstraint(
        ["site_id", column], [f"{other}.site_id", f"{other}.id"], name=op.f(f"fk_{table}_site_id_{column}_{other}")
    )


def _user(table, column="user_id"):
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}_user"))


def _keep(table):
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'facts are added, never changed'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
