// The provider of one process: settings that match ours, and the two pages of its sign-in.

import { text } from 'node:stream/consumers';

import bcrypt from 'bcrypt';
import { Provider } from 'oidc-provider';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
// A hash of nothing, checked where nobody has the address: both answers take as long.
const NOBODY = bcrypt.hashSync('', 12);

export function makeProvider(issuer, store, { jwk, cookieKey, clients }) {
  const provider = new Provider(issuer, {
    adapter: (kind) => store.adapter(kind),
    clients,
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [jwk] },
    cookies: { keys: [cookieKey] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    pkce: { required: () => true },
    // The package drops offline_access from a request without prompt=consent, and then would give
    // no refresh token where consent is remembered. Ours does; so it is told to, and that tokens
    // outlive the session.
    issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    rotateRefreshToken: ({ oidc }) => oidc.client.clientId === 'bench-rotating',
    ttl: {
      AccessToken: 10 * MINUTE,
      AuthorizationCode: MINUTE,
      ClientCredentials: 10 * MINUTE,
      Grant: 30 * DAY,
      IdToken: 10 * MINUTE,
      Interaction: 10 * MINUTE,
      RefreshToken: 30 * DAY,
      Session: DAY,
    },
    findAccount: async (ctx, id) => account(store.person(id)),
    interactions: { url: (ctx, { uid }) => `/interaction/${uid}` },
  });
  provider.use((ctx, next) =>
    ctx.path.startsWith('/interaction/') ? interact(provider, store, ctx) : next(),
  );
  return provider;
}

function account(person) {
  return person && {
    accountId: person.id,
    claims: async () => ({
      sub: person.id, name: person.name, email: person.email, email_verified: true,
    }),
  };
}

async function interact(provider, store, ctx) {
  const interaction = await provider.interactionDetails(ctx.req, ctx.res);
  ctx.set('Cache-Control', 'no-store');
  if (ctx.method !== 'POST') {
    show(ctx, interaction);
    return;
  }
  const typed = new URLSearchParams(await text(ctx.req));
  const result = interaction.prompt.name === 'login'
    ? await signIn(store, typed)
    : await allow(provider, interaction);
  if (!result) {
    ctx.status = 422;
    show(ctx, interaction);
    return;
  }
  ctx.status = 303;
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
}

function show(ctx, { prompt }) {
  const content = prompt.name === 'login'
    ? '<input name="login"><input name="password" type="password"><button>Sign in</button>'
    : '<button name="decision" value="allow">Allow</button>';
  ctx.type = 'html';
  ctx.body = `<!DOCTYPE html><title>${prompt.name}</title><form method="post">${content}</form>`;
}

async function signIn(store, typed) {
  const person = store.personByEmail(typed.get('login') ?? '');
  const right = await bcrypt.compare(typed.get('password') ?? '', person?.password ?? NOBODY);
  return person && right ? { login: { accountId: person.id } } : undefined;
}

async function allow(provider, { grantId, params, prompt: { details }, session }) {
  const given = { accountId: session.accountId, clientId: params.client_id };
  const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant(given);
  grant.addOIDCScope((details.missingOIDCScope ?? []).join(' '));
  grant.addOIDCClaims(details.missingOIDCClaims ?? []);
  return { consent: { grantId: await grant.save() } };
}
