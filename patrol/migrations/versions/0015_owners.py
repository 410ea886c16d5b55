"""What owners report without a sign-in, and what becomes of it: repairs in seven steps, complaints in five.

Who an owner is stands in ``owner_report`` alone, so that it can be masked and deleted in one place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SITE = (
    ("public_reports", sa.Boolean, sa.false()),
    ("report_code", sa.String, ""),
    ("urgent_minutes", sa.Integer, "30"),
    ("answer_hours", sa.Integer, "24"),
    ("solve_days", sa.Integer, "3"),
)


def upgrade():
    for name, kind, default in SITE:
        op.add_column("site", sa.Column(name, kind(), nullable=False, server_default=default))
    _owner_report()
    _repair()
    _complaint()


def text(name):
    return sa.Column(name, sa.String(), nullable=False)


def maybe(name, kind):
    return sa.Column(name, kind, nullable=True)


def _owner_report():
    op.create_table(
        "owner_report",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(text(name) for name in ("number", "kind", "words")),
        maybe("place_id", sa.Uuid()),
        *(text(name) for name in ("place_words", "owner_name", "owner_phone", "owner_flat", "source")),
        sa.Column("suspect", sa.Boolean(), nullable=False),
        *(text(name) for name in ("origin", "follow", "state")),
        maybe("order_id", sa.Uuid()),
        text("reason"),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        maybe("settled_at", MOMENT),
        maybe("settled_by_id", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('new','taken','dismissed')", name=op.f("ck_owner_report_state")),
        _key("owner_report", "place_id", "place"),
        _key("owner_report", "order_id", "work_order"),
        _site("owner_report"),
        _user("owner_report", "settled_by_id"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_owner_report")),
        sa.UniqueConstraint("follow", name=op.f("uq_owner_report_follow")),
    )
    _indexes("owner_report", ("site_id", "state", "reported_at"), ("site_id", "order_id"), ("site_id", "reported_at"))


def _repair():
    op.create_table(
        "repair",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        text("category"),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        *(maybe(name, MOMENT) for name in ("registered_at", "appointment_at", "visited_at")),
        sa.Column("visits", sa.Integer(), nullable=False),
        maybe("fee_fen", sa.Integer()),
        text("fee_note"),
        text("materials"),
        maybe("first_done_at", MOMENT),
        maybe("signed_at", MOMENT),
        maybe("signed_how", sa.String()),
        *_called_back("repair"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_repair")),
    )
    _indexes("repair", ("site_id", "registered_at"))


def _complaint():
    op.create_table(
        "complaint",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        text("subject"),
        maybe("answered_at", MOMENT),
        maybe("promised_at", MOMENT),
        maybe("repeat_of_id", sa.Uuid()),
        *_called_back("complaint"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_complaint")),
    )
    _indexes("complaint", ("site_id", "subject"))


def _called_back(table):
    """The columns of a call-back, and the keys that both kinds have."""
    return (
        maybe("satisfaction", sa.Integer()),
        maybe("called_back_at", MOMENT),
        maybe("called_back_by_id", sa.Uuid()),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f(f"ck_{table}_satisfaction")),
        sa.ForeignKeyConstraint(
            ["site_id", "id"], ["work_order.site_id", "work_order.id"], name=op.f(f"fk_{table}_site_id_id_work_order")
        ),
        _site(table),
        _user(table, "called_back_by_id"),
    )


def _key(table, column, other):
    name = op.f(f"fk_{table}_site_id_{column}_{other}")
    return sa.ForeignKeyConstraint(["site_id", column], [f"{other}.site_id", f"{other}.id"], name=name)


def _site(table):
    return sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"fk_{table}_site_id_site"))


def _user(table, column):
    return sa.ForeignKeyConstraint([column], ["user.id"], name=op.f(f"fk_{table}_{column}_user"))


def _indexes(table, *indexes):
    with op.batch_alter_table(table) as batch:
        for columns in indexes:
            batch.create_index(batch.f(f"ix_{table}_{'_'.join(columns)}"), list(columns), unique=False)


def downgrade():
    for table in ("complaint", "repair", "owner_report"):
        op.drop_table(table)
    with op.batch_alter_table("site") as batch:
        for name, _kind, _default in SITE:
            batch.drop_column(name)
