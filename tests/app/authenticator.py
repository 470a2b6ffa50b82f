"""A device with passkeys, made in code: it keeps its keys, counts, and signs for the site that a browser shows."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40
EC2, ES256, P256 = 2, -7, 1


@dataclass
class Authenticator:
    """One key for one site. `origin` is the page's address, which the browser tells, not the page."""

    origin: str = "https://testserver"
    verifies: bool = True  # asks for a finger or a PIN
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: str = "bm9ib2R5"  # whom it thinks it is for, in base64
    count: int = 0

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """`navigator.credentials.create()`."""
        self.user = options["user"]["id"]
        new = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cbor2.dumps(self._public())
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(options["rp"]["id"], NEW_KEY) + new}
        told = {"attestationObject": cbor2.dumps(attestation), "clientDataJSON": self._client("webauthn.create", options)}
        return self._answer(told)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """`navigator.credentials.get()`."""
        self.count += 1
        data, client = self._data(options["rpId"]), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        told = {"authenticatorData": data, "clientDataJSON": client, "signature": signature}
        return self._answer(told, userHandle=self.user)

    def _answer(self, told: dict[str, bytes], **more: str) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential)
        response = {key: bytes_to_base64url(value) for key, value in told.items()} | more
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _data(self, site: str, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(site.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _public(self) -> dict[int, Any]:
        point = self.key.public_key().public_numbers()
        return {1: EC2, 3: ES256, -1: P256, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
