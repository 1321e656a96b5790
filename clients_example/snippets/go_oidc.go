// Sign in with OpenID Connect: Go, go-oidc and x/oauth2, code flow with PKCE.
//
// go get github.com/coreos/go-oidc/v3/oidc golang.org/x/oauth2
// CLIENT_SECRET=… go run go_oidc.go
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	issuer      = "https://idp.example.com"
	clientID    = "your-client-id"
	redirectURI = "http://localhost:5000/callback"
)

func main() {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		log.Fatal(err)
	}
	client := oauth2.Config{
		ClientID:     clientID,
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  redirectURI,
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email"},
	}
	here, _ := url.Parse(redirectURI)

	http.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		state, nonce, verifier := random(), random(), oauth2.GenerateVerifier()
		for name, value := range map[string]string{"state": state, "nonce": nonce, "verifier": verifier} {
			http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 600,
				HttpOnly: true, Secure: here.Scheme == "https", SameSite: http.SameSiteLaxMode})
		}
		to := client.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))
		http.Redirect(w, r, to, http.StatusFound)
	})

	http.HandleFunc(here.Path, func(w http.ResponseWriter, r *http.Request) {
		if state := cookie(r, "state"); state == "" || r.FormValue("state") != state {
			http.Error(w, "not the sign-in that was begun here", http.StatusBadRequest)
			return
		}
		token, err := client.Exchange(r.Context(), r.FormValue("code"),
			oauth2.VerifierOption(cookie(r, "verifier")))
		if err != nil {
			http.Error(w, "the code was not exchanged", http.StatusBadGateway)
			return
		}
		raw, _ := token.Extra("id_token").(string)
		user, err := provider.Verifier(&oidc.Config{ClientID: clientID}).Verify(r.Context(), raw)
		if err != nil || user.Nonce != cookie(r, "nonce") {
			http.Error(w, "the ID token is not good", http.StatusBadGateway)
			return
		}
		fmt.Fprintln(w, "Signed in as", user.Subject)
	})

	log.Fatal(http.ListenAndServe(here.Host, nil))
}

func cookie(r *http.Request, name string) string {
	found, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return found.Value
}

func random() string {
	bytes := make([]byte, 32)
	if _, err := rand.Read(bytes); err != nil {
		log.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(bytes)
}
