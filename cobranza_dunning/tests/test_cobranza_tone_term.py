"""The user's own words, and the one way to have a text judged."""

from markupsafe import Markup
from odoo.addons.cobranza_dunning.models import tone_texts
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..engine import form, tone
from .common import CobranzaCase


class ToneCase(CobranzaCase):
    """Short ways to judge texts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls.env["cobranza.tone.term"]

    def term(self, phrase, family="guilt", **vals):
        return self.terms.create({"phrase": phrase, "family": family, **vals})

    def rules(self, text, kind="reminder", lang="en_US", **options):
        """[(family, phrase)] of what is said against a text."""
        return [(one.family, one.phrase) for one in self.terms._lint(text, kind, lang, **options)]


@tagged("post_install", "-at_install")
class TestToneTerm(ToneCase):
    # --- own words

    def test_a_phrase_is_objected_to_from_now_on(self):
        text = "Surely you can do better."
        self.assertEqual(self.rules(text), [])
        term = self.term("surely you can")
        self.assertEqual(self.rules(text), [("guilt", "Surely you can")])
        term.family = "shame"
        self.assertEqual(self.rules(text), [("shame", "Surely you can")])
        term.active = False
        self.assertEqual(self.rules(text), [])
        term.active = True
        term.unlink()
        self.assertEqual(self.rules(text), [])

    def test_a_phrase_is_allowed_from_now_on(self):
        self.assertEqual(self.rules("The Final Notice series"), [("counter", "Final Notice")])
        self.term("final notice series", family=False, action="allow")
        self.assertEqual(self.rules("The Final Notice series"), [])
        self.assertEqual(self.rules("Final notice"), [("counter", "Final notice")])

    def test_a_family_of_what_is_allowed_says_nothing(self):
        self.term("blacklist", family="shame", action="allow")
        self.assertEqual(self.rules("Our blacklist"), [])

    def test_words_of_a_language_count_in_that_language(self):
        self.term("pronto", lang="es")
        for lang, found in (("es_ES", 1), ("es_MX", 1), ("es", 1), ("pt_BR", 0), ("en_US", 0)):
            self.assertEqual(len(self.rules("pronto", lang=lang)), found, lang)

    def test_words_of_every_language(self):
        self.term("pronto")
        for lang in ("es_ES", "fr_FR", "pt_PT"):
            self.assertEqual(len(self.rules("pronto", lang=lang)), 1, lang)

    def test_words_of_a_company_count_there(self):
        other = self.new_company()
        self.term("pronto", company_id=other.id)
        self.assertEqual(self.rules("pronto"), [])
        self.assertEqual(len(self.rules("pronto", company=other)), 1)

    def test_a_phrase_needs_a_word(self):
        for phrase in ("***", "…", "()"):
            with self.assertRefused("has no word to look for", ValidationError):
                self.term(phrase)

    def test_what_is_objected_to_has_a_family(self):
        with self.assertRefused("Say what kind of phrase it is", ValidationError):
            self.term("pronto", family=False)

    def test_languages_are_named_once(self):
        self.env["res.lang"]._activate_lang("es_MX")
        codes = [code for code, _name in self.terms._selection_lang()]
        self.assertEqual(len(codes), len(set(codes)))
        self.assertLessEqual({"es", "en", "pt"}, set(codes))

    def test_words_are_read_once(self):
        self.terms._lint("warm", "reminder", "en_US")
        self.env.flush_all()
        with self.assertQueryCount(0):
            for _time in range(5):
                self.terms._lint("last chance", "reminder", "en_US")

    # --- how a text is judged

    def test_html_and_plain_text_are_judged_alike(self):
        for text in ("You have been warned", "<p>You have been&nbsp;<b>warned</b></p>"):
            self.assertEqual([one[0] for one in self.rules(text)], ["veiled_threat"])
        self.assertEqual(self.rules(Markup("a &lt;b&gt; c")), self.rules("a <b> c &"))

    def marked(self, text):
        """A reminder's text as HTML, the words marked that something is said against."""
        findings = self.terms._lint(text, "reminder", "en_US")
        return self.terms._marked(self.terms._text(text), findings)

    def test_marked_text_is_safe_html(self):
        text = '<p>Final notice</p><p>&lt;script&gt;alert("x")&lt;/script&gt;</p>'
        html = self.marked(text)
        self.assertIsInstance(html, Markup)
        self.assertNotIn("<script", html)
        self.assertIn('<mark class="o_cobranza_tone_error" title="“Final notice”: it counts', html)
        self.assertIn(">Final notice</mark>", html)
        plain = self.marked("1 < 2 & final notice")
        self.assertTrue(plain.startswith("1 &lt; 2 &amp; <mark"))

    def test_a_clean_text_has_no_marks(self):
        self.assertEqual(self.marked("Dear Ana"), "Dear Ana")
        self.assertEqual(self.terms._report("Dear Ana", []), "")
        report = self.terms._report("Dear Ana", [], heading="English")
        self.assertIn("Nothing is to be said against it", report)

    def test_a_report_says_each_objection_and_marks_it(self):
        text = "Please pay immediately, deadbeat."
        report = self.terms._report(text, self.terms._lint(text, "reminder", "en_US"))
        self.assertEqual(report.count("<li"), 2)
        self.assertEqual(report.count("<mark"), 2)
        self.assertLess(report.index("judges the customer"), report.index("it hurries"))

    def test_a_demand_announces_its_consequence_only(self):
        consequence = "We will take legal action."
        text = f"<p>{consequence}</p>"
        options = {"consequence": consequence}
        self.assertEqual(self.rules(text, "demand", **options), [])
        for kind in ("reminder", "follow_up"):
            self.assertEqual(len(self.rules(text, kind, **options)), 1)

    # --- words for the user

    def test_every_rule_has_its_sentence(self):
        self.assertEqual(set(tone_texts.FAMILIES), set(tone.FAMILIES))
        self.assertEqual(set(tone_texts.MISSING), {*form.CHECKLIST, "amounts"})
        rules = set(tone.SEVERITY) | set(form.SEVERITY) - {"missing"}
        self.assertEqual(set(tone_texts.BECAUSE), rules)
        text = "Final notice! PLEASE pay! {{ object.x }}"
        for finding in self.terms._lint(text, "reminder", "en_US", checklist={}):
            sentence = tone_texts.describe(self.env, finding)
            self.assertTrue(sentence.endswith("."), sentence)
            self.assertIn(finding.phrase, sentence)
