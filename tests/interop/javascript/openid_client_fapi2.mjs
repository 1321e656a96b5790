// A web app with openid-client that is held to FAPI 2.0: a key for a secret, pushed requests, tokens
// bound to a key by DPoP; and the answer as a JWT (JARM).

import { readFileSync } from "node:fs";

import express from "express";
import session from "express-session";
import * as client from "openid-client";

const { ISSUER, CLIENT_ID, BASE_URL, FOLDER } = process.env;
const ES256 = { name: "ECDSA", namedCurve: "P-256" };

const jwk = JSON.parse(readFileSync(`${FOLDER}/key.json`, "utf8"));
const key = await crypto.subtle.importKey("jwk", jwk, ES256, false, ["sign"]);

// allowInsecureRequests only because this provider is at http://localhost.
const provider = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  { id_token_signed_response_alg: "ES256", authorization_signed_response_alg: "ES256" },
  client.PrivateKeyJwt({ key, kid: jwk.kid }),
  { execute: [client.allowInsecureRequests] },
);
client.useJwtResponseMode(provider);
const DPoP = client.getDPoPHandle(provider, await client.randomDPoPKeyPair("ES256"));

const app = express();
app.use(
  session({ name: "fapi2", secret: "for this test", resave: false, saveUninitialized: false }),
);

app.get("/", (request, response) => response.json(request.session.user ?? {}));

app.get("/login", async (request, response) => {
  const verifier = client.randomPKCECodeVerifier();
  const begun = { verifier, state: client.randomState(), nonce: client.randomNonce() };
  request.session.begun = begun;
  const url = await client.buildAuthorizationUrlWithPAR(
    provider,
    {
      redirect_uri: `${BASE_URL}/callback`,
      scope: "openid profile email offline_access",
      prompt: "consent",
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state: begun.state,
      nonce: begun.nonce,
    },
    { DPoP },
  );
  response.redirect(url.href);
});

app.get("/callback", async (request, response) => {
  const { verifier, state, nonce } = request.session.begun;
  const here = new URL(request.url, BASE_URL);
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  };
  const tokens = await client.authorizationCodeGrant(provider, here, checks, undefined, { DPoP });
  await remember(request, tokens, tokens.claims().sub);
  request.session.refreshToken = tokens.refresh_token;
  response.redirect("/");
});

app.get("/refresh", async (request, response) => {
  const { refreshToken, user } = request.session;
  const tokens = await client.refreshTokenGrant(provider, refreshToken, undefined, { DPoP });
  await remember(request, tokens, user.sub);
  response.json({ token_type: tokens.token_type, rotated: "refresh_token" in tokens });
});

// What a thief has: the token without the key.
app.get("/bearer", async (request, response) => {
  const headers = { Authorization: `Bearer ${request.session.accessToken}` };
  const answer = await fetch(provider.serverMetadata().userinfo_endpoint, { headers });
  response.json({ status: answer.status });
});

async function remember(request, tokens, sub) {
  const options = { DPoP };
  request.session.user = await client.fetchUserInfo(provider, tokens.access_token, sub, options);
  request.session.accessToken = tokens.access_token;
}

app.listen(new URL(BASE_URL).port, "127.0.0.1");
