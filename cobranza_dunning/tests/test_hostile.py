"""What somebody who means harm tries: from inside, with a link, and by mail."""

import inspect
from datetime import date, timedelta
from uuid import uuid4

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.cobranza_insurance_limit_upsert import KEYS
from .cases import ReminderCase
from .claims import ClaimCase
from .common import TODAY, CobranzaCase
from .test_answers import AnswerCase
from .test_portal import PortalCase
from .test_portal_answers import PNG

MODULE = "cobranza_dunning"

#: What no method expects: it is refused with a sentence, or taken for what it says.
JUNK = (
    None, "", "   ", "nonsense", "a\0b", "🙂" * 3000, -1, 0, 10**12, 1.5, True, [], [1, 2],
    {"a": 1}, "0001-01-01", "9999-12-31", "31/12/2026",
)  # fmt: skip
MORE_JUNK = (
    *JUNK, float("nan"), float("inf"), 1e30, 2**31, 2**63, ["x"], [("x", 5)], [[1]],
    {"a": {"b": []}},
)  # fmt: skip


class ScriptCase(CobranzaCase):
    """Calls as scripts make them."""

    def _call(self, model, method, args, kwargs, user=None):
        """Call a method over RPC as the collector, or as somebody else; what it did is undone."""
        undo = self.env.cr.savepoint()
        try:
            call_kw(model.with_user(user or self.collector), method, args, kwargs)
            self.env.flush_all()
        except UserError as error:
            self.assertGreater(len(str(error).split()), 3, error)
        finally:
            self.env.clear()
            self.env.cr.precommit.clear()
            undo.close(rollback=True)


