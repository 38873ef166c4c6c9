from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytz
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import contact
from ..engine.places import Place
from .arguments import FURTHEST
from .cobranza_contact_rule import CHANNELS, zone_of
from .contact_texts import explain

#: Channels in which somebody is spoken with, or isn't there.
SPOKEN = ("phone", "visit", "meeting")


class Ask(NamedTuple):
    """A question: may this debtor be contacted through this channel?

    policy: the policy whose rule counts; the debtor's own if left out.
    reminder: what would be sent, for the register.
    """

    debtor: Any
    channel: str
    policy: Any = None
    reminder: Any = None


class ContactAnswer(NamedTuple):
    """The answer, with its sentence in the user's language.

    outcome: "allow", "reschedule" (from `until`, UTC without zone) or "refuse".
    reason: a code of engine.contact.REASONS.
    rule: cobranza.contact.rule, empty if none applies.
    rule_source: "debtor", "country" or "policy", whatever chose the rule; False without one.
    check: the cobranza.contact.check that keeps it.
    """

    outcome: str
    reason: str
    until: datetime | None
    sentence: str
    rule: Any
    rule_source: Any
    check: Any = None

    @property
    def allowed(self):
        """Whether the contact may take place at the moment that was asked for."""
        return self.outcome == contact.ALLOW


