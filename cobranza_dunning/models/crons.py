"""The scheduled actions that go on with what somebody began."""

WORK = "cobranza_dunning.ir_cron_work"
MAILS = "mail.ir_cron_mail_scheduler_action"
TEXT_MESSAGES = "sms.ir_cron_sms_scheduler_action"


def wake(env, *crons, at=None):
    """Have scheduled actions work soon, or at a moment or a list of moments (UTC, without zone).

    crons: external ids. Raises ValueError if somebody deleted one of them.
    """
    for cron in crons:
        # the actions are the system's; that there is work for them is known to whoever made it
        env.ref(cron).sudo()._trigger(at=at)
