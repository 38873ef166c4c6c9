# the mixin comes before the models that inherit from it
from . import gate

# isort: split
from . import (
    account_move,
    account_move_line,
    account_partial_reconcile,
    cobranza_block,
    cobranza_debtor,
    cobranza_debtor_answers,
    cobranza_debtor_figures,
    cobranza_debtor_merge,
    cobranza_facts,
    cobranza_interaction,
    cobranza_policy,
    cobranza_policy_level,
    cobranza_policy_minimum,
    cobranza_reminder,
    cobranza_reminder_answers,
    cobranza_reminder_delivery,
    cobranza_reminder_line,
    cobranza_reminder_proposal,
    cobranza_reminder_text,
    cobranza_run,
    cobranza_run_line,
    cobranza_run_work,
    ir_module_module,
    mail_mail,
    res_company,
    res_config_settings,
    res_partner,
)