@tagged("post_install", "-at_install")
class TestInsider(ScriptCase, ReminderCase):
    """People with rights, who use them for something else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.collector = cls.new_collector(name="Collector")
        cls.auditor = cls.new_user(f"{MODULE}.group_auditor", name="Auditor")
        cls.manager = cls.new_user(f"{MODULE}.group_manager", name="Manager")
        cls.admin = cls.env.ref("base.user_admin")

    def queued(self):
        """A reminder whose mail waits in the queue."""
        self.invoice(self.partner, 100)
        reminder = self.remind()
        self.assertEqual(reminder.delivery, "queued")
        return reminder

    def test_what_was_approved_leaves_as_it_was_approved(self):
        """A message in the queue takes neither another subject nor another sender or file."""
        reminder = self.queued()
        message = reminder.mail_message_id
        before = message.sudo().read(["subject", "body", "reply_to", "email_from"])
        for user in (self.collector, self.manager, self.admin):
            for vals in (
                {"subject": "Pay or else"},
                {"body": "<p>Pay into another account</p>"},
                {"reply_to": "me@evil.test"},
                {"email_from": "me@evil.test"},
                {"author_id": user.partner_id.id},
                {"partner_ids": [Command.link(self.other.id)]},
                {"attachment_ids": [Command.create({"name": "a.pdf", "raw": b"x"})]},
                {"message_type": "comment"},
                {"message_id": "<other@them.test>"},
                {"notification_ids": [Command.clear()]},
            ):
                with self.subTest(user=user.name, vals=vals):
                    with self.assertRaises(AccessError):
                        message.with_user(user).write(vals)
                    with self.assertRaises(AccessError):
                        reminder.with_user(user).write(
                            {"message_ids": [Command.update(message.id, vals)]}
                        )
        self.assertEqual(message.sudo().read(["subject", "body", "reply_to", "email_from"]), before)
        # a mark of one's own is nobody's harm, and other messages are as in Odoo
        message.with_user(self.collector).toggle_message_starred()
        note = reminder.with_user(self.collector).message_post(body="Called him")
        note.write({"body": "Called her"})

    def test_the_message_that_left_is_not_deleted(self):
        reminder = self.queued()
        for user in (self.collector, self.manager, self.admin):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                reminder.mail_message_id.with_user(user).unlink()
        self.assertTrue(reminder.mail_message_id.exists())

    def test_whether_it_arrived_is_the_servers_word(self):
        """Odoo lets anybody who reads a message note what became of it."""
        reminder = self.queued()
        notification = reminder.mail_message_id.notification_ids
        forged = {
            "mail_message_id": reminder.mail_message_id.id,
            "res_partner_id": self.auditor.partner_id.id,
            "notification_type": "email",
            "notification_status": "bounce",
        }
        for user in (self.auditor, self.collector, self.manager, self.admin):
            with self.subTest(user=user.name):
                with self.assertRaises(AccessError):
                    self.env["mail.notification"].with_user(user).create(forged)
                for vals in ({"notification_status": "sent"}, {"mail_mail_id": False}):
                    with self.assertRaises(AccessError):
                        notification.with_user(user).write(vals)
        # a customer who has a login of ours may not say so of himself either
        reader = self.new_user("base.group_user", name="Reader")
        notification.sudo().res_partner_id = reader.partner_id
        with self.assertRaises(AccessError):
            notification.with_user(reader).write({"notification_status": "bounce"})
        notification.with_user(reader).write({"is_read": True})
        reminder.invalidate_recordset(["delivery"])
        self.assertEqual(reminder.delivery, "queued")

    def test_no_context_says_that_mail_came_back(self):
        guarded = {"cobranza_bounced_email": "ana@us.test", "cobranza_bounced_reason": "x"}
        defaults = {f"default_{name}": value for name, value in guarded.items()}
        for user in (self.collector, self.admin):
            partners = self.env["res.partner"].with_user(user)
            for name, value in guarded.items():
                with self.assertRaises(AccessError):
                    partners.create({"name": "Ana", name: value})
            if user == self.admin:
                made = partners.with_context(**defaults).create(
                    {"name": "Ana", "email": "ana@us.test"}
                )
                self.assertFalse(made.sudo().cobranza_email_paused)

    def test_when_it_was_sent_again_is_not_set_by_hand(self):
        move = self.invoice(self.partner, 100)
        for user in (self.manager, self.admin):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                move.with_user(user).write({"cobranza_resent_date": TODAY})

    def test_whoever_starts_a_run_has_proposed(self):
        """A colleague's draft is no way to approve one's own proposal above the limit."""
        self.company.sudo().cobranza_limit_own = 50
        self.invoice(self.partner, 100)
        colleague = self.new_collector(name="Colleague")
        draft = self.env["cobranza.run"].with_user(colleague).create({"mode": "propose"})
        draft.with_user(self.collector).action_execute()
        reminder = draft.reminder_ids
        self.assertEqual(reminder.proposer_id, self.collector)
        with self.assertRaisesRegex(UserError, "somebody else approves it"):
            reminder.with_user(self.collector).action_approve()
        with self.assertRaises(AccessError):
            draft.with_user(self.collector).write({"started_by_id": colleague.id})

    def test_a_policys_text_stays_a_text_for_reminders(self):
        """Rendered with other records it would tell customers what stands there."""
        template = self.r5.template_id.with_user(self.manager)
        users = self.env["ir.model"]._get("res.users")
        with self.assertRaisesRegex(UserError, "stays a text for reminders"):
            template.write({"model_id": users.id})

    def test_a_templates_other_fields_change_nothing(self):
        """Whom a reminder goes to, who signs it and what is attached isn't the template's."""
        server = self.env["ir.mail_server"].create({"name": "Other", "smtp_host": "other.test"})
        self.r5.template_id.with_user(self.manager).write(
            {
                "email_to": "spy@evil.test", "email_cc": "spy@evil.test",
                "partner_to": str(self.other.id), "reply_to": "spy@evil.test",
                "email_from": "spy@evil.test", "use_default_to": False,
                "mail_server_id": server.id, "scheduled_date": "2030-01-01",
                "attachment_ids": [Command.create({"name": "a.txt", "raw": b"spy"})],
            }
        )  # fmt: skip
        mail = self.queued().mail_ids
        self.assertEqual(mail.recipient_ids, self.partner)
        told = " ".join(
            str(mail[name] or "")
            for name in ("email_to", "email_cc", "reply_to", "email_from", "headers")
        )
        self.assertNotIn("evil", told)
        self.assertFalse(mail.attachment_ids or mail.mail_server_id or mail.scheduled_date)

    def test_managers_write_blocks_only(self):
        """In whatever language and field an expression is smuggled in."""
        template = self.r5.template_id.with_user(self.manager)
        self.env["res.lang"]._activate_lang("es_ES")
        evil = '<p t-out="object.env[\'res.users\'].sudo().search([]).mapped(\'login\')"/>'
        inline = "{{ object.company_id.sudo().partner_id.vat }}"
        for name, change in {
            "body": lambda: template.write({"body_html": evil}),
            "body in Spanish": lambda: template.with_context(lang="es_ES").write(
                {"body_html": evil}
            ),
            "subject": lambda: template.write({"subject": inline}),
            "language": lambda: template.write({"lang": inline}),
            "recipient": lambda: template.write({"email_to": inline}),
            "translations": lambda: template.update_field_translations(
                "subject", {"es_ES": inline}
            ),
            "our screen": lambda: template.write(
                {"cobranza_lang": "es_ES", "cobranza_body": evil}
            ),
            "a new one": lambda: template.copy({"body_html": evil}),
        }.items():
            with self.subTest(name), mute_logger("odoo.addons.mail.models.mail_render_mixin"):
                with self.assertRaises(AccessError), self.env.cr.savepoint():
                    change()
                    self.env.flush_all()
                self.env.invalidate_all()

    def test_junk_is_refused_with_a_sentence(self):
        """Every public method of ours with arguments, and whatever is not expected there."""
        self.invoice(self.partner, 100)
        reminder = self.propose()
        records = {
            "cobranza.reminder": reminder,
            "cobranza.debtor": reminder.debtor_id,
            "cobranza.run": reminder.run_id,
            "account.move": reminder.line_ids.move_id,
            "account.move.line": reminder.line_ids.move_line_id,
            "cobranza.plan": self._plan(),
            **self._agreements(),
        }
        tried = 0
        for record in records.values():
            for method in dir(type(record)):
                if not method.startswith(("action_", "cobranza_")):
                    continue
                function = getattr(type(record), method)
                module = getattr(function, "__module__", None) or ""
                if not callable(function) or not module.startswith(f"odoo.addons.{MODULE}"):
                    continue
                names = [
                    name for name, one in inspect.signature(function).parameters.items()
                    if name != "self" and one.kind == one.POSITIONAL_OR_KEYWORD
                ]  # fmt: skip
                for name in names:
                    for junk in JUNK:
                        with self.subTest(method=method, name=name, junk=str(junk)[:20]):
                            self._try(record, method, name, junk)
                            tried += 1
        self.assertGreater(tried, 50)

    def test_junk_in_what_scripts_call(self):
        """The methods that take down what customers say, and whatever isn't expected there."""
        line = self.due(self.invoice(self.partner, 100))
        self.debtor()
        soon = fields.Date.to_string(TODAY + timedelta(days=3))
        customer = {"partner_id": self.partner.id}
        for model, method, fine in (
            ("cobranza.promise", "promise", {**customer, "amount": 10, "date": soon}),
            ("cobranza.dispute", "raise_dispute",
             {"move_line_id": line.id, "amount": 10, "reason": "price"}),
            ("cobranza.interaction", "log_contact", {**customer, "outcome": "no_answer"}),
            ("cobranza.plan", "negotiate", {**customer, "offer": {"count": 2}}),
            ("cobranza.plan", "propose", {**customer, "offer": {"count": 2}}),
        ):  # fmt: skip
            names = inspect.signature(getattr(type(self.env[model]), method)).parameters
            for name in set(names) - {"self"}:
                for junk in MORE_JUNK:
                    with self.subTest(method=method, name=name, junk=str(junk)[:20]):
                        self._call(self.env[model], method, [], {**fine, name: junk})
        row = {**customer, "amount": 10, "date": soon}
        for key in ("amount", "date", "note", "channel", "line_ids", "contact_id", "company_id"):
            for junk in MORE_JUNK:
                with self.subTest(key=key, junk=str(junk)[:20]):
                    self._call(self.env["cobranza.promise"], "create", [[{**row, key: junk}]], {})

    def _agreements(self):
        """A promise and a dispute, by model."""
        line = self.due(self.invoice(self.other, 100))
        self.debtor(self.other)
        promises, disputes = self.env["cobranza.promise"], self.env["cobranza.dispute"]
        promise = promises.promise(self.other.id, 10, TODAY)
        dispute = disputes.raise_dispute(line.id, 10, "price")
        return {
            "cobranza.promise": promises.browse(promise["id"]),
            "cobranza.dispute": disputes.browse(dispute["id"]),
        }

    def _plan(self):
        """A draft of a plan."""
        self.invoice(self.other, 100)
        self.debtor(self.other)
        plans = self.env["cobranza.plan"]
        return plans.browse(plans.propose(self.other.id, {"count": 2})["plan_id"])

    def _try(self, record, method, name, junk):
        """Call one method with an argument, and with those that it can't do without."""
        arguments = {name: junk}
        asks_why = record._name == "cobranza.reminder" and method == "action_cancel"
        if asks_why and name != "cancel_reason":
            arguments["cancel_reason"] = "Because"
        if method == "cobranza_may_contact" and name != "channel":
            arguments["channel"] = "phone"
        self._call(record.browse(), method, [record.ids], arguments)


