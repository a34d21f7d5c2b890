// An OpenID provider on a free port of loopback. It writes its address as its first line, and ends with its standard
// input, so that it never outlives a test.
//
// - Client credentials: the client `machine`. Authorization code with PKCE: one client for each algorithm of ID tokens,
//   `web-RS256` and so on, with the login pages of `oidc-provider` itself, which believe any name.
// - Access tokens are JWTs for the audience `orders`; the resource `https://orders.example/RS256` has them signed by RS256.
// - `POST /test/rotate` puts new keys first, and with `?withdraw` takes the old ones away.
// - `GET /test/fetches` says how often discovery document and key set were fetched.

import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { exportJWK, generateKeyPair } from 'jose';
import Provider, { errors } from 'oidc-provider';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const AUDIENCE = 'orders';
const RESOURCE = 'https://orders.example/';
const SCOPES = 'orders:read orders:write';
const SECRET = 'the-secret-of-every-client-here';

const fetches = { discovery: 0, jwks: 0 };
const counted = { '/.well-known/openid-configuration': 'discovery', '/jwks': 'jwks' };
const cookieKey = randomBytes(32).toString('hex');

let keys = await newKeys();
let answer;

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/test/rotate') {
    const made = await newKeys();
    keys = searchParams.has('withdraw') ? made : [...made, ...keys];
    answer = provider().callback();
    json(response, { kids: keys.map((key) => key.kid) });
  } else if (pathname === '/test/fetches') {
    json(response, fetches);
  } else {
    if (pathname in counted) fetches[counted[pathname]] += 1;
    answer(request, response);
  }
});

server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;
answer = provider().callback();
console.log(issuer);
process.stdin.resume().on('close', () => process.exit());

function json(response, value) {
  const text = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

async function newKeys() {
  return Promise.all(ALGORITHMS.map(async (alg) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: randomUUID() };
  }));
}

// The keys of a provider never change, so a new one takes its place. What it has issued is kept outside of it.
function provider() {
  const made = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: 'machine',
        client_secret: SECRET,
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
      ...ALGORITHMS.map((alg) => browserClient(`web-${alg}`, alg)),
      // A client may have the name of a service: then its ID tokens have the audience of access tokens.
      browserClient(AUDIENCE, 'RS256'),
    ],
    cookies: { keys: [cookieKey] },
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: { AccessToken: 600, ClientCredentials: 600, IdToken: 600, Grant: 600, Session: 600, Interaction: 600 },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resource },
    },
  });
  made.on('server_error', (_, error) => console.error(error));
  return made;
}

function browserClient(id, alg) {
  return {
    client_id: id,
    client_secret: SECRET,
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: alg,
    redirect_uris: ['https://app.example/callback'],
  };
}

function resource(_, indicator) {
  const alg = indicator.startsWith(RESOURCE) ? indicator.slice(RESOURCE.length) : '';
  if (!ALGORITHMS.includes(alg)) throw new errors.InvalidTarget();
  return { audience: AUDIENCE, scope: SCOPES, accessTokenFormat: 'jwt', jwt: { sign: { alg } } };
}
