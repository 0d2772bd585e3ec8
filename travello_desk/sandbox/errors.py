"""Refusals in Stripe's own shape and words. Knows no HTTP beyond the status number."""

from __future__ import annotations

from typing import Any

_DOCUMENTED = "https://stripe.com/docs/error-codes/"


class ApiError(Exception):
    """A refusal Stripe would give; ``body()`` is the JSON it answers with."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type_: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type_
        self.code = code
        self.param = param
        self.extra = extra or {}

    def body(self, request_id: str) -> dict[str, Any]:
        """``{"error": {...}}`` with the keys in Stripe's order and absent ones left out."""
        error: dict[str, Any] = {}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = _DOCUMENTED + self.code.replace("_", "-")
        error |= {"message": self.message}
        if self.param is not None:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        error["type"] = self.type
        return {"error": error | self.extra}


def missing(param: str) -> ApiError:
    """A required parameter was not sent."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(params: list[str]) -> ApiError:
    """Parameters Stripe has never heard of, named together as Stripe does."""
    word = "parameter" if len(params) == 1 else "parameters"
    return ApiError(f"Received unknown {word}: {', '.join(params)}", code="parameter_unknown", param=params[0])


def no_such(noun: str, id_: str, param: str, status: int = 404) -> ApiError:
    """An id that leads nowhere (in this account and mode)."""
    return ApiError(f"No such {noun}: '{id_}'", status=status, code="resource_missing", param=param)


def no_such_url(method: str, path: str) -> ApiError:
    """A path or method outside the API."""
    return ApiError(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help "
        "at https://support.stripe.com/.",
        status=404,
    )


def no_key() -> ApiError:
    """No credentials were sent."""
    return ApiError(
        "You did not provide an API key. You need to provide your API key in the Authorization header, using "
        "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
        "https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
        status=401,
    )


def bad_key(key: str) -> ApiError:
    """A key this sandbox does not know; shown masked, as Stripe shows it."""
    head, tail = key[:7], key[-4:]
    return ApiError(f"Invalid API Key provided: {head}{'*' * max(1, len(key) - 11)}{tail}", status=401)


def publishable_key() -> ApiError:
    """A publishable key where only a secret one may act."""
    return ApiError(
        "This API call cannot be made with a publishable API key. Please use a secret API key. You can "
        "find a list of your API keys at https://dashboard.stripe.com/account/apikeys.",
        status=401,
        code="secret_key_required",
    )


def lacks_permission(key: str, permission: str) -> ApiError:
    """A restricted key without the right for this call (PAYMENTS D19, C30)."""
    return ApiError(
        f"The provided key '{key[:8]}***{key[-4:]}' does not have the required permissions for this "
        f"endpoint on account 'acct_sandbox'. Having the '{permission}' permission would allow this "
        "request to continue.",
        status=403,
        code="more_permissions_required_for_application",
    )


def too_many() -> ApiError:
    """The rate limiter, which stands before the key layer."""
    return ApiError(
        "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.",
        status=429,
        code="rate_limit",
    )


def locked() -> ApiError:
    """Another request holds the object."""
    return ApiError(
        "This object cannot be accessed right now because another API request or Stripe process is currently "
        "accessing it. If you see this error intermittently, retry the request. If you see this error "
        "frequently and are making multiple concurrent requests to a single object, make your requests "
        "serially or at a lower rate.",
        status=429,
        code="lock_timeout",
    )


def stripe_broke() -> ApiError:
    """Stripe's own 500."""
    return ApiError(
        "An error occurred with our connection to Stripe. We have been notified. Please try again.",
        status=500,
        type_="api_error",
    )


def key_in_use(key: str) -> ApiError:
    """The same idempotency key while its first request is still running."""
    return ApiError(
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        f"submitted twice, and the other request is still going through): {key}. Please try again later.",
        status=409,
        type_="idempotency_error",
        code="idempotency_key_in_use",
    )


def key_reused(key: str, path: str | None = None) -> ApiError:
    """The key came back with other parameters, or on another endpoint (``path`` = the first one)."""
    same = "with the same parameters they were first used with"
    if path is not None:
        same = f"for the same endpoint they were first used for ('{path}')"
    return ApiError(
        f"Keys for idempotent requests can only be used {same}. Try using a key other than '{key}' if you "
        "meant to execute a different request.",
        type_="idempotency_error",
    )


def key_too_long(key: str) -> ApiError:
    """Keys have at most 255 characters."""
    return ApiError(
        f"Idempotency keys can be at most 255 characters long; the one you sent has {len(key)}.",
        type_="idempotency_error",
    )
