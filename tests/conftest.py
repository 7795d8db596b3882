"""Every test, and every kernel a test starts, runs in the environment the book is made in."""

import os

import nbrun

os.environ.update(nbrun.ENVIRONMENT)
