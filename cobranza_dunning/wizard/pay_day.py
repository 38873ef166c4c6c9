from odoo import api, fields, models


class CobranzaPayDayMixin(models.AbstractModel):
    """Dialogs that ask by which day a customer pays: the next of his pay days is one click away.

    The day stays empty until somebody has said it: what is suggested isn't what was promised.
    """

    _name = "cobranza.pay.day.mixin"
    _description = "Suggestion of a day to pay"

    #: the field of the dialog that takes the day
    _date_field = "date"

    next_pay_day = fields.Date(compute="_compute_next_pay_day")
    on_pay_day = fields.Boolean("On his next pay day:")

    @api.depends("debtor_id")
    def _compute_next_pay_day(self):
        for wizard in self:
            wizard.next_pay_day = wizard.debtor_id and wizard.debtor_id._next_pay_day()

    @api.onchange("on_pay_day")
    def _onchange_on_pay_day(self):
        if self.on_pay_day:
            self[self._date_field] = self.next_pay_day
            # it is offered again as soon as the day is taken out
            self.on_pay_day = False
