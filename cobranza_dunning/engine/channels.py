"""How a message gets to somebody: the channels, and what each needs to know of him."""

#: channel -> what must be known of the recipient: an e-mail address, a phone number, or a
#: postal address.
NEEDS = {
    "email": "email",
    "sms": "phone",
    "letter": "address",
    "whatsapp": "phone",
    "phone": "phone",
}

#: What is not known -> the reason code that says so.
MISSING = {"email": "no_email", "phone": "no_phone", "address": "no_address"}

#: Channels that only a person can use: nothing leaves by itself.
BY_HAND = ("letter", "whatsapp", "phone")


def choose(channels, reach):
    """Return the first of `channels` that gets to somebody, or None.

    channels: codes of NEEDS, the preferred one first.
    reach: which of "email", "phone" and "address" are known, and work, for the recipient.
    """
    return next((channel for channel in channels if NEEDS[channel] in reach), None)


def why_not(channels):
    """Return the reason code for a recipient whom none of `channels` gets to.

    It names what the preferred channel needs: that is what a person should add.
    """
    return MISSING[NEEDS[channels[0]]]
