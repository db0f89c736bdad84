"""Driver ``http``: a service as a driver, which is asked by signed requests; docs/drivers/http.md is its specification."""

from .driver import Http
from .models import HttpConnection, HttpInputs

__all__ = ["Http", "HttpConnection", "HttpInputs"]
