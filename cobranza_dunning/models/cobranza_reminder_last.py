from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL, format_date


class CobranzaReminder(models.Model):
    """When its customer was last told of the same lines: a fact that a text may cite."""

    # a file for each part of its life
    _inherit = "cobranza.reminder"  # pylint: disable=consider-merging-classes-inherited

    last_told_text = fields.Html(
        compute="_compute_last_told_text",
        sanitize=False,
        help="The day of the last reminder of one of its lines; nothing if this is the first.",
    )

    @api.depends("line_ids", "lang")
    def _compute_last_told_text(self):
        days = self._last_told()
        for reminder in self:
            day = days.get(reminder.id)
            text = day and reminder.with_context(lang=reminder.lang)._describe_last_told(day)
            reminder.last_told_text = Markup("<p>%s</p>") % text if text else False

    def _describe_last_told(self, day):
        return self.env._(
            "Our last communication about this is of %s.",
            format_date(self.env, day, date_format="long"),
        )

    def _last_told(self):
        """Return {reminder id: day} on which one of its lines was last told before (one statement).

        A line is the same one if invoice and due date are: its journal item may have been made
        anew.  What didn't arrive doesn't count.
        """
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT mine.id, max(r.sent_date)
                  FROM cobranza_reminder mine
                  JOIN cobranza_reminder_line own ON own.reminder_id = mine.id
                  JOIN cobranza_reminder_line told
                    ON told.move_id = own.move_id AND told.date_due = own.date_due
                  JOIN cobranza_reminder r
                    ON r.id = told.reminder_id AND r.debtor_id = mine.debtor_id
                   AND r.id != mine.id AND r.state = 'sent'
                   AND (mine.sent_at IS NULL OR r.sent_at < mine.sent_at)
                   AND %(delivered)s
                 WHERE mine.id IN %(ids)s
              GROUP BY mine.id
                """,
                ids=tuple(self.ids),
                delivered=self._sql_delivered("r"),
            )
        )
        return dict(rows)
