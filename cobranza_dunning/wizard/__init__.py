from . import cobranza_cancel_wizard, cobranza_pause_wizard
