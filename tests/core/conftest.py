"""Fixtures of the core's tests."""

from tests.support.sweeps import backbone_folder, task_folder  # noqa: F401
