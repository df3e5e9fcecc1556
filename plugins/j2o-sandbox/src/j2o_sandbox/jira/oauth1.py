"""OAuth 1.0a of Server and Data Center: requests signed with the key of a registered consumer.

The consumer is registered and has a token of the administrator, as after its application link and the consent in a
browser. Its key is no secret: it is that of the sandbox, written here for clients that want to sign.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import time
from typing import Dict, List, Mapping, Sequence, Set, Tuple
from urllib.parse import quote, unquote

CONSUMER, TOKEN = "j2o-sandbox-consumer", "j2o-sandbox-oauth1-token"
MODULUS = int(
    "ce9d869397139aef2c50a318dfec3cd17e31e933d2ff7f493906e8632d912c62c225e93b34b7ce09f1e8acee32dfb112"
    "bdd540ab4a71087171aa7aa35f555696dfcdf6840dfa44d6902368f8f44899db622474b7266c555f3b7825827785ce32"
    "9f33831e3473fb5b083326becf2479773467f6b7fd267d9668c2c77be3e132a7",
    16,
)
PUBLIC_EXPONENT = 65537
PRIVATE_EXPONENT = int(
    "6abc760948c29807769d31a468096261d70f71a99416e96aaa4b274215082a25daa63b169ae5594b49ed2968e45f2ada"
    "c3b6a6f1d6430e598c9ec53c20c3b536ce480583395e51602096fb42491b0dfa5a35b1053a1cb8334d21e83522f306a1"
    "71f457d0ac54608bbe5ca024f48bc02877a59a886239174d790a0818d41b5001",
    16,
)

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_SHA1 = bytes.fromhex("3021300906052b0e03021a05000414")
_LATE = 300  # seconds that the clocks of client and server may differ


class Refusal(Exception):
    """The request is not signed as it must be; the message is the ``oauth_problem``."""


class Signatures:
    """Checks signatures, and that none is used twice."""

    def __init__(self) -> None:
        self._seen: Set[Tuple[str, str]] = set()

    def check(self, authorization: str, method: str, address: str, query: Mapping[str, Sequence[str]]) -> None:
        """Check the ``Authorization: OAuth ...`` of a request to ``address`` (without its query).

        Raises:
            Refusal: with the name that OAuth has for what is wrong.
        """
        given = {name: unquote(value) for name, value in _PARAMETER.findall(authorization)}
        missing = [name for name in _NEEDED if name not in given]
        if missing:
            raise Refusal("parameter_absent")
        if given["oauth_consumer_key"] != CONSUMER:
            raise Refusal("consumer_key_unknown")
        if given["oauth_signature_method"] != "RSA-SHA1":
            raise Refusal("signature_method_rejected")
        if given["oauth_token"] != TOKEN:
            raise Refusal("token_rejected")
        stamp = given["oauth_timestamp"]
        if not stamp.isdigit() or abs(int(stamp) - time.time()) > _LATE:
            raise Refusal("timestamp_refused")
        if not _is_signed(base_string(method, address, query, given), given["oauth_signature"]):
            raise Refusal("signature_invalid")
        if (stamp, given["oauth_nonce"]) in self._seen:
            raise Refusal("nonce_used")
        self._seen.add((stamp, given["oauth_nonce"]))


_NEEDED = (
    *("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_signature"),
    *("oauth_timestamp", "oauth_nonce"),
)


def base_string(method: str, address: str, query: Mapping[str, Sequence[str]], given: Dict[str, str]) -> str:
    """What is signed: method, address and all parameters but the signature, sorted."""
    pairs: List[Tuple[str, str]] = [(_encode(name), _encode(value)) for name in query for value in query[name]]
    pairs += [(_encode(name), _encode(given[name])) for name in given if name not in ("oauth_signature", "realm")]
    parameters = "&".join(f"{name}={value}" for name, value in sorted(pairs))
    return "&".join((method.upper(), _encode(address), _encode(parameters)))


def padded(text: str) -> int:
    """The number that RSA-SHA1 raises to the power of the key."""
    digest = _SHA1 + hashlib.sha1(text.encode()).digest()
    length = (MODULUS.bit_length() + 7) // 8
    return int.from_bytes(b"\x00\x01" + b"\xff" * (length - len(digest) - 3) + b"\x00" + digest, "big")


def _is_signed(text: str, signature: str) -> bool:
    try:
        number = int.from_bytes(base64.b64decode(signature, validate=True), "big")
    except binascii.Error:
        return False
    return pow(number, PUBLIC_EXPONENT, MODULUS) == padded(text)


def _encode(text: str) -> str:
    return quote(text, safe="-._~")
