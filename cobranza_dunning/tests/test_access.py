"""Who may do what, in pairs of allowed and refused."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .one_of_each import OneOfEachCase

MODULE = "cobranza_dunning"

#: What each group may do beside reading; managers may do what collectors may.
MAY = {
    "group_auditor": {"cobranza.insurance.day.wizard": "rwcu"},
    "group_collector": {
        "cobranza.debtor": "w",
        "cobranza.block": "wc",
        "cobranza.plan": "wcu",
        "cobranza.plan.line": "wc",
        "cobranza.plan.installment": "wcu",
        "cobranza.plan.wizard": "rwcu",
        "cobranza.interaction": "wc",
        "cobranza.promise": "wc",
        "cobranza.promise.line": "wc",
        "cobranza.dispute": "wc",
        "cobranza.run": "wcu",
        "cobranza.reminder": "wcu",
        "cobranza.reminder.line": "wcu",
        "cobranza.contact.role": "wcu",
        "cobranza.reminder.approval": "wc",
        "cobranza.cancel.wizard": "rwcu",
        "cobranza.recipient.wizard": "rwcu",
        "cobranza.pause.wizard": "rwcu",
        "cobranza.promise.wizard": "rwcu",
        "cobranza.dispute.wizard": "rwcu",
        "cobranza.decision.wizard": "rwcu",
        "cobranza.resend.wizard": "rwcu",
        "cobranza.call.wizard": "rwcu",
    },
    "group_manager": {
        "cobranza.interaction": "u",
        "cobranza.stop": "wc",
        "cobranza.stop.wizard": "rwcu",
        "cobranza.settings": "rwcu",
        "cobranza.dispute.reason": "wcu",
        "cobranza.insurance.policy": "wcu",
        "cobranza.insurance.period": "wcu",
        "cobranza.insurance.percentage": "wcu",
        "cobranza.insurance.deadline": "wcu",
        "cobranza.insurance.limit": "wc",
        "cobranza.insurance.approval": "wc",
        "cobranza.insurance.notice": "wcu",
        "cobranza.insurance.notice.line": "wcu",
        "cobranza.insurance.declaration": "wcu",
        "cobranza.insurance.suggestion": "w",
        "cobranza.insurance.dismiss.wizard": "rwcu",
        "cobranza.insurance.claim": "wcu",
        "cobranza.insurance.claim.line": "wcu",
        "cobranza.insurance.recovery": "wc",
        "cobranza.insurance.claim.wizard": "rwcu",
        "cobranza.insurance.payment.wizard": "rwcu",
        "cobranza.insurance.import": "rwcu",
        "cobranza.insurance.import.line": "rwcu",
        "cobranza.policy": "wcu",
        "cobranza.policy.level": "wcu",
        "cobranza.policy.minimum": "wcu",
        "cobranza.provision.rate": "wcu",
        "cobranza.segment": "wcu",
        "cobranza.segment.wizard": "rwcu",
        "cobranza.tone.term": "wcu",
        "cobranza.outcome": "wcu",
        "cobranza.script": "wcu",
        "cobranza.script.objection": "wcu",
        "cobranza.nonpayment.reason": "wcu",
        "cobranza.contact.rule": "wcu",
        "cobranza.contact.window": "wcu",
        "cobranza.contact.cap": "wcu",
        "cobranza.route": "wcu",
    },
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


class AccessCase(OneOfEachCase):
    """Somebody of each group, and a record of each model."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls.new_user(f"{MODULE}.group_auditor", name="Auditor")
        cls.collector = cls.new_collector(name="Collector")
        cls.manager = cls.new_user(f"{MODULE}.group_manager", name="Manager")
        cls.plain = cls.new_user("base.group_user", name="Plain")
        cls.portal = cls.new_user("base.group_portal", name="Portal")
        cls.public = cls.env.ref("base.public_user")

    @classmethod
    def our_models(cls, transient=False):
        """The names of all models of ours that have records."""
        return sorted(
            name
            for name, model in cls.env.registry.items()
            if model._module == MODULE
            and name.startswith("cobranza.")
            and not model._abstract
            and (transient or not model._transient)
        )


