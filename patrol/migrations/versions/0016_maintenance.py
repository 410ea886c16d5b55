"""Planned maintenance: plans, the orders made from them, links for contractors, and the work log.

A plan, a thing and a period name one order for ever, so that two who make them at once make one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
ONE_SUBJECT = (
    "(CASE WHEN equipment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN equipment_type IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN place_id IS NULL THEN 0 ELSE 1 END) = 1"
)


def upgrade():
    _plan()
    _made()
    _order()
    _link()
    _log()
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER work_log_no_{act.lower()} BEFORE {act} ON work_log "
                "BEGIN SELECT RAISE(ABORT, 'facts are added, never changed'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER work_log_stays BEFORE UPDATE OR DELETE ON work_log "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def must(name, kind):
    return sa.Column(name, kind, nullable=False)


def maybe(name, kind):
    return sa.Column(name, kind, nullable=True)


def _plan():
    op.create_table(
        "maintenance_plan",
        must("site_id", sa.Uuid()),
        must("id", sa.Uuid()),
        must("name", sa.String()),
        maybe("equipment_id", sa.Uuid()),
        maybe("equipment_type", sa.String()),
        maybe("place_id", sa.Uuid()),
        must("form", sa.String()),
        must("every_days", sa.Integer()),
        must("calendar", sa.String()),
        must("days_ahead", sa.Integer()),
        must("checklist_code", sa.String()),
        must("parts", JSON),
        must("expected_min", sa.Integer()),
        must("team", sa.String()),
        maybe("assignee_id", sa.Uuid()),
        must("contractor", sa.String()),
        must("valid_from", sa.Date()),
        maybe("ended_on", sa.Date()),
        must("end_reason", sa.String()),
        must("created_at", MOMENT),
        maybe("created_by_id", sa.Uuid()),
        must("version", sa.Integer()),
        sa.CheckConstraint("form IN ('calendar','fixed','floating')", name=op.f("ck_maintenance_plan_form")),
        sa.CheckConstraint(ONE_SUBJECT, name=op.f("ck_maintenance_plan_subject")),
        _key("maintenance_plan", "equipment_id", "equipment"),
        _key("maintenance_plan", "place_id", "place"),
        _site("maintenance_plan"),
        _user("maintenance_plan", "assignee_id"),
        _user("maintenance_plan", "created_by_id"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_maintenance_plan")),
    )
    _indexes("maintenance_plan", ("site_id", "ended_on"))


def _made():
    op.create_table(
        "maintenance_made",
        must("site_id", sa.Uuid()),
        must("through", sa.Date()),
        must("stale", sa.Boolean()),
        _site("maintenance_made"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_maintenance_made")),
    )


def _order():
    table = "maintenance_order"
    op.create_table(
        table,
        must("site_id", sa.Uuid()),
        must("id", sa.Uuid()),
        must("plan_id", sa.Uuid()),
        must("subject_id", sa.Uuid()),
        maybe("equipment_id", sa.Uuid()),
        must("period_from", sa.Date()),
        must("period_to", sa.Date()),
        must("checklist_code", sa.String()),
        must("parts", JSON),
        must("expected_min", sa.Integer()),
        must("contractor", sa.String()),
        must("made_late", sa.Boolean()),
        maybe("inspection_id", sa.Uuid()),
        maybe("minutes", sa.Integer()),
        must("parts_used", sa.String()),
        must("handed_in", JSON),
        must("technician", sa.String()),
        must("company", sa.String()),
        maybe("witnessed_at", MOMENT),
        maybe("witnessed_by_id", sa.Uuid()),
        maybe("missed_at", MOMENT),
        sa.ForeignKeyConstraint(
            ["site_id", "id"], ["work_order.site_id", "work_order.id"], name=op.f(f"fk_{table}_site_id_id_work_order")
        ),
        _key(table, "plan_id", "maintenance_plan"),
        _key(table, "equipment_id", "equipment"),
        _key(table, "inspection_id", "inspection"),
        _site(table),
        _user(table, "witnessed_by_id"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "site_id", "plan_id", "subject_id", "period_from",
            name=op.f(f"uq_{table}_site_id_plan_id_subject_id_period_from"),
        ),
    )  # fmt: skip
    _indexes(table, ("site_id", "subject_id", "period_from"), ("site_id", "period_to"))


def _link():
    op.create_table(
        "contractor_link",
        must("site_id", sa.Uuid()),
        must("id", sa.Uuid()),
        must("order_id", sa.Uuid()),
        must("token_hash", sa.String()),
        must("company", sa.String()),
        must("made_at", MOMENT),
        must("made_by_id", sa.Uuid()),
        must("expires_at", MOMENT),
        maybe("withdrawn_at", MOMENT),
        maybe("withdrawn_by_id", sa.Uuid()),
        _key("contractor_link", "order_id", "work_order"),
        _site("contractor_link"),
        _user("contractor_link", "made_by_id"),
        _user("contractor_link", "withdrawn_by_id"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_contractor_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_contractor_link_token_hash")),
    )
    _indexes("contractor_link", ("site_id", "order_id"))


def _log():
    op.create_table(
        "work_log",
        must("site_id", sa.Uuid()),
        must("id", sa.Uuid()),
        maybe("equipment_id", sa.Uuid()),
        must("place_id", sa.Uuid()),
        maybe("order_id", sa.Uuid()),
        must("user_id", sa.Uuid()),
        must("at", MOMENT),
        must("received_at", MOMENT),
        must("business_day", sa.Date()),
        must("done", sa.String()),
        must("parts", sa.String()),
        must("readings", sa.String()),
        maybe("down_min", sa.Integer()),
        _key("work_log", "equipment_id", "equipment"),
        _key("work_log", "place_id", "place"),
        _key("work_log", "order_id", "work_order"),
        _site("work_log"),
        _user("work_log", "user_id"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_work_log")),
    )
    _indexes("work_log", ("site_id", "equipment_id", "at"), ("site_id", "place_id", "at"), ("site_id", "business_day"))


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
    for table in ("work_log", "contractor_link", "maintenance_order", "maintenance_made", "maintenance_plan"):
        op.drop_table(table)
