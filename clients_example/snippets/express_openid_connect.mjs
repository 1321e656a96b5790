// Sign in with OpenID Connect: Express and express-openid-connect, code flow with PKCE.
//
// npm install express express-openid-connect
// CLIENT_SECRET=… SESSION_SECRET=… node express_openid_connect.mjs
// For /logout to lead back here, register the app's origin as post-logout redirect URI.

import express from "express";
import openid from "express-openid-connect";

const REDIRECT_URI = "http://localhost:5000/callback";
const { origin, pathname, port } = new URL(REDIRECT_URI);

const app = express();
app.use(
  openid.auth({
    issuerBaseURL: "https://idp.example.com",
    baseURL: origin,
    clientID: "your-client-id",
    clientSecret: process.env.CLIENT_SECRET,
    secret: process.env.SESSION_SECRET,
    routes: { callback: pathname },
    authRequired: false,
    idpLogout: true,
    // Without this the library asks for an ID token by the browser; with it, it sends PKCE.
    authorizationParams: { response_type: "code", scope: "openid profile email" },
  }),
);

app.get("/", (request, response) => {
  const user = request.oidc.user?.sub;
  response.send(user ? `Signed in as ${user}` : '<a href="/login">Sign in</a>');
});

app.listen(Number(port || 3000));
