"""Refusals of a bucket: a code, its status, and the XML that both are told in."""

import secrets
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

from entrypoints.sandbox.wire import Reply

STATUSES: Final[Mapping[str, int]] = {
    "AccessDenied": 403,
    "AuthorizationHeaderMalformed": 400,
    "AuthorizationQueryParametersError": 400,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidPolicyDocument": 400,
    "MalformedPOSTRequest": 400,
    "MethodNotAllowed": 405,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "RequestTimeTooSkewed": 403,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
    "XAmzContentSHA256Mismatch": 400,
}


class StorageError(Exception):
    """The bucket refuses, with that code."""

    def __init__(self, code: str, message: str = "refused") -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def reply(self, resource: str) -> Reply:
        """The refusal as it goes out."""
        request_id = secrets.token_hex(8).upper()
        inner = {"Code": self.code, "Message": self.message, "Resource": resource, "RequestId": request_id}
        told = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in inner.items())
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{told}</Error>'
        headers = {"content-type": "application/xml", "x-amz-request-id": request_id}
        return Reply(status=STATUSES[self.code], headers=headers, body=body.encode())
