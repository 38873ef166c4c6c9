from . import (
    test_access,
    test_amounts,
    test_block,
    test_demo,
    test_handover,
    test_neutralize,
    test_policy,
    test_reminder,
    test_run,
    test_selection,
    test_texts,
)
from . import test_cron_send
