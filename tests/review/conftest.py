"""What the tests of the web application share; see `visiting`."""

from .visiting import app, browser, make_app, make_browser, make_store, reviewer, served, two_letters

__all__ = ["app", "browser", "make_app", "make_browser", "make_store", "reviewer", "served", "two_letters"]
