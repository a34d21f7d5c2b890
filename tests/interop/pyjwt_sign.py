"""Makes keys and tokens with PyJWT. Reads `{claims}` from standard input, and writes a list with one entry for each
algorithm: the keys in every form that PyJWT and `cryptography` export, a good token, and tokens that must be refused.
"""

import base64
import datetime
import hashlib
import hmac
import json
import secrets
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

ALGORITHMS = [f"{family}{bits}" for family in ("HS", "RS", "PS") for bits in (256, 384, 512)] + ["ES256", "ES384", "EdDSA"]
SECRET_LENGTHS = {"HS256": 32, "HS384": 48, "HS512": 64}
HOUR = datetime.timedelta(hours=1)


def main():
    claims = json.load(sys.stdin)["claims"]
    json.dump([entry(algorithm, claims) for algorithm in ALGORITHMS], sys.stdout)


def entry(algorithm, claims):
    key, forms = new_key(algorithm)
    other, _ = new_key(algorithm)
    now = datetime.datetime.now(datetime.timezone.utc)
    claims = {**claims, "iat": now, "exp": now + HOUR / 6}

    def sign(changes=None, headers=None, key=key):
        return jwt.encode({**claims, **(changes or {})}, key, algorithm, headers)

    good = sign()
    head, payload, signature = good.split(".")
    mallory = jwt.encode({**claims, "sub": "mallory"}, key, algorithm).split(".")[1]
    refused = {
        "the signature of another key": sign(key=other),
        "another payload": f"{head}.{mallory}.{signature}",
        "no signature": f"{head}.{payload}.",
        "the algorithm none": jwt.encode(claims, None, "none"),
        "an expired token": sign({"iat": now - 2 * HOUR, "exp": now - HOUR}),
        "a token of the future": sign({"nbf": now + HOUR / 10}),
        "another audience": sign({"aud": "billing"}),
        "another issuer": sign({"iss": "https://other.example"}),
        "a refresh token": sign(headers={"typ": "rt+jwt"}),
        "an unknown extension": sign(headers={"crit": ["urn:example:x"], "urn:example:x": 1}),
    }
    if "public_pem" in forms:
        refused["the public key as a secret"] = confused(payload, forms["public_pem"])
    return {"algorithm": algorithm, **forms, "token": good, "refused": refused}


def confused(payload, pem):
    """PyJWT refuses to do this, so it is done by hand."""
    header = base64url(b'{"alg":"HS256","typ":"JWT"}')
    message = f"{header}.{payload}"
    signature = hmac.new(pem.encode(), message.encode(), hashlib.sha256).digest()
    return f"{message}.{base64url(signature)}"


def new_key(algorithm):
    if algorithm in SECRET_LENGTHS:
        key = secrets.token_bytes(SECRET_LENGTHS[algorithm])
        jwk = to_jwk(algorithm, key)
        return key, {"private_jwk": jwk, "public_jwk": jwk}
    if algorithm == "EdDSA":
        key = ed25519.Ed25519PrivateKey.generate()
    elif algorithm.startswith("ES"):
        key = ec.generate_private_key(ec.SECP256R1() if algorithm == "ES256" else ec.SECP384R1())
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return key, {
        "private_jwk": to_jwk(algorithm, key),
        "public_jwk": to_jwk(algorithm, key.public_key()),
        "private_pem": private.decode(),
        "public_pem": public.decode(),
    }


def to_jwk(algorithm, key):
    return {**get_default_algorithms()[algorithm].to_jwk(key, as_dict=True), "alg": algorithm}


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


main()
