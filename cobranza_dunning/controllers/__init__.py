from . import portal_reminder

# isort: split
from . import portal_answer, portal_payment, portal_plan