@tagged("post_install", "-at_install")
class TestInsuranceScripts(ScriptCase, ClaimCase):
    """What scripts call of insurance, and whatever isn't expected there."""

    def setUpBooks(self):
        super().setUpBooks()
        self.manager = self.new_user(
            f"{MODULE}.group_manager", "account.group_account_manager", name="Manager"
        )
        self.insurance.declares = True
        self.limit(100000)
        self.sold = self.sale(1000, date(2026, 1, 10), date(2026, 2, 9))

    def _try_all(self, model, method, ids, fine):
        """Call a method with junk for each of its arguments; fine: those it can't do without."""
        names = inspect.signature(getattr(type(self.env[model]), method)).parameters
        for name in set(names) - {"self"}:
            for junk in MORE_JUNK:
                with self.subTest(method=method, name=name, junk=str(junk)[:20]):
                    self._call(
                        self.env[model], method, ids, {**fine, name: junk}, self.manager
                    )

    def test_policies_limits_and_notices(self):
        customer = {"partner_id": self.partner.id}
        notice = self.env["cobranza.insurance.notice"].notify(self.partner.id)
        made = self.env["cobranza.insurance.declaration"].prepare(self.insurance.id, "2026-02-10")
        self.sale(1000, date(2026, 2, 10), date(2026, 3, 9), insured=False)
        suggested = self.env["cobranza.insurance.suggestion"].suggest()
        suggested = [one["id"] for one in suggested]
        row = {**customer, "amount": 10}
        declaration, limits = "cobranza.insurance.declaration", "cobranza.insurance.limit"
        for model, method, ids, fine in (
            ("cobranza.insurance.notice", "notify", [], customer),
            ("cobranza.insurance.notice", "notify", [], {**customer, "reference": "R"}),
            ("cobranza.insurance.notice", "action_withdraw", [[notice["id"]]], {}),
            (declaration, "prepare", [], {"policy": self.insurance.id}),
            (declaration, "export", [[made["id"]]], {}),
            (declaration, "action_declare", [[made["id"]]], {}),
            (declaration, "action_cancel", [[made["id"]]], {}),
            ("cobranza.insurance.suggestion", "suggest", [], {}),
            ("cobranza.insurance.suggestion", "action_ask_limit", [suggested], {}),
            ("cobranza.insurance.suggestion", "action_dismiss", [suggested], {"reason": "x"}),
            ("account.move", "cobranza_cover", [self.sold.ids], {}),
            ("account.move.line", "cobranza_cover", [self.due(self.sold).ids], {}),
            (limits, "upsert", [], {"rows": [row]}),
        ):
            self._try_all(model, method, ids, fine)
        for key in KEYS:
            for junk in MORE_JUNK:
                with self.subTest(key=key, junk=str(junk)[:20]):
                    rows = [{**row, key: junk}]
                    self._call(self.env[limits], "upsert", [], {"rows": rows}, self.manager)

    def test_claims(self):
        model, claim = "cobranza.insurance.claim", self.claim()
        self._try_all(model, "file_claim", [], {"partner_id": self.partner.id})
        payment = {"payment_line_id": self.customer_pays(100).id}
        for step in ("action_file", "action_accept"):
            getattr(claim, step)()
            self.commit()
            for method, fine in (
                ("action_accept", {}), ("action_refuse", {"decision": "x"}), ("action_cancel", {}),
                ("record_recovery", payment), ("register_payment", {}),
            ):  # fmt: skip
                self._try_all(model, method, [claim.ids], fine)


