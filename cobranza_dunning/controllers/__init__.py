from . import portal_page

# isort: split
from . import portal_answer, portal_payment, portal_plan, portal_reminder
