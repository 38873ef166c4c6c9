from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

STANDARD_POLICY = _lt("Standard policy")
#: Days after the due date, days since the message before, kind, text, repetition, name.
#: Names say what a level is for and never count messages.
STANDARD_LEVELS = (
    (-3, 0, "reminder", "before_due", 0, _lt("Courtesy note")),
    (5, 7, "reminder", "reminder", 0, _lt("Reminder")),
    (20, 10, "reminder", "reminder", 0, _lt("Statement of account")),
    (40, 14, "follow_up", "follow_up", 30, _lt("How can we help?")),
)


class CobranzaPolicy(models.Model):
    """The policy that a company starts with."""

    # a file for each part of its life
    _inherit = "cobranza.policy"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _create_standard(self, company):
        """Create the policy a company starts with: friendly before due, formal only at the end.

        The company gets its segments along with it; the policy holds for all of them.
        """
        policies = self.with_context(
            lang="en_US",  # the source that translations belong to
            mail_create_nolog=True,  # a note would stay in English
        )
        policy = policies.create(
            {
                "name": policies.env._(STANDARD_POLICY),
                "company_id": company.id,
                "contact_rule_id": policies._standard_contact_rule().id,
                "contact_by_country": True,
                "level_ids": [
                    fields.Command.create(
                        {
                            "name": policies.env._(name),
                            "delay_days": delay,
                            "gap_days": gap,
                            "kind": kind,
                            "template_id": self._standard_text(text).id,
                            "repeat_days": repeat,
                        }
                    )
                    for delay, gap, kind, text, repeat, name in STANDARD_LEVELS
                ],
            }
        )
        self.env["cobranza.segment"]._create_standard(company)
        policy._translate_standard([code for code, _name in self.env["res.lang"].get_installed()])
        return policy.with_env(self.env)

    def _standard_contact_rule(self):
        """The preset for business customers; none if somebody deleted it."""
        found = self.env.ref("cobranza_dunning.contact_rule_b2b", raise_if_not_found=False)
        return found or self.env["cobranza.contact.rule"]

    def _standard_text(self, name):
        """The template with this name; none if somebody deleted it."""
        found = self.env.ref(f"cobranza_dunning.mail_template_{name}", raise_if_not_found=False)
        return found or self.env["mail.template"]

    def _translate_standard(self, langs):
        """Put the names that `_create_standard` gave into other languages.

        A name that somebody changed, in English or in the other language, is left alone.
        """
        translate_names(self, [STANDARD_POLICY], langs)
        levels = self.with_context(active_test=False).level_ids
        translate_names(levels, [name for *_values, name in STANDARD_LEVELS], langs)


def translate_names(records, names, langs):
    """Translate those names of records that are one of `names` and are not translated yet."""
    # nobody decided on it: no note in the chatter
    records = records.with_context(tracking_disable=True)
    sources = records.with_context(lang="en_US")
    for lang in set(langs) - {"en_US"}:
        targets = records.with_context(lang=lang)
        known = {sources.env._(name): targets.env._(name) for name in names}
        for source, target in zip(sources, targets, strict=True):
            translation = known.get(source.name, source.name)
            if source.name == target.name != translation:
                target.name = translation
