// A web app with openid-client: code flow with PKCE, UserInfo, refresh, revocation, sign-out.

import express from "express";
import session from "express-session";
import * as client from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL } = process.env;

// allowInsecureRequests only because this provider is at http://localhost.
const provider = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: [client.allowInsecureRequests],
});

const app = express();
app.use(
  session({ name: "openid-client", secret: "for this test", resave: false, saveUninitialized: false }),
);

app.get("/", (request, response) => response.json(request.session.user ?? {}));

app.get("/login", async (request, response) => {
  const verifier = client.randomPKCECodeVerifier();
  const begun = { verifier, state: client.randomState(), nonce: client.randomNonce() };
  request.session.begun = begun;
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: `${BASE_URL}/callback`,
    scope: "openid profile email",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: begun.state,
    nonce: begun.nonce,
  });
  response.redirect(url.href);
});

app.get("/callback", async (request, response) => {
  const { verifier, state, nonce } = request.session.begun;
  const tokens = await client.authorizationCodeGrant(provider, new URL(request.url, BASE_URL), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  await remember(request, tokens, tokens.claims().sub);
  request.session.idToken = tokens.id_token;
  response.redirect("/");
});

app.get("/refresh", async (request, response) => {
  const { refreshToken, user } = request.session;
  const tokens = await client.refreshTokenGrant(provider, refreshToken);
  await remember(request, { refresh_token: refreshToken, ...tokens }, user.sub);
  response.json({ claims: tokens.claims() });
});

app.get("/revoke", async (request, response) => {
  await client.tokenRevocation(provider, request.session.refreshToken);
  const refused = await client
    .refreshTokenGrant(provider, request.session.refreshToken)
    .catch((error) => error.error);
  response.json({ refused });
});

app.get("/logout", (request, response) => {
  const url = client.buildEndSessionUrl(provider, {
    id_token_hint: request.session.idToken,
    post_logout_redirect_uri: `${BASE_URL}/`,
  });
  request.session.destroy(() => response.redirect(url.href));
});

async function remember(request, tokens, sub) {
  request.session.user = await client.fetchUserInfo(provider, tokens.access_token, sub);
  request.session.refreshToken = tokens.refresh_token;
}

app.listen(new URL(BASE_URL).port, "127.0.0.1");
