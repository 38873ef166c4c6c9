"""What the tests of printed documents share: PDFs made by wkhtmltopdf itself, read with pypdf."""

import io
import os
from pathlib import Path

from odoo.tools.pdf import PdfFileReader


class Papers:
    """Prints documents as the Print menu does, and reads them."""

    def paper(self, report, records):
        """The file that a report (its external id) makes of records."""
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        with self.allow_pdf_render():
            return reports._render_qweb_pdf(report, records.ids)[0]

    def pages(self, pdf):
        """The text of each page, without the gaps that typesetting makes."""
        show = os.environ.get("COBRANZA_KEEP_PDF")
        if show:
            Path(show, f"{self.id()}.pdf").write_bytes(pdf)
        return [" ".join(page.extract_text().split()) for page in self.reader(pdf).pages]

    def reader(self, pdf):
        """The PDF to look into."""
        return PdfFileReader(io.BytesIO(pdf))
