// Everything that is OpenID Connect. Copy it as it is; what a page needs is exported.

import { CLIENT_ID, ISSUER } from "./settings.js";

const { IndexedDbDPoPStore, UserManager, WebStorageStateStore } = globalThis.oidc;
const here = new URL(".", location.href).href;

const manager = new UserManager({
  authority: ISSUER,
  client_id: CLIENT_ID,
  redirect_uri: here,
  post_logout_redirect_uri: here,
  response_type: "code", // with PKCE, which the library always uses
  scope: "openid profile email",
  // RFC 9449: tokens are bound to a key that no script can read, so that a copy of them is worth nothing.
  dpop: { bind_authorization_code: true, store: new IndexedDbDPoPStore() },
  // Renewed by the refresh token, which rotates: one that was used before ends all of them.
  automaticSilentRenew: true,
  revokeTokensOnSignout: true,
  // Gone with the tab. Whoever can run a script here can read it: keep the policy in index.html strict.
  userStore: new WebStorageStateStore({ store: sessionStorage }),
});

let renewing = null;
let isLeaving = false;

/** Where the app begins: finish what a redirect has brought, or tell who is signed in. */
export async function arrive() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has("state")) return manager.getUser();
  // A code must neither stay in the address bar nor be used a second time by a reload.
  const url = location.href;
  history.replaceState(null, "", here);
  if (answer.has("code") || answer.has("error")) {
    requireIssuer(answer);
    return withProfile(await manager.signinCallback(url));
  }
  await manager.signoutCallback(url);
  return null;
}

/** RFC 9207 §2.4: an answer from another provider is refused before its code is used. */
function requireIssuer(answer) {
  if (answer.get("iss") !== ISSUER) throw new Error("The answer came from another provider.");
}

/** What UserInfo tells, asked with a proof of the key; the library itself would show the token without one. */
async function withProfile(user) {
  const address = await manager.metadataService.getUserInfoEndpoint();
  const proof = await manager.dpopProof(address, user, "GET");
  const headers = { Authorization: `${user.token_type} ${user.access_token}`, DPoP: proof };
  const answer = await fetch(address, { headers });
  if (!answer.ok) throw new Error(`UserInfo answered ${answer.status}.`);
  const told = await answer.json();
  if (told.sub !== user.profile.sub) throw new Error("UserInfo tells of somebody else.");
  Object.assign(user.profile, told);
  await manager.storeUser(user);
  return user;
}

/** Goes to the provider. `extra` may hold acr_values, max_age, prompt … */
export const signIn = (extra = {}) => manager.signinRedirect(extra);

/** New tokens for the refresh token, once at a time: a second use of the same one would end them all. */
export function renew() {
  renewing ??= manager.signinSilent().finally(() => {
    renewing = null;
  });
  return renewing;
}

/** Revokes the tokens, forgets them, and goes to the provider to sign out there. */
export function signOut() {
  isLeaving = true;
  return manager.signoutRedirect();
}

/** Calls back with the user after each renewal, and with null when the session is over. */
export function onChange(show) {
  // The library also calls when it has revoked the tokens.
  manager.events.addUserLoaded((user) => isLeaving || withProfile(user).then(show));
  manager.events.addUserUnloaded(() => show(null));
  manager.events.addSilentRenewError(() => manager.removeUser());
}
