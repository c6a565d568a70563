"""Durable work: one contract for every engine, and the embedded engine's own promises."""

import pytest

pytest.register_assert_rewrite("tests.jobs.contract")
