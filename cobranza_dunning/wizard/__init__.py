from . import (
    base_partner_merge,
    cobranza_call_wizard,
    cobranza_cancel_wizard,
    cobranza_decision_wizard,
    cobranza_dispute_wizard,
    cobranza_pause_wizard,
    cobranza_plan_wizard,
    cobranza_promise_wizard,
    cobranza_recipient_wizard,
    cobranza_resend_wizard,
    cobranza_settings,
    cobranza_stop_wizard,
)
