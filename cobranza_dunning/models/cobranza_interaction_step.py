from odoo import api, fields, models


class CobranzaInteraction(models.Model):
    """What is to be done next about a contact: one activity, for as long as it has its day."""

    # a file for each part of its life
    _inherit = "cobranza.interaction"  # pylint: disable=consider-merging-classes-inherited

    next_step = fields.Char("Next step", help="What is to be done next about it.")
    next_step_date = fields.Date("Next step on", help="Our person gets an activity for that day.")
    step_activity_id = fields.Many2one(
        "mail.activity", readonly=True, index="btree_not_null", ondelete="set null"
    )

    # --- CRUD --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create interactions, with an activity for each next step that has its day."""
        interactions = super().create(vals_list)
        interactions._plan_next_step()
        return interactions

    def write(self, vals):
        """Write values; the activity for the next step follows its day, words and person."""
        result = super().write(vals)
        if {"next_step", "next_step_date", "user_id"} & vals.keys():
            self._follow_next_step()
        if vals.get("next_step_date"):
            self._plan_next_step()
        return result

    def _guarded(self, names):
        """Which activity it is, is the program's to write down."""
        return super()._guarded(names) | ({"step_activity_id"} & set(names))

    # --- life --------------------------------------------------------------------------

    def _plan_next_step(self):
        """Give whoever is in charge an activity for the next step, once it has its day."""
        planned = self.filtered(lambda one: one.next_step_date and not one._step_sudo())
        activities = self._plan(
            "mail.mail_activity_data_todo",
            [(one, one.next_step_date, one.next_step or one.summary) for one in planned],
        )
        for one, activity in zip(planned, activities, strict=True):
            one._gated().step_activity_id = activity

    def _follow_next_step(self):
        """Keep the open activities for these next steps as the steps are; none without a day."""
        for one in self:
            if not one.next_step_date:
                one._step_sudo().unlink()
            else:
                one._step_sudo().write(
                    {
                        "summary": one.next_step or one.summary,
                        "date_deadline": one.next_step_date,
                        "user_id": (one.user_id or self.env.user).id,
                    }
                )

    def _step_sudo(self):
        """The open activity for the next step; may be none."""
        # whoever plans the step changes the work, whose list it is on doesn't matter
        return self.step_activity_id.sudo().filtered("active")

    @api.model
    def _plan(self, activity_type, steps):
        """Make activities on customers' accounts, all at once; return them in order.

        activity_type: external id of a mail.activity.type.
        steps: (interaction, its day, what is to be done); whoever is in charge of it does it.
        """
        return self.env["mail.activity"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("cobranza.debtor"),
                    "res_id": one.debtor_id.id,
                    "activity_type_id": self.env["ir.model.data"]._xmlid_to_res_id(activity_type),
                    "summary": summary,
                    "date_deadline": day,
                    "user_id": (one.user_id or self.env.user).id,
                    "automated": True,
                }
                for one, day, summary in steps
            ]
        )
