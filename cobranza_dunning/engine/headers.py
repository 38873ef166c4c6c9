"""Values that are safe in the head of a mail, whoever wrote the names in them."""


def header_line(text):
    """Return a text as one line that a mail's header carries as it stands.

    text: of any origin, None is nothing. Line breaks of every kind become blanks, or a name would
    begin a header of its own. What looks like an encoded word (RFC 2047) is broken up: programs
    that write mail decode it first, and line breaks may be in it.
    """
    return " ".join((text or "").split()).replace("=?", "= ?")
