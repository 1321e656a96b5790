// A web app with passport-openidconnect, which is told every endpoint and cannot do PKCE.

import express from "express";
import session from "express-session";
import passport from "passport";
import OpenIDConnectStrategy from "passport-openidconnect";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL } = process.env;

passport.use(
  new OpenIDConnectStrategy(
    {
      issuer: ISSUER,
      authorizationURL: `${ISSUER}/authorize`,
      tokenURL: `${ISSUER}/token`,
      userInfoURL: `${ISSUER}/userinfo`,
      clientID: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      callbackURL: `${BASE_URL}/callback`,
      scope: ["profile", "email"],
      skipUserProfile: false, // else it asks UserInfo for nobody
    },
    (issuer, profile, done) => done(null, { sub: profile.id, email: profile.emails[0].value }),
  ),
);
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const app = express();
app.use(
  session({ name: "passport", secret: "for this test", resave: false, saveUninitialized: false }),
);
app.use(passport.session());

app.get("/", (request, response) => response.json(request.user ?? {}));
app.get("/login", passport.authenticate("openidconnect"));
app.get(
  "/callback",
  passport.authenticate("openidconnect", { failWithError: true }),
  (request, response) => response.redirect("/"),
);

app.listen(new URL(BASE_URL).port, "127.0.0.1");
