"""Files that prove what a record says are read by whoever may read the record."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .insurance import InsuranceCase

MANAGER = "cobranza_dunning.group_manager"


@tagged("post_install", "-at_install")
class TestEvidence(InsuranceCase):
    """Uploaded by one person before the record was saved, read by another."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.uploader = cls.new_user(MANAGER, "account.group_account_invoice", name="Uploader")
        cls.reader = cls.new_user(MANAGER, "account.group_account_invoice", name="Reader")

    def upload(self):
        """A file that belongs to nothing yet, as the form uploads it."""
        file = self.env["ir.attachment"].with_user(self.uploader).create(
            {"name": "proof.pdf", "raw": b"%PDF-", "res_model": "cobranza.dispute", "res_id": 0}
        )
        with self.assertRaises(AccessError):
            file.with_user(self.reader).check_access("read")
        return file

    def assertRead(self, file, record):
        """The other person reads it, as a file of this record."""
        self.assertEqual(file.with_user(self.reader).raw, b"%PDF-")
        self.assertEqual((file.res_model, file.res_id), (record._name, record.id))

    def test_of_an_approval(self):
        file, move = self.upload(), self.sale(100)
        approval = self.env["cobranza.insurance.approval"].with_user(self.uploader).create(
            {"move_ids": [Command.set(move.ids)], "until": "2026-06-30", "reference": "A-1",
             "attachment_ids": [Command.set(file.ids)]}
        )  # fmt: skip
        self.assertRead(file, approval)

    def test_that_comes_later(self):
        move = self.sale(100)
        approval = self.env["cobranza.insurance.approval"].with_user(self.uploader).create(
            {"move_ids": [Command.set(move.ids)], "until": "2026-06-30", "reference": "A-1"}
        )
        file = self.upload()
        approval.attachment_ids = file
        self.assertRead(file, approval)

    def test_of_a_declaration(self):
        self.insurance.write({"declares": True, "declaration_months": "1"})
        declarations = self.env["cobranza.insurance.declaration"].with_user(self.uploader)
        with self.at(date(2026, 3, 10)):
            declaration = declarations.create(
                {"policy_id": self.insurance.id, "date_from": date(2026, 2, 1)}
            )
        file = self.upload()
        declaration.attachment_ids = file
        self.assertRead(file, declaration)

    def test_what_is_another_records_stays_its(self):
        move = self.sale(100)
        theirs = self.env["ir.attachment"].create(
            {"name": "invoice.pdf", "raw": b"%PDF-", "res_model": "account.move", "res_id": move.id}
        )
        approval = self.env["cobranza.insurance.approval"].create(
            {"move_ids": [Command.set(move.ids)], "until": "2026-06-30", "reference": "A-2",
             "attachment_ids": [Command.set(theirs.ids)]}
        )  # fmt: skip
        self.assertEqual((theirs.res_model, theirs.res_id), ("account.move", move.id))
        self.assertEqual(approval.attachment_ids, theirs)
