// Sign in with OpenID Connect: Next.js and Auth.js (next-auth 5), code flow with PKCE.
//
// npm install next-auth@beta
// Save this as auth.ts, and app/api/auth/[...nextauth]/route.ts as:
//   import { handlers } from "@/auth";
//   export const { GET, POST } = handlers;
// The environment holds CLIENT_SECRET, AUTH_SECRET (npx auth secret), and in production AUTH_URL
// (https://YOUR-HOST).
// Register the redirect URI https://YOUR-HOST/api/auth/callback/idp

import NextAuth from "next-auth";

export const { handlers, auth, signIn, signOut } = NextAuth({
  providers: [
    {
      id: "idp",
      name: "your account",
      type: "oidc",
      issuer: "https://idp.example.com",
      clientId: "your-client-id",
      clientSecret: process.env.CLIENT_SECRET,
      authorization: { params: { scope: "openid profile email" } },
      checks: ["pkce", "state", "nonce"],
      idToken: false, // asks UserInfo too: name and address are told there, not in the ID token
    },
  ],
});