@tagged("post_install", "-at_install")
class TestGuardedFields(ReminderCase):
    """Whoever adds a field decides whether people may write it."""

    #: Stored fields that people may write, per guarded model; all others are the program's.
    OPEN = {
        "cobranza.reminder": {"user_id", "cancel_reason"},
        "cobranza.debtor": {
            "user_id", "policy_id", "contact_rule_id", "pay_days",
            "insure", "insurance_policy_id", "insurance_kind", "insurer_number", "insolvent_on",
            "insurance_stop_from", "insurance_stop_until",
        },
        "cobranza.interaction": {
            "debtor_id", "contact_id", "reminder_id", "move_id", "channel", "direction", "kind",
            "date", "user_id", "summary", "note", "attachment_ids", "next_step", "next_step_date",
            "outcome_id", "right_party", "reason_id", "intention", "comment",
        },
        "cobranza.run": {"company_id", "date", "mode", "debtor_ids"},
        "cobranza.plan": {"breach_days", "breach_count", "interest_rate", "note"},
        "cobranza.plan.installment": {"plan_id", "date_due", "amount"},
        "cobranza.block": {"debtor_id", "move_id", "move_line_id", "reason", "until", "active"},
    }

    def test_stored_fields(self):
        for name, may in self.OPEN.items():
            model = self.env[name]
            own = {
                field.name for field in model._fields.values()
                if field.store and field._module == MODULE and field.type != "one2many"
            }  # fmt: skip
            guarded = model._guarded(own) | {*LOG_ACCESS_COLUMNS}
            with self.subTest(name):
                self.assertEqual(own - guarded, may)

    def test_how_a_customer_is_insured_is_a_managers(self):
        """A wrong day of insolvency costs the cover of all that was delivered from it on."""
        self.invoice(self.partner, 100)
        debtor = self.debtor()
        collector = debtor.with_user(self.new_collector())
        manager = debtor.with_user(self.new_user("cobranza_dunning.group_manager"))
        self.assertEqual((collector.may_insure, manager.may_insure), (False, True))
        for name, value in (
            ("insure", "never"), ("insurance_policy_id", False), ("insurance_kind", "consumer"),
            ("insurer_number", "7"), ("insolvent_on", TODAY), ("insurance_stop_from", TODAY),
            ("insurance_stop_until", TODAY),
        ):  # fmt: skip
            with self.subTest(name):
                with self.assertRaisesRegex(AccessError, "Only collections managers enter"):
                    collector.write({name: value})
                manager.write({name: value})
        collector.pay_days = "10"


