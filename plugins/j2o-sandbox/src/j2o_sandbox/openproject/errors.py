"""Errors in the server's own format."""

from __future__ import annotations

from typing import Any, Dict, List, NoReturn, Optional, Sequence

from j2o_sandbox.openproject.messages import attribute_name, text

_URN = "urn:openproject-org:api:v3:errors:"


class ApiError(Exception):
    """An answer other than success: status, identifier, message, attribute, part errors."""

    def __init__(
        self,
        status: int,
        identifier: str,
        message: str,
        attribute: Optional[str] = None,
        errors: Sequence[ApiError] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.identifier = identifier
        self.message = message
        self.attribute = attribute
        self.errors = tuple(errors)

    def represent(self) -> Dict[str, Any]:
        """The HAL body."""
        body: Dict[str, Any] = {"_type": "Error", "errorIdentifier": _URN + self.identifier, "message": self.message}
        if self.errors:
            body["_embedded"] = {"errors": [error.represent() for error in self.errors]}
        elif self.attribute is not None:
            body["_embedded"] = {"details": {"attribute": self.attribute}}
        return body


class Problems:
    """The violated rules of one request; raised together."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.errors: List[ApiError] = []

    def add(self, attribute: str, key: str, name: Optional[str] = None, **values: Any) -> None:
        """An attribute breaks a rule; ``name`` is what a person calls it, if the attribute does not say."""
        label = name or attribute_name(self.language, attribute)
        self.add_text(attribute, f"{label} {text(self.language, key, **values)}")

    def add_text(self, attribute: str, message: str) -> None:
        """An attribute breaks a rule, with the full message."""
        self.errors.append(ApiError(422, "PropertyConstraintViolation", message, attribute))

    def read_only(self, attribute: str) -> None:
        """A value was sent for what cannot be written."""
        label = attribute_name(self.language, attribute)
        message = f"{label} {text(self.language, 'error_readonly')}"
        self.errors.append(ApiError(422, "PropertyIsReadOnly", message, attribute))

    def has(self, attribute: str) -> bool:
        """Whether the attribute breaks a rule already."""
        return any(error.attribute == attribute for error in self.errors)

    def raise_any(self) -> None:
        """Raise what was found: one error as itself, more as MultipleErrors."""
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise ApiError(422, "MultipleErrors", text(self.language, "multiple_errors"), errors=self.errors)


def not_found(language: str, key: str = "code_404") -> ApiError:
    """404: absent, or not visible to the caller."""
    return ApiError(404, "NotFound", text(language, key))


def forbidden(language: str) -> ApiError:
    """403: the permission is missing; hides all other errors."""
    return ApiError(403, "MissingPermission", text(language, "code_403"))


def conflict(language: str) -> ApiError:
    """409: someone else changed it."""
    return ApiError(409, "UpdateConflict", text(language, "code_409"))


def bad_request(language: str, message: str) -> ApiError:
    """400 with a reason."""
    return ApiError(400, "BadRequest", text(language, "code_400", message=message))


def invalid_query(message: str) -> ApiError:
    """400: filters or sorting that the server does not know."""
    return ApiError(400, "InvalidQuery", message)


def enterprise_only(language: str, action: str) -> ApiError:
    """403 of the community edition."""
    return ApiError(403, "MissingPermission", text(language, "error_enterprise_only", action=action))


def raise_format(language: str, attribute: str, expected: str, actual: Any) -> NoReturn:
    """422: a value has the wrong form."""
    message = text(language, "invalid_format", property=attribute, expected_format=expected, actual=actual)
    raise ApiError(422, "PropertyFormatError", message, attribute)


def raise_link(language: str, attribute: str, expected: str, actual: Any) -> NoReturn:
    """422: a link leads to another kind of thing."""
    message = text(language, "invalid_resource", property=attribute, expected=expected, actual=actual)
    raise ApiError(422, "ResourceTypeMismatch", message)
