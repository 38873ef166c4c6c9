from . import portal_page

# isort: split
from . import (
    claim_dossier,
    portal_account,
    portal_answer,
    portal_payment,
    portal_plan,
    portal_reminder,
)

# isort: split
from . import portal_agreement
