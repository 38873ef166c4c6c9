from odoo import api, models

#: Reasons for which no reminder is made though one is due: only a person can help.
UNREACHABLE = ("no_recipient", "ambiguous_recipient", "no_email", "no_phone", "no_address")

ACTIVITY = "cobranza_dunning.activity_type_recipient"
#: What else makes work of the same customer: mail to the only address comes back.
UNDELIVERED = "cobranza_dunning.activity_type_undelivered"


class CobranzaDebtor(models.Model):
    """Customers whom a run can write to nobody of: a person has work, once."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _follow_unreachable(self, run):
        """Have somebody look after those whom `run` could write to nobody of; end what is over.

        All at once: the number of queries doesn't depend on how many there are.
        """
        lines = self._unreachable_lines(run)
        work_sudo = self._recipient_work(run)
        over_sudo = work_sudo.filtered(lambda one: one.res_id not in lines)
        told = {
            *(work_sudo - over_sudo).mapped("res_id"),
            *self._undelivered_work(list(lines)),
        }
        over_sudo.unlink()
        # read all at once
        debtors = self.browse(debtor_id for debtor_id in lines if debtor_id not in told)
        users = [(debtor, debtor._person_in_charge(), lines[debtor.id]) for debtor in debtors]
        if users:
            # that nobody can be written to follows from the contacts, whoever started the run
            self.sudo()._add_work(
                ACTIVITY,
                [(debtor, user, line._describe_unreachable(user)) for debtor, user, line in users],
            )

    def _unreachable_lines(self, run):
        """Return {debtor id: the first cobranza.run.line that has nobody to write to}."""
        groups = self.env["cobranza.run.line"]._read_group(
            [
                ("run_id", "=", run.id),
                ("reason", "in", UNREACHABLE),
                ("debtor_id", "!=", False),
            ],
            ["debtor_id"],
            ["id:min"],
        )
        # read all at once
        lines = self.env["cobranza.run.line"].browse(line_id for _debtor, line_id in groups)
        return {debtor.id: line for (debtor, _), line in zip(groups, lines, strict=True)}

    def _recipient_work(self, run):
        """The open activities (sudo) of this kind about customers whom `run` looked at."""
        work_sudo = self._work_of_kind(ACTIVITY)
        debtors_sudo = self.sudo().browse(work_sudo.mapped("res_id")).exists()
        seen = set(debtors_sudo.filtered(lambda one: one.company_id == run.company_id).ids)
        if run.debtor_ids:
            seen &= set(run.debtor_ids.ids)
        return work_sudo.filtered(lambda one: one.res_id in seen)

    def _undelivered_work(self, debtor_ids):
        """Ids of those of these customers about whom an address that is of no use is work."""
        return self._work_of_kind(UNDELIVERED, ("res_id", "in", debtor_ids)).mapped("res_id")

    def _work_of_kind(self, activity_type, *domain):
        """The open activities (sudo) of a kind on customers' accounts."""
        kind = self.env.ref(activity_type)
        # whose list it is on doesn't matter
        return self.env["mail.activity"].sudo().search(
            [
                ("activity_type_id", "=", kind.id),
                ("res_model", "=", "cobranza.debtor"),
                *domain,
            ]
        )