class CobranzaDebtor(models.Model):
    """When a customer may be contacted: his rule, his clock, and what he has heard lately."""

    # a file for each part of its life
    _inherit = "cobranza.debtor"  # pylint: disable=consider-merging-classes-inherited

    contact_rule_id = fields.Many2one(
        "cobranza.contact.rule",
        "Own contact rule",
        tracking=True,
        check_company=True,
        help="Empty: the policy's, or that of the customer's country if the policy says so.",
    )
    effective_contact_rule_id = fields.Many2one(
        "cobranza.contact.rule", "Contact rule", compute="_compute_effective_contact_rule_id"
    )
    contact_rule_source = fields.Selection(
        [
            ("debtor", "chosen for this customer"),
            ("country", "the law of his country for consumers"),
            ("policy", "the policy's"),
        ],
        "Because it is",
        compute="_compute_effective_contact_rule_id",
    )
    contact_zone = fields.Char("Time zone", compute="_compute_contact_zone")
    contact_check_ids = fields.One2many("cobranza.contact.check", "debtor_id", "Contact checks")

    @api.depends(
        "contact_rule_id", "partner_id.country_id", "partner_id.is_company", "effective_policy_id",
        # and what that policy says: it isn't stored, so each that it may be
        *(
            f"{policy}.{name}"
            for policy in ("policy_id", "segment_id.policy_id", "company_id.cobranza_policy_id")
            for name in ("contact_rule_id", "contact_by_country")
        ),
    )
    def _compute_effective_contact_rule_id(self):
        found = self._rules_of([(one, one.effective_policy_id) for one in self])
        for debtor, (rule, source) in zip(self, found, strict=True):
            debtor.effective_contact_rule_id, debtor.contact_rule_source = rule, source

    @api.depends("partner_id.tz", "partner_id.country_id", "partner_id.state_id")
    def _compute_contact_zone(self):
        for debtor in self:
            debtor.contact_zone = debtor._contact_place().zone

    # --- asking ------------------------------------------------------------------------

    def cobranza_may_contact(self, channel, when=None):
        """Say whether this customer may be contacted; the answer is kept in the register.

        channel: "email", "sms", "whatsapp", "letter", "phone" or "visit".
        when: datetime or ISO string in UTC; now if left out.
        Returns a dict: `allowed`, `outcome` (allow | reschedule | refuse), `reason` (code),
        `until` (UTC, ISO, or False), `sentence`, `rule`, `rule_source` (debtor | country |
        policy | False), `time_zone`, `may_ask_reason`.
        Raises UserError for another channel or a moment that isn't one, AccessError if the user
        may not work on this customer.
        """
        self.ensure_one()
        self.check_access("write")
        # whatever came over the wire: a channel is a word
        answer = self._check_contact(str(channel), self._to_moment(when))
        return {
            "allowed": answer.allowed,
            "outcome": answer.outcome,
            "reason": answer.reason,
            "until": fields.Datetime.to_string(answer.until) or False,
            "sentence": answer.sentence,
            "rule": answer.rule.name or False,
            "rule_source": answer.rule_source,
            "time_zone": self.contact_zone,
            "may_ask_reason": answer.rule.may_ask_reason if answer.rule else True,
        }

    def _to_moment(self, value):
        """Return the datetime that a public method was given, or now."""
        now = fields.Datetime.now()
        try:
            moment = fields.Datetime.to_datetime(value) or now
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "“%s” isn't a moment: write it in UTC, such as 2026-12-31 14:30:00.", value
                )
            ) from error
        if abs(moment - now) > FURTHEST:
            raise UserError(self.env._("Ask about a moment within ten years."))
        return moment

    def _check_contact(self, channel, when=None):
        """Return the ContactAnswer for this debtor now (or `when`, UTC); it is registered.

        Raises UserError for a channel that contacts don't go through.
        """
        self.ensure_one()
        return self._check_contacts([Ask(self, channel)], when)[0]

    @api.model
    def _check_contacts(self, asks, when=None, again=False):
        """Return the ContactAnswer to each Ask, as if what is allowed took place, in order.

        again: the same message is offered once more: it was counted already, so limits don't
        apply. when: UTC without zone; now if left out.  The number of queries doesn't depend on how
        many are asked.  All answers are registered.
        """
        now = fields.Datetime.now()
        when = when or now
        labels = self._contact_channel_labels({ask.channel for ask in asks})
        rules = self._rules_of(
            [(ask.debtor, ask.policy or ask.debtor.effective_policy_id) for ask in asks]
        )
        engine = {rule: rule._to_engine() for rule in dict(rules)}
        debtors = self.browse({ask.debtor.id for ask in asks})
        lookback = max((one.lookback for one in engine.values() if one), default=0)
        history = debtors._contact_history(when, lookback) if lookback else {}
        places = {debtor.id: debtor._contact_place() for debtor in debtors}
        answers, register = [], []
        for ask, (rule, source) in zip(asks, rules, strict=True):
            told = history.setdefault(ask.debtor.id, [])
            place = places[ask.debtor.id]
            answer = contact.check(engine[rule], ask.channel, when, [] if again else told, place)
            if answer.outcome == contact.ALLOW:
                told.append(contact.Contact(when, ask.channel))
            sentence = explain(self.env, answer, rule.name, labels[ask.channel], when, place.zone)
            answers.append(ContactAnswer(*answer, sentence, rule, source))
            register.append(
                {
                    "debtor_id": ask.debtor.id,
                    "reminder_id": ask.reminder.id if ask.reminder else False,
                    "channel": ask.channel,
                    "date": now,
                    "moment": when,
                    "outcome": answer.outcome,
                    "reason": answer.reason,
                    "until": answer.until,
                    "rule_id": rule.id,
                    "rule_name": rule.name,
                    "user_id": self.env.uid,
                }
            )
        checks = self.env["cobranza.contact.check"]._log(register).sudo(False)
        return [
            answer._replace(check=check) for answer, check in zip(answers, checks, strict=True)
        ]

    @api.model
    def _contact_channel_labels(self, channels):
        """Return {channel: its name}; raise UserError for one that contacts don't go through."""
        field = self.env["cobranza.contact.check"]._fields["channel"]
        labels = dict(field._description_selection(self.env))
        for unknown in channels - labels.keys():
            raise UserError(
                self.env._(
                    "“%(channel)s” is no channel of contact: use one of %(channels)s.",
                    channel=unknown,
                    channels=", ".join(dict(CHANNELS)),
                )
            )
        return labels

    # --- which rule applies ------------------------------------------------------------

    @api.model
    def _rules_of(self, pairs):
        """Return [(rule, what chose it)] for pairs of a debtor and a policy.

        The debtor's own rule; else, if the policy says so, that of a consumer's country (the
        company's own copy before the preset); else the policy's; else none.
        """
        countries = {}
        if any(policy.contact_by_country for _debtor, policy in pairs):
            for rule in self.env["cobranza.contact.rule"].search([("country_id", "!=", False)]):
                countries.setdefault((rule.country_id, rule.company_id), rule)
        return [debtor._contact_rule(policy, countries) for debtor, policy in pairs]

    def _contact_rule(self, policy, countries):
        if self.contact_rule_id:
            return self.contact_rule_id, "debtor"
        partner = self.partner_id
        if policy.contact_by_country and partner.country_id and not partner.is_company:
            for company in (self.company_id, self.company_id.browse()):
                rule = countries.get((partner.country_id, company))
                if rule:
                    return rule, "country"
        rule = policy.contact_rule_id
        return rule, "policy" if rule else False

    # --- where he is, what he has heard ------------------------------------------------

    def _contact_place(self):
        """Return the engine.places.Place of this debtor."""
        self.ensure_one()
        partner = self.partner_id
        country, state = partner.country_id.code, partner.state_id.code
        return Place(self._contact_zone_name(country, state), country, state)

    def _contact_zone_name(self, country, state):
        """Return the name of the customer's time zone: his own, his state's or country's, ours.

        Odoo gives a new contact the time zone of whoever enters it: one that is not of his
        country doesn't count.
        """
        own, zones = self.partner_id.tz, pytz.country_timezones.get(country or "", [])
        if own and (own in zones or not zones):
            return own
        ours = self.company_id.partner_id.tz or self.env.user.tz or "UTC"
        return zone_of(country, state) or ours

    def _contact_history(self, when, days):
        """Return {debtor id: [engine.contact.Contact]} of the days before a moment, oldest first.

        It is SQL because two kinds of contacts are read at once.  A reminder that left by itself
        counts once, whatever else was written down about it through the same channel.  Of one
        that a person told by phone or chat each call and chat counts; where none is on record
        that told it, the reminder counts as well.  One that is known as undelivered, or a call
        in which nobody was spoken with, is an attempt; one that was told by phone was a
        conversation.  A thank-you, or an invoice that the customer asked for again, doesn't
        collect.
        """
        self.env.flush_all()
        since = when - timedelta(days=days + 2)  # days begin and end where the customer is
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.debtor_id, r.sent_at AS moment, r.channel,
                       r.channel = 'phone', NOT %(delivered)s, FALSE
                  FROM cobranza_reminder r
                 WHERE r.debtor_id IN %(ids)s AND r.state = 'sent' AND r.sent_at >= %(since)s
                   AND NOT (r.channel IN ('phone', 'whatsapp') AND EXISTS (
                       SELECT 1
                         FROM cobranza_interaction made
                        WHERE made.reminder_id = r.id AND made.channel = r.channel
                          AND made.direction = 'out'
                          AND (made.channel = 'whatsapp' OR made.right_party)))
             UNION ALL
                SELECT i.debtor_id, i.date, i.channel,
                       i.channel IN %(spoken)s AND (i.right_party OR i.direction = 'in'),
                       i.channel IN %(spoken)s AND i.right_party IS NOT TRUE,
                       i.direction = 'in'
                  FROM cobranza_interaction i
             LEFT JOIN cobranza_reminder told ON told.id = i.reminder_id
                   AND told.state = 'sent' AND told.channel = i.channel
                   AND told.channel NOT IN ('phone', 'whatsapp')
                 WHERE i.debtor_id IN %(ids)s AND i.date >= %(since)s AND told.id IS NULL
                   AND i.kind NOT IN ('thanks', 'invoice_resent', 'auto_reply')
              ORDER BY moment
                """,
                delivered=self.env["cobranza.reminder"]._sql_delivered("r"),
                ids=tuple(self.ids) or (0,),
                since=since,
                spoken=SPOKEN,
            )
        )
        history = {}
        for debtor_id, *row in rows:
            history.setdefault(debtor_id, []).append(contact.Contact(*row))
        return history
