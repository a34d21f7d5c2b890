"""Verifies tokens with PyJWT. Reads `{issuer, audience, jobs}` from standard input; a job has a token, its algorithm, and
the address of a key set or a secret in base64url. Writes, for each job in turn, `{claims}` or `{error}`.
"""

import base64
import json
import sys

import jwt

REQUIRED = ["iss", "aud", "sub", "exp", "iat", "jti", "client_id"]


def main():
    order = json.load(sys.stdin)
    json.dump([verify(job, order["issuer"], order["audience"]) for job in order["jobs"]], sys.stdout)


def verify(job, issuer, audience):
    try:
        claims = jwt.decode(
            job["token"],
            key_of(job),
            algorithms=[job["algorithm"]],
            issuer=issuer,
            audience=audience,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        return {"error": type(error).__name__}
    return {"claims": claims}


def key_of(job):
    if job.get("secret"):
        return base64.urlsafe_b64decode(job["secret"] + "==")
    return jwt.PyJWKClient(job["jwks_url"]).get_signing_key_from_jwt(job["token"])


main()
