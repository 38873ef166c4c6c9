# mixins come before the models that inherit from them
from . import pay_day

# isort: split
from . import (
    base_partner_merge,
    cobranza_call_wizard,
    cobranza_cancel_wizard,
    cobranza_decision_wizard,
    cobranza_dispute_wizard,
    cobranza_insurance_claim_wizard,
    cobranza_insurance_day_wizard,
    cobranza_insurance_dismiss_wizard,
    cobranza_insurance_import,
    cobranza_insurance_payment_wizard,
    cobranza_pause_wizard,
    cobranza_plan_wizard,
    cobranza_promise_wizard,
    cobranza_recipient_wizard,
    cobranza_resend_wizard,
    cobranza_segment_wizard,
    cobranza_settings,
    cobranza_stop_wizard,
    validate_account_move,
)
