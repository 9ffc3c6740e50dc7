from sync.tests.conftest import bobs_phone, phone, tablet  # fixtures

__all__ = ["bobs_phone", "phone", "tablet"]
