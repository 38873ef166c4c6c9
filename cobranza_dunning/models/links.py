from ..engine import short_text

#: How a number and a text become a link, per channel.
LINKS = {
    "whatsapp": short_text.whatsapp_link,
    "sms": lambda number, text: short_text.sms_link(number, short_text.economical(text)),
    "phone": lambda number, text: short_text.call_link(number),
}


def open_link(channel, number, text):
    """Return the action that opens a chat in a new tab, or an app of the phone.

    channel: "whatsapp", "sms" or "phone". number: in the form of E.164.
    """
    url = LINKS[channel](number, text)
    if url.startswith("https:"):
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}
    return {"type": "ir.actions.client", "tag": "cobranza_open_link", "params": {"url": url}}
