"""Weather events, the turns they take, the rounds they ask for, and from when until when points outdoors rest.

What is said of the weather is added once and never changed, like every fact.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LEVEL = "level IN ('blue','yellow','orange','red')"
FACTS = ("weather_event", "weather_turn", "weather_round", "suspension", "suspension_end")


def upgrade():
    op.create_table(
        "suspension",
        *keys("suspension"),
        sa.Column("from_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_table(
        "suspension_end",
        *keys("suspension_end"),
        sa.Column("suspension_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        points_at("suspension_end", "suspension_id", "suspension"),
        sa.UniqueConstraint("site_id", "suspension_id", name=op.f("uq_suspension_end_site_id_suspension_id")),
    )
    op.create_table(
        "weather_event",
        *keys("weather_event"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_weather_event_user_id_user")),
        sa.CheckConstraint(LEVEL, name=op.f("ck_weather_event_level")),
    )
    op.create_table(
        "weather_turn",
        *keys("weather_turn"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        points_at("weather_turn", "event_id", "weather_event"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_weather_turn_user_id_user")),
        sa.CheckConstraint(LEVEL, name=op.f("ck_weather_turn_level")),
    )
    op.create_table(
        "weather_round",
        *keys("weather_round"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        points_at("weather_round", "event_id", "weather_event"),
        points_at("weather_round", "round_id", "round"),
        sa.CheckConstraint("phase IN ('before','during','after')", name=op.f("ck_weather_round_phase")),
        sa.UniqueConstraint("site_id", "round_id", name=op.f("uq_weather_round_site_id_round_id")),
        sa.UniqueConstraint(
            "site_id", "event_id", "phase", "starts_at", name=op.f("uq_weather_round_site_id_event_id_phase_starts_at")
        ),
    )
    for table, column in (("suspension", "from_at"), ("weather_event", "at"), ("weather_turn", "event_id")):
        op.create_index(op.f(f"ix_{table}_site_id_{column}"), table, ["site_id", column])
    for table in FACTS:
        stays(table)


def downgrade():
    for table in ("weather_round", "weather_turn", "weather_event", "suspension_end", "suspension"):
        op.drop_table(table)


def keys(table):
    return (
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f(f"fk_{table}_site_id_site")),
    )


def points_at(table, column, other):
    name = op.f(f"fk_{table}_site_id_{column}_{other}")
    return sa.ForeignKeyConstraint(["site_id", column], [f"{other}.site_id", f"{other}.id"], name=name)


def stays(table):
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'facts are added, never changed'); END"
        )
