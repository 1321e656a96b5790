// Sign in with OpenID Connect in the browser: oidc-client-ts, code flow with PKCE, no secret.
import { UserManager } from "oidc-client-ts";

const manager = new UserManager({
  authority: "https://idp.example.com",
  client_id: "your-client-id",
  redirect_uri: "http://localhost:5000/callback",
  scope: "openid profile email",
});

if (new URLSearchParams(location.search).has("state")) {
  await manager.signinCallback();
  history.replaceState(null, "", location.pathname);
}

const user = await manager.getUser();
if (user) {
  console.log("signed in as", user.profile.sub);
} else {
  await manager.signinRedirect();
}
