// Sign in with OpenID Connect: Express and openid-client, code flow with PKCE.
//
// npm install express express-session openid-client
// CLIENT_SECRET=… SESSION_SECRET=… node express_openid_client.mjs

import express from "express";
import session from "express-session";
import * as client from "openid-client";

const ISSUER = "https://idp.example.com";
const CLIENT_ID = "your-client-id";
const REDIRECT_URI = "http://localhost:5000/callback";

// http is for a provider on your own machine only.
const execute = ISSUER.startsWith("http:") ? [client.allowInsecureRequests] : [];
const provider = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  process.env.CLIENT_SECRET,
  undefined,
  { execute },
);

const app = express();
app.use(
  session({ secret: process.env.SESSION_SECRET, resave: false, saveUninitialized: false }),
);

app.get("/", (request, response) => {
  const { user } = request.session;
  response.send(user ? `Signed in as ${user}` : '<a href="/login">Sign in</a>');
});

app.get("/login", async (request, response) => {
  const verifier = client.randomPKCECodeVerifier();
  const begun = { verifier, state: client.randomState(), nonce: client.randomNonce() };
  request.session.begun = begun;
  const url = client.buildAuthorizationUrl(provider, {
    redirect_uri: REDIRECT_URI,
    scope: "openid profile email",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: begun.state,
    nonce: begun.nonce,
  });
  response.redirect(url.href);
});

app.get(new URL(REDIRECT_URI).pathname, async (request, response) => {
  const { verifier, state, nonce } = request.session.begun;
  const tokens = await client.authorizationCodeGrant(provider, new URL(request.url, REDIRECT_URI), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  request.session.user = tokens.claims().sub;
  response.redirect("/");
});

app.listen(Number(new URL(REDIRECT_URI).port || 3000));
