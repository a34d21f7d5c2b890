// An OpenID provider with two strengths of login, on a free port of loopback: a password, and a password with a code. It
// writes its address as its first line, and ends with its standard input. A line there is a number of seconds by which its
// clock moves on; it answers each with a line.
//
// - Its only client is the page at the redirect URI that is the first argument.
// - `acr_values` and `max_age` of an authorization request are honoured: who is logged in too weakly or too long ago has to
//   log in again. Access tokens have `acr`, `amr` and `auth_time` (RFC 9068).

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { exportJWK, generateKeyPair } from 'jose';
import Provider, { interactionPolicy } from 'oidc-provider';

const RESOURCE = 'https://shop.example/';
const SCOPES = 'orders pay';
const MFA = 'urn:example:mfa';
const redirect = process.argv[2];

const clock = Date.now;
let ahead = 0;
Date.now = () => clock() + ahead * 1000;

const policy = interactionPolicy.base();
policy.get('login').checks.add(
  new interactionPolicy.Check('acr_unmet', 'the login is weaker than what is asked for', ({ oidc }) => {
    const asked = oidc.params.acr_values?.split(' ');
    return asked !== undefined && !asked.includes(oidc.session.acr);
  }),
);

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
let provider;
const server = createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return provider.callback()(request, response);
  const step = request.method === 'POST' ? logIn : showLogin;
  return step(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

provider = new Provider(issuer, {
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'k1' }] },
  clients: [
    {
      client_id: 'page',
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
      redirect_uris: [redirect],
    },
  ],
  cookies: { keys: ['the key of the cookies of a test'] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  acrValues: [MFA],
  clientBasedCORS: () => true,
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  ttl: { AccessToken: 7200, IdToken: 7200, Grant: 7200, Session: 7200, Interaction: 7200 },
  interactions: { policy, url: (_, interaction) => `/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        audience: 'shop',
        scope: SCOPES,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  // The person has consented to everything.
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ clientId: 'page', accountId: oidc.session.accountId });
    grant.addOIDCScope('openid');
    grant.addResourceScope(RESOURCE, SCOPES);
    await grant.save();
    return grant;
  },
  extraTokenClaims({ oidc }) {
    const { acr, amr, authTime } = oidc.entities.AuthorizationCode;
    return { acr, amr, auth_time: authTime };
  },
});
provider.on('server_error', (_, error) => console.error(error));

async function showLogin(request, response) {
  const { params, prompt } = await provider.interactionDetails(request, response);
  const code = params.acr_values === undefined ? '' : '<input name=code>';
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(`<!doctype html><p id=why>${prompt.reasons.join()}</p>
    <form method=post><input name=name><input name=password>${code}<button id=login>Log in</button></form>`);
}

async function logIn(request, response) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  const strong = form.get('code') === '123456';
  const login = {
    accountId: form.get('name'),
    acr: strong ? MFA : 'urn:example:password',
    amr: strong ? ['pwd', 'otp'] : ['pwd'],
  };
  await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
}

console.log(issuer);
for await (const line of createInterface({ input: process.stdin })) {
  ahead += Number(line);
  console.log(`ahead by ${ahead}`);
}
process.exit();