@tagged("post_install", "-at_install")
class TestVisitor(PortalCase):
    """Somebody with the link of a page, or with a part of it."""

    def test_odd_tokens_open_nothing_and_break_nothing(self):
        reminder, _move = self.sent()
        for token in ("ñandú", "%00", "%0d%0aSet-Cookie:%20a=b", "🙂", "a" * 5000):
            for part in ("", "/pay", "/invoices"):
                with self.subTest(token=token[:20], part=part):
                    self.assertTurnedAway(self.page(reminder, token, part=part))
        for number in ("99999999999999999999", "0"):
            answer = self.url_open(
                f"/my/reminders/{number}?access_token=x", allow_redirects=False
            )
            self.assertTurnedAway(answer)

    def test_a_token_in_the_address_stays_a_token(self):
        """Whoever may see the page without it puts nothing else into its links by it."""
        reminder, _move = self.sent()
        self.authenticate("visitor", "visitor-secret")
        answer = self.page(reminder, "x%26currency_id%3D1%23%22%3E%3Cscript%3E")
        self.assertSeen(answer)
        self.assertNotIn('"><script>', answer.text)
        self.assertNotIn("access_token=x&amp;currency_id=1", answer.text)

    def test_an_invoice_that_went_to_another_customer(self):
        """The link of whoever got it by mistake shows, sends and sells nothing of it."""
        reminder, move = self.sent()
        self.assertEqual(self.page(reminder, part="/invoices").status_code, 200)
        move.button_draft()
        move.partner_id = self.other
        move.action_post()
        self.assertEqual(self.page(reminder, part="/invoices").status_code, 404)
        page = self.page(reminder)
        self.assertSeen(page)
        self.assertNotIn(self.other.name, page.text)
        sudo = reminder.with_user(self.env.ref("base.public_user")).sudo()
        self.assertFalse(sudo._portal_own_moves(sudo._portal_lines()))
        self.assertEqual(move._cobranza_recipient(None), self.other)

    def test_the_chatter_is_the_offices(self):
        """A link neither reads nor writes it: what a customer says waits for a person."""
        reminder, _move = self.sent()
        reminder.message_post(body="He always pays late", subtype_xmlid="mail.mt_comment")
        before = len(reminder.message_ids)
        for user in (None, "visitor"):
            self.authenticate(user, f"{user}-secret" if user else None)
            access = {
                "thread_model": reminder._name, "thread_id": reminder.id,
                "token": reminder.access_token, "pid": self.partner.id,
                "hash": reminder._sign_token(self.partner.id),
            }  # fmt: skip
            for route, values in (
                ("/mail/message/post", {"post_data": {"body": "x", "message_type": "comment"}}),
                ("/mail/chatter_fetch", {}),
            ):
                with self.subTest(user=user, route=route), mute_logger("odoo.http"):
                    try:
                        found = self.make_jsonrpc_request(route, {**access, **values})
                    except Exception:
                        continue
                    self.assertNotIn("pays late", str(found))
        self.assertEqual(len(reminder.message_ids), before)

    def test_other_peoples_proofs_and_mails_are_not_read(self):
        reminder, _move = self.sent()
        answer = reminder._portal_take_answer(
            str(uuid4()), "already_paid", "Paid", attachments=[("proof.png", PNG)]
        )
        file = answer.attachment_ids
        plain = self.new_user("base.group_user", name="Plain")
        public = self.env.ref("base.public_user")
        for user in (self.stranger, self.visitor, plain, public):
            with self.subTest(user=user.name):
                for record in (file, answer):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["name"] if record == file else ["note"])
                found = self.env["mail.message"].with_user(user).search(
                    [("model", "=", reminder._name), ("res_id", "=", reminder.id)]
                )
                self.assertFalse(found - reminder.mail_message_id)
                if user != self.visitor:
                    self.assertFalse(found)
        for login in (None, "stranger"):
            self.authenticate(login, f"{login}-secret" if login else None)
            self.assertEqual(self.url_open(f"/web/content/{file.id}").status_code, 404)

    def test_a_picture_is_kept_and_not_decoded(self):
        """A few bytes may promise a picture as large as the memory."""
        bomb = PNG[:16] + (60000).to_bytes(4, "big") * 2 + PNG[24:]
        reminder, _move = self.sent()
        answer = reminder._portal_take_answer(
            str(uuid4()), "already_paid", "Paid", attachments=[("proof.png", bomb)]
        )
        self.assertEqual(answer.attachment_ids.raw, bomb)

    def test_nothing_is_sent_again_by_itself_while_contact_is_stopped(self):
        reminder, move = self.sent()
        self.env["cobranza.stop"]._stop(self.company, "Wrong bank file")
        reminder._portal_resend(move)
        self.assertFalse(move.cobranza_resent_date)


