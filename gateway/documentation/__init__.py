"""The OpenAPI document, made from the routes and the contracts, and the page that shows it."""

from gateway.documentation.document import Documentation, openapi

__all__ = ["Documentation", "openapi"]
