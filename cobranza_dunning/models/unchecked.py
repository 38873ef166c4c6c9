from odoo import fields


class UncheckedMany2one(fields.Many2one):
    """A reference without a foreign key: checking one costs as much as writing half a row.

    For records that are hardly ever deleted.  Either other references keep them while such a row
    is there (currencies and companies by the journal items that the rows are about, an insurance
    policy by its covers), or they have the rows forget them (`_forget` of a run's decisions).
    """

    def update_db_foreign_key(self, model, column):
        """Leave the column without a constraint."""
