// Makes keys and tokens with `jose`. Reads `{claims}` from standard input, and writes a list with one entry for each
// algorithm: the keys in every form that `jose` exports, a good token, and tokens that must be refused.

import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';

import { SignJWT, UnsecuredJWT, base64url, exportJWK, exportPKCS8, exportSPKI, generateKeyPair } from 'jose';

const SECRET_LENGTHS = { HS256: 32, HS384: 48, HS512: 64 };
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'];

const { claims } = JSON.parse(await text(process.stdin));
const entries = [...Object.keys(SECRET_LENGTHS), ...ASYMMETRIC].map(entry);
console.log(JSON.stringify(await Promise.all(entries)));

async function entry(algorithm) {
  const keys = await newKeys(algorithm);
  const other = await newKeys(algorithm);
  const sign = (changes, header) => token(algorithm, keys.signing, changes, header);
  const good = await sign();
  const [head, , signature] = good.split('.');
  const mallory = base64url.encode(JSON.stringify({ ...payloadOf(good), sub: 'mallory' }));
  const hour = 60 * 60;
  const refused = {
    'the signature of another key': await token(algorithm, other.signing),
    'another payload': [head, mallory, signature].join('.'),
    'no signature': `${good.split('.', 2).join('.')}.`,
    'the algorithm none': new UnsecuredJWT({ ...payloadOf(good) }).encode(),
    'an expired token': await sign({ iat: now() - 2 * hour, exp: now() - hour }),
    'a token of the future': await sign({ nbf: now() + hour / 10 }),
    'another audience': await sign({ aud: 'billing' }),
    'another issuer': await sign({ iss: 'https://other.example' }),
    'a refresh token': await sign({}, { typ: 'rt+jwt' }),
    'an unknown extension': await sign({}, { crit: ['urn:example:x'], 'urn:example:x': 1 }),
  };
  if (keys.forms.public_pem) {
    const secret = new TextEncoder().encode(keys.forms.public_pem);
    refused['the public key as a secret'] = await token('HS256', secret);
  }
  return { algorithm, ...keys.forms, token: good, refused };
}

async function newKeys(algorithm) {
  if (algorithm in SECRET_LENGTHS) {
    const signing = new Uint8Array(randomBytes(SECRET_LENGTHS[algorithm]));
    const jwk = { ...(await exportJWK(signing)), alg: algorithm };
    return { signing, forms: { private_jwk: jwk, public_jwk: jwk } };
  }
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const forms = {
    private_jwk: { ...(await exportJWK(privateKey)), alg: algorithm },
    public_jwk: { ...(await exportJWK(publicKey)), alg: algorithm },
    private_pem: await exportPKCS8(privateKey),
    public_pem: await exportSPKI(publicKey),
  };
  return { signing: privateKey, forms };
}

function token(alg, key, changes = {}, header = {}) {
  const sign = new SignJWT({ ...claims, iat: now(), exp: now() + 600, ...changes });
  return sign.setProtectedHeader({ alg, typ: 'JWT', ...header }).sign(key, { crit: { 'urn:example:x': true } });
}

function payloadOf(compact) {
  return JSON.parse(new TextDecoder().decode(base64url.decode(compact.split('.')[1])));
}

function now() {
  return Math.floor(Date.now() / 1000);
}
