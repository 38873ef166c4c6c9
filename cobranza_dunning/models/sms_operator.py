"""What is known of an operator's answer to text messages, and of its absence."""

import requests
from odoo.addons.sms.tools.sms_api import SmsApi
from urllib3.exceptions import NewConnectionError

#: Said of what surely never left; Odoo has no state of that name, and so it stays a failure.
UNREACHED = "operator_unreached"


class Operator:
    """Stands before the API of an operator, and tells no connection from no answer.

    Odoo makes "server_error" of every exception.  Where there was no connection nothing can have
    left: that is a refusal.  Everything else may have left.

    api: Odoo's API object, already chosen. text: what is said of messages that never left.
    """

    def __init__(self, api, text):
        self._api = api
        self._text = text

    def __getattr__(self, name):
        return getattr(self._api, name)

    def _send_sms_batch(self, messages, *args, **kwargs):
        try:
            return self._api._send_sms_batch(messages, *args, **kwargs)
        except Exception as error:
            # Odoo's own service gets all at once; of another one the first ones may have left
            numbers = [one for message in messages for one in message["numbers"]]
            if not never_left(error) or (type(self._api) is not SmsApi and len(numbers) > 1):
                raise
        return [
            {"uuid": one["uuid"], "state": UNREACHED, "failure_reason": self._text}
            for one in numbers
        ]


def never_left(error):
    """Whether an error, or the one it was made of, says that there was no connection at all."""
    while error and not isinstance(error, requests.RequestException):
        error = error.__cause__ or error.__context__
    if isinstance(error, requests.ConnectTimeout):
        return True
    inner = error.args[0] if error and error.args else None
    refused = isinstance(getattr(inner, "reason", None), NewConnectionError)
    return isinstance(error, requests.ConnectionError) and refused
