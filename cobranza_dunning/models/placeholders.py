"""Texts with names in braces, as people write them."""

from odoo.exceptions import ValidationError

from ..engine import short_text


def check_placeholders(record, field, known):
    """Raise ValidationError, which says in which text, for braces that name nothing known.

    record: one whose text is in `field`.  known: the names that it may use.
    """
    text, env = record[field], record.env
    where = record._fields[field]._description_string(env)
    for unknown in short_text.unknown_placeholders(text, known):
        raise ValidationError(
            env._(
                "%(text)s: “{%(unknown)s}” can't be named here. Use one of: %(known)s.",
                text=where,
                unknown=unknown,
                known=", ".join(f"{{{name}}}" for name in known),
            )
        )
    if short_text.has_stray_braces(text):
        raise ValidationError(
            env._("%(text)s: a brace is left open. Write what it names as {name}.", text=where)
        )
