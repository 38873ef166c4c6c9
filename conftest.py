"""What every layer's tests have in common."""
import gc


def pytest_collection_finish():
    """Leave what lives as long as the process, Odoo's models above all, out of each collection."""
    gc.collect()
    gc.freeze()
