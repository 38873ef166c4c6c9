from datetime import date
from uuid import UUID

from markupsafe import Markup, escape
from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request
from odoo.tools.mimetypes import guess_mimetype

from .portal_page import FILE_COUNT, FILE_MEGABYTES, ROUTE, CustomerPage

#: Bytes of one file.
FILE_SIZE = FILE_MEGABYTES * 1024 * 1024
#: What a proof of payment is made of: {kind as the content says: endings of its name}.
FILE_TYPES = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
}
#: The longest a customer's own words and the short fields may be.
TEXT_LENGTH = 4000
FIELD_LENGTH = 120


class CustomerAnswer(CustomerPage):
    """What a customer tells us from his page.

    Each makes work for a person; what is written down in the collector's language is ours, the
    customer's words stay his.
    """

    @http.route(
        f"{ROUTE}/answer",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        max_content_length=FILE_COUNT * FILE_SIZE + 1024 * 1024,
    )
    def cobranza_page_answer(self, page, page_id, access_token=None, kind=None, **form):
        """Take a form; thank the customer, or show the page again with what is missing.

        Where there is more to say than thanks, he is shown that.
        """
        try:
            page_sudo = self._page_sudo(page, page_id, access_token)
        except (AccessError, MissingError):
            return self._turn_away()
        try:
            taken = self._take(page_sudo, kind, {**form, "access_token": access_token})
        except UserError as error:
            return self._render_page(
                page_sudo,
                access_token,
                status=422,
                kind=kind,
                form=form,
                problem=str(error),
                # a browser doesn't fill in files again
                files_lost=any(one.filename for one in request.httprequest.files.values()),
            )
        if isinstance(taken, dict):
            return self._render_page(page_sudo, access_token, kind=kind, form=form, **taken)
        thanks = self._link(page_sudo, access_token)(thanks=kind) + "#thanks"
        return request.redirect(taken or thanks, code=303)

    def _take(self, page_sudo, kind, form):
        """Check a form and write it down.

        Returns None, the address to go on at, or a dict of what the page is to show.
        Raises UserError with what the customer should do.
        """
        if request.env.user._is_internal():
            raise UserError(
                request.env._("This is a preview: only the customer can send this form.")
            )
        nonce = _nonce(form.get("nonce"))
        if kind not in page_sudo._portal_kinds or not nonce:
            raise UserError(request.env._("Please reload the page and send the form again."))
        texts = {name: self._text(form, name) for name in ("reference", "phone", "moment")}
        texts["text"] = self._text(form, "text", TEXT_LENGTH)
        return getattr(self, f"_take_{kind}")(page_sudo, nonce, form, texts)

    def _take_already_paid(self, page_sudo, nonce, form, texts):
        """What the customer paid, when and how, and his proof."""
        paid_on = self._day(form.get("paid_on"))
        if paid_on and paid_on > page_sudo.company_id._cobranza_today():
            raise UserError(request.env._("The day of the payment can't be in the future."))
        amount = self._text(form, "amount")
        office = page_sudo._portal_office().env
        facts = [
            (office._("Paid on"), paid_on and paid_on.isoformat()),
            (office._("Amount"), amount),
            (office._("Reference"), texts["reference"]),
        ]
        files = self._files()
        if not any(value for name, value in facts) and not texts["text"] and not files:
            raise UserError(
                request.env._("Tell us when you paid, or attach a proof, so that we find it.")
            )
        summary = office._("The customer says it is paid")
        if paid_on or amount:
            summary += f": {' · '.join(filter(None, [paid_on and paid_on.isoformat(), amount]))}"
        page_sudo._portal_take_answer(
            nonce,
            "already_paid",
            summary,
            note=_note(facts, texts["text"]),
            attachments=files,
        )

    def _take_call_back(self, page_sudo, nonce, form, texts):
        """Whom to call, and when."""
        if sum(char.isdigit() for char in texts["phone"]) < 6:
            raise UserError(request.env._("Tell us the phone number we may call."))
        office = page_sudo._portal_office().env
        facts = [(office._("Phone"), texts["phone"]), (office._("When"), texts["moment"])]
        summary = office._("Call the customer: %(phone)s", phone=texts["phone"])
        if texts["moment"]:
            summary += f" ({texts['moment']})"
        page_sudo._portal_take_answer(
            nonce, "call_back", summary, note=_note(facts, texts["text"])
        )

    def _take_not_received(self, page_sudo, nonce, form, texts):
        """Which invoices didn't arrive. They are sent again at once, unless he says more of it."""
        wanted = set(request.httprequest.form.getlist("line_ids"))
        lines = [line for line in page_sudo._portal_lines() if str(line.id) in wanted]
        if not lines:
            raise UserError(request.env._("Choose the invoices that did not reach you."))
        names = ", ".join(dict.fromkeys(line.name for line in lines))
        office = page_sudo._portal_office().env
        facts = [(office._("Invoices"), names)]
        moves = page_sudo._portal_own_moves(lines)
        page_sudo._portal_take_answer(
            nonce,
            "not_received",
            office._("Not received: %(invoices)s", invoices=names)[:250],
            note=_note(facts, texts["text"]),
            move_id=moves.id if len(moves) == 1 else False,
            missing_move_ids=moves.ids if len(moves) > 1 else False,
        )
        # his words may name another address, or another reason: somebody reads them first
        if not texts["text"]:
            page_sudo._portal_resend(moves)

    def _take_other(self, page_sudo, nonce, form, texts):
        """Whatever else the customer wants to say."""
        if not texts["text"]:
            raise UserError(request.env._("Write your message, please."))
        summary = " ".join(texts["text"].split())
        page_sudo._portal_take_answer(
            nonce,
            "other",
            summary if len(summary) <= 100 else f"{summary[:99]}…",
            note=_note([], texts["text"]),
        )

    # --- fields of the forms -----------------------------------------------------------

    def _text(self, form, name, length=FIELD_LENGTH):
        """A text of the form without blanks around it. Raises UserError if it is too long."""
        text = _printable(form.get(name)).strip()
        if len(text) > length:
            raise UserError(
                request.env._("Please shorten your text to %(length)s characters.", length=length)
            )
        return text

    def _day(self, value):
        """A day as browsers send it. Raises UserError if it is none."""
        try:
            return date.fromisoformat(value) if value else None
        except ValueError as error:
            raise UserError(request.env._("Please write the date as year-month-day.")) from error

    def _files(self):
        """The files of the form as [(name, bytes)]. Raises UserError for what we don't take."""
        uploads = [one for one in request.httprequest.files.getlist("proof") if one.filename]
        if len(uploads) > FILE_COUNT:
            raise UserError(
                request.env._("Please attach at most %(count)s files.", count=FILE_COUNT)
            )
        return [self._file(one) for one in uploads]

    def _file(self, upload):
        """One file as (name, bytes); its content has to be what its name says."""
        content = upload.stream.read(FILE_SIZE + 1)
        name = _printable(upload.filename).replace("\\", "/").rsplit("/", 1)[-1][-FIELD_LENGTH:]
        if len(content) > FILE_SIZE:
            raise UserError(
                request.env._(
                    "“%(name)s” is larger than %(size)s MB: attach a smaller file.",
                    name=name,
                    size=FILE_MEGABYTES,
                )
            )
        endings = FILE_TYPES.get(guess_mimetype(content), ())
        if not name.lower().endswith(endings) or not endings:
            raise UserError(
                request.env._(
                    "“%(name)s” can't be attached: send a PDF or a picture (JPG, PNG, WebP).",
                    name=name,
                )
            )
        return name, content


def _nonce(value):
    """The page's nonce if it looks like one of ours, else None."""
    try:
        return str(UUID(value))
    except (AttributeError, TypeError, ValueError):
        return None


def _printable(value):
    """The text without what no database keeps."""
    return str(value or "").replace("\0", "")


def _note(facts, text):
    """What the customer said as HTML: facts as (name, value), then his own words."""
    rows = [Markup("<li>%s: <b>%s</b></li>") % (name, value) for name, value in facts if value]
    note = Markup("<ul>%s</ul>") % Markup().join(rows) if rows else Markup()
    words = Markup("<br/>").join(escape(line) for line in text.splitlines())
    return note + (Markup("<p>%s</p>") % words if words else Markup())