@tagged("post_install", "-at_install")
class TestAccess(AccessCase):
    """Groups and companies."""

    def test_odoos_own_records_need_nothing_of_ours(self):
        """Odoo makes companies, contacts and entries while the addon isn't loaded: in upgrades."""
        self.env.cr.execute(
            """
            SELECT table_name, column_name FROM information_schema.columns
             WHERE column_name LIKE 'cobranza%' AND table_name !~ '^cobranza|_rel$'
               AND is_nullable = 'NO' AND column_default IS NULL
            """
        )
        self.assertEqual(self.env.cr.fetchall(), [])

    # --- rights by model

    def test_every_model_has_its_rights(self):
        """Reading is the auditor's, changing as in MAY; nobody outside gets anything."""
        users = {
            self.auditor: ["group_auditor"],
            self.collector: ["group_auditor", "group_collector"],
            self.manager: ["group_auditor", "group_collector", "group_manager"],
            self.plain: [], self.portal: [], self.public: [],
        }  # fmt: skip
        models = self.our_models(transient=True)
        self.assertGreaterEqual(len(models), 11)
        for name in models:
            for user, groups in users.items():
                letters = "".join(MAY[group].get(name, "") for group in groups)
                if groups and not self.env[name]._transient:
                    letters += "r"
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=name, user=user.name, operation=operation):
                        allowed = self.env[name].with_user(user).has_access(operation)
                        self.assertEqual(allowed, letter in letters)

    def test_every_model_has_a_company_rule(self):
        for name in self.our_models():
            with self.subTest(name):
                rules = self.env["ir.rule"].sudo().search([("model_id.model", "=", name)])
                self.assertTrue(rules.filtered(lambda rule: not rule.groups))
                self.assertIn("company_ids", "".join(rules.mapped("domain_force")))

    def test_other_companies_are_invisible(self):
        other = self.new_company()
        theirs, ours = self.one_of_each(other), self.one_of_each()
        self.assertEqual(sorted(theirs), self.our_models())
        manager = self.new_user(f"{MODULE}.group_manager", name="Ours", companies=self.company)
        env = self.env(user=manager, context={})
        self.env.invalidate_all()
        for name, record in theirs.items():
            with self.subTest(name):
                record, mine = record.with_env(env), ours[name].with_env(env)
                self.assertEqual(mine.search([("id", "in", (record | mine).ids)]), mine)
                for operation in OPERATIONS.values():
                    self.assertFalse(record.has_access(operation))
                with self.assertRaises(AccessError):
                    record.read()

    def test_nothing_moves_to_another_company(self):
        """Neither itself nor what it belongs to or names: by no field of any model of ours."""
        other = self.new_company()
        theirs, ours = {**self.one_of_each(other), "res.company": other}, self.one_of_each()
        # what is there twice, or in use, is refused for other reasons as well
        for name in ("contact.role", "policy.minimum", "provision.rate", "route"):
            theirs[f"cobranza.{name}"].unlink()
        theirs["cobranza.policy.level"].delay_days = 1
        percentage = ours["cobranza.insurance.percentage"]
        ours[percentage._name] = percentage.copy({"kind": "blind"})
        free = [self.new_run(), self.new_policy()]
        manager = self.new_user(f"{MODULE}.group_manager", name="Ours", companies=self.company)
        env = self.env(user=manager, context={})
        for record in [*ours.values(), *free]:
            for field in record._fields.values():
                if field.type != "many2one" or not field.store or field.comodel_name not in theirs:
                    continue
                vals = {field.name: theirs[field.comodel_name].id}
                # an AccessError is one as well; a constraint of the database would be no guard
                with (
                    self.subTest(record._name, vals=vals),
                    self.cr.savepoint(),
                    self.assertRaises(UserError),
                ):
                    record.with_env(env).write(vals)

    def test_a_policy_can_not_be_made_in_another_company(self):
        other = self.new_company()
        manager = self.new_user(f"{MODULE}.group_manager", companies=self.company)
        policies = self.env["cobranza.policy"].with_user(manager)
        self.assertTrue(policies.create({"name": "Mine", "company_id": self.company.id}))
        with self.assertRaises(AccessError):
            policies.create({"name": "Theirs", "company_id": other.id})

    # --- groups

    def test_accountants_are_collectors(self):
        for group, ours in (
            ("account.group_account_readonly", "group_auditor"),
            ("account.group_account_invoice", "group_collector"),
            ("account.group_account_manager", "group_manager"),
        ):
            user = self.new_user(group)
            found = [name for name in MAY if user.has_group(f"{MODULE}.{name}")]
            expected = list(MAY)[: list(MAY).index(ours) + 1]
            self.assertEqual(found, expected, group)

    def test_collections_gives_no_right_of_accounting(self):
        for user in (self.auditor, self.collector, self.manager):
            for name in ("account.move", "account.move.line", "account.payment"):
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(self.env[name].with_user(user).has_access(operation))

    def test_collectors_read_what_customers_owe_and_nothing_else(self):
        invoice = self.invoice(self.partner, 100)
        payment = self.pay(invoice, 40)
        salaries = self._entry_without_receivable()
        to_vendor = self.env["account.payment"].create(
            {"partner_id": self.other.id, "payment_type": "outbound", "amount": 5,
             "partner_type": "supplier", "journal_id": self.accounts["journals"]["bank"].id}
        )  # fmt: skip
        accountants = [
            self.new_user(group)
            for group in ("account.group_account_readonly", "account.group_account_invoice")
        ]
        self.env.invalidate_all()
        for user in [self.auditor, self.collector, *accountants]:
            for record in (invoice, invoice.line_ids, payment):
                self.assertTrue(record.with_user(user).has_access("read"), (user.name, record))
            for record in (salaries, salaries.line_ids, to_vendor):
                allowed = record.with_user(user).has_access("read")
                self.assertEqual(allowed, user in accountants, (user.name, record))

    def test_a_collector_opens_an_invoice(self):
        invoice = self.invoice(self.partner, 100)
        self.pay(invoice, 40)
        self.env.invalidate_all()
        self.assertEqual(Form(invoice.with_user(self.collector)).amount_residual, 60)

    def _entry_without_receivable(self):
        journal = self.accounts["journals"]["general"]
        items = [
            Command.create({"account_id": account.id, "balance": balance})
            for account, balance in (
                (self.accounts["income"], -5), (journal.company_id.transfer_account_id, 5)
            )
        ]  # fmt: skip
        entry = self.env["account.move"].create(
            {"move_type": "entry", "journal_id": journal.id, "line_ids": items}
        )
        entry.action_post()
        return entry

    # --- actions in pairs

    def test_auditors_look_and_change_nothing(self):
        run = self.new_run()
        self.invoice(self.partner, 100)
        self.invoice(self.other, 100)
        first, second = self.propose()
        second.action_approve()
        debtor, pause = first.debtor_id, self.pause(self.partner)
        wizard = {"reason": "x", "debtor_ids": debtor.ids}
        refused = {
            "execute": lambda env: run.with_env(env).action_execute(),
            "run": lambda env: env["cobranza.run"].create({"mode": "preview"}),
            "resume": lambda env: run.with_env(env).action_resume(),
            "propose": lambda env: run.with_env(env).action_propose(),
            "preview a customer": lambda env: debtor.with_env(env).action_preview(),
            "propose a customer": lambda env: debtor.with_env(env).action_propose(),
            "approve": lambda env: first.with_env(env).action_approve(),
            "check the text": lambda env: first.with_env(env).action_text_checked(),
            "reset the text": lambda env: first.with_env(env).action_reset_text(),
            "edit the text": lambda env: first.with_env(env).write({"body": "x"}),
            "cancel": lambda env: first.with_env(env).action_cancel("x"),
            "send": lambda env: second.with_env(env).action_send(),
            "delete": lambda env: first.with_env(env).unlink(),
            "pause": lambda env: env["cobranza.block"].create(
                {"debtor_id": debtor.id, "reason": "x"}
            ),
            "end a pause": lambda env: pause.with_env(env).action_end(),
            "pause dialog": lambda env: env["cobranza.pause.wizard"].create(wizard),
            "cancel dialog": lambda env: env["cobranza.cancel.wizard"].create(
                {"reminder_ids": first.ids, "cancel_reason": "x"}
            ),
            "choose a collector": lambda env: debtor.with_env(env).write({"user_id": env.uid}),
            "policy": lambda env: self.policy.with_env(env).action_set_default(),
        }
        for user in (self.auditor, self.plain, self.portal):
            env = self.env(user=user)
            for name, act in refused.items():
                with self.subTest(name, user=user.name), self.assertRaises(AccessError):
                    act(env)
        self.env.invalidate_all()
        looks = self.env(user=self.auditor)
        self.assertTrue(first.with_env(looks).body)
        self.assertTrue(first.with_env(looks).line_ids.name)
        self.assertTrue(debtor.with_env(looks).next_step)
        self.assertTrue(debtor.with_env(looks).due_line_ids.mapped("cobranza_sentence"))
        self.assertTrue(first.debtor_id.due_line_ids.with_env(looks).cobranza_explain())
        debtor.with_env(looks).action_refresh_figures()
        self.assertFalse(looks.user in first.message_follower_ids.partner_id.user_ids)

    def test_outsiders_learn_nothing(self):
        invoice = self.invoice(self.partner, 100)
        reminder = self.propose()
        self.env.invalidate_all()
        for user in (self.plain, self.portal, self.public):
            for record in (reminder, reminder.line_ids, reminder.debtor_id, reminder.run_id):
                with self.subTest(user=user.name, record=record), self.assertRaises(AccessError):
                    record.with_user(user).read()
            with self.assertRaises(AccessError):
                invoice.with_user(user).cobranza_explain()

    def test_odoos_own_records_show_nothing_of_ours_to_outsiders(self):
        for model in ("res.partner", "account.move", "account.move.line"):
            ours = [name for name in self.env[model]._fields if name.startswith("cobranza_")]
            self.assertTrue(ours)
            for user, sees in ((self.plain, False), (self.portal, False), (self.auditor, True)):
                with self.subTest(model=model, user=user.name):
                    fields = self.env[model].with_user(user).fields_get(ours)
                    self.assertEqual(sorted(fields), sorted(ours) if sees else [])

    def test_policies_are_the_managers(self):
        level = self.r5
        changes = {
            "policy": lambda env: self.policy.with_env(env).write({"cadence_days": 9}),
            "level": lambda env: level.with_env(env).write({"delay_days": 6}),
            "level through its policy": lambda env: self.policy.with_env(env).write(
                {"level_ids": [Command.update(level.id, {"delay_days": 7})]}
            ),
            "new level": lambda env: env["cobranza.policy.level"].create(
                {**self.level_vals((90, "demand")), "policy_id": self.policy.id}
            ),
            "new policy": lambda env: env["cobranza.policy"].create({"name": "New"}),
            "default": lambda env: self.policy.with_env(env).action_set_default(),
            "archive": lambda env: self.policy.with_env(env).write({"active": False}),
        }
        for name, change in changes.items():
            with self.subTest(name):
                with self.assertRaises(AccessError):
                    change(self.env(user=self.collector))
                change(self.env(user=self.manager))

    def test_a_collector_makes_a_run_on_the_form(self):
        self.invoice(self.partner, 100)
        with Form(self.env["cobranza.run"].with_user(self.collector)) as form:
            form.mode = "propose"
        form.record.action_execute()
        self.assertEqual((form.record.state, form.record.reminder_count), ("done", 1))

    def test_collectors_work(self):
        """The other side of the refusals above; every text of the work is in test_texts."""
        self.invoice(self.partner, 100)
        env = self.env(user=self.collector)
        run = env["cobranza.run"].create({"mode": "propose"})
        run.action_execute()
        run.reminder_ids.action_approve()
        run.reminder_ids.action_send()
        self.assertEqual(run.reminder_ids.state, "sent")

    # --- companies

    def test_a_run_of_another_company_is_refused(self):
        other = self.new_company()
        self.invoice(self.partner, 100, company=other)
        theirs = self.new_run(company=other)
        both = self.new_collector(name="Both", companies=self.company | other)
        for user, allowed in ((self.collector, False), (both, True)):
            env = self.env(user=user, context={"allowed_company_ids": user.company_ids.ids})
            for act in (
                lambda env: env["cobranza.run"].create({"company_id": other.id, "mode": "preview"}),
                lambda env: theirs.with_env(env).action_execute(),
            ):
                with self.subTest(user=user.name):
                    if allowed:
                        self.assertTrue(act(env))
                    else:
                        with self.assertRaises(AccessError):
                            act(env)

    def test_a_run_takes_no_customers_of_another_company(self):
        other = self.new_company()
        self.invoice(self.partner, 100, company=other)
        debtor = self.debtor(company=other)
        with self.assertRaises(UserError):
            self.new_run(debtors=debtor)
        with self.assertRaises(AccessError):
            debtor.with_user(self.collector).action_propose()

    def test_records_do_not_change_company(self):
        other = self.new_company()
        self.invoice(self.partner, 100)
        reminder = self.propose()
        pause = self.pause(self.partner)
        both = self.new_collector(name="Both", companies=self.company | other)
        env = self.env(user=both, context={"allowed_company_ids": both.company_ids.ids})
        for record in (reminder, reminder.line_ids, reminder.debtor_id, pause):
            with self.subTest(record), self.assertRaises(AccessError):
                record.with_env(env).write({"company_id": other.id})
        with self.assertRaises(AccessError):
            reminder.debtor_id.with_env(env).write({"partner_id": self.other.id})
