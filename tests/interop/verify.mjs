// Verifies tokens with `jose`. Reads `{issuer, audience, jobs}` from standard input; a job has a token, its algorithm, and
// the address of a key set or a secret in base64url. Writes, for each job in turn, `{claims}` or `{error}`.

import { text } from 'node:stream/consumers';

import { base64url, createRemoteJWKSet, jwtVerify } from 'jose';

const { issuer, audience, jobs } = JSON.parse(await text(process.stdin));
const requiredClaims = ['sub', 'exp', 'iat', 'jti', 'client_id'];
console.log(JSON.stringify(await Promise.all(jobs.map(verify))));

async function verify({ token, algorithm, jwks_url, secret }) {
  const key = secret ? base64url.decode(secret) : createRemoteJWKSet(new URL(jwks_url));
  try {
    const options = { issuer, audience, algorithms: [algorithm], typ: 'at+jwt', requiredClaims };
    const { payload } = await jwtVerify(token, key, options);
    return { claims: payload };
  } catch (error) {
    return { error: error.code ?? String(error) };
  }
}