@tagged("post_install", "-at_install")
class TestForgedMail(AnswerCase):
    def test_an_answer_stays_with_the_company_it_was_written_to(self):
        """The same customer owes two companies; each has its own address for answers."""
        reminder = self.sent()
        other = self.new_company("Second company")
        other.alias_domain_id = self.env["mail.alias.domain"].create({"name": "second.test"})
        self.invoice(self.partner, 100, company=other)
        theirs = self.propose(company=other)
        theirs.action_approve()
        theirs.action_send()
        self.assertEqual((reminder.state, theirs.state), ("sent", "sent"))
        self.mail(to="catchall@us.test")
        self.assertTrue(reminder.debtor_id.answer_waiting)
        self.assertFalse(theirs.debtor_id.answer_waiting)

    def test_a_script_in_a_mail_is_no_script(self):
        reminder = self.sent()
        self.mail(
            reminder, subject="<script>alert(1)</script>",
            text="<script>alert(1)</script><img src=x onerror=alert(1)>",
        )  # fmt: skip
        [answer] = self.answers()
        self.assertEqual(answer.summary, "<script>alert(1)</script>")
        for text in (answer.message_body, answer.note or "", answer.activity_id.note or ""):
            self.assertNotIn("<script", text)
            self.assertNotIn("<img", text)

    def test_a_forged_address_finds_nothing(self):
        reminder = self.sent()
        self.company.cobranza_reply_token = True
        for to in (
            f"catchall+cr{reminder.id}-{'0' * 16}@us.test",
            "catchall+cr999999999-0123456789abcdef@us.test",
            f"catchall+cr{reminder.id}-@us.test",
        ):
            with self.subTest(to):
                # the mail server is told that there is no such address
                with self.assertRaisesRegex(ValueError, "No possible route"):
                    self.mail(sender="stranger@evil.test", to=to)
                self.assertFalse(self.answers())

    def test_a_report_about_no_mail_of_ours_pauses_nobody(self):
        """Neither one without a reference, nor one with the reference of something else."""
        reminder = self.sent()
        note = reminder.message_post(body="Called him")
        for reference in ("<nothing@us.test>", note.message_id):
            self.mail(
                sender="MAILER-DAEMON@evil.test", to="bounce@us.test", In_Reply_To=reference,
                References=reference, subject="Undelivered: 5.1.1",
                text=f"550 5.1.1 {self.partner.email}: user unknown",
            )  # fmt: skip
        self.assertFalse(self.partner.cobranza_email_paused)
        self.assertEqual(reminder.delivery, "queued")
