"""Messages on the screen that a button returns."""


def notice(text, title=False, reload=False):
    """Return the client action that shows a warning until it is closed.

    text, title: in the user's language. reload: whether the records on screen are read again,
    because something was noted on them; otherwise a dialog is closed.
    """
    after = (
        {"type": "ir.actions.client", "tag": "soft_reload"}
        if reload
        else {"type": "ir.actions.act_window_close"}
    )
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": "warning",
            "title": title,
            "message": text,
            "sticky": True,
            "next": after,
        },
    }
