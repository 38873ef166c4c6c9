from . import test_selection
from . import test_reminder
from . import test_handover
