// go-oidc and golang.org/x/oauth2, as their documentation uses them.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

var answers = bufio.NewReaderSize(os.Stdin, 1<<20)

// browse has a person open an address and log in where they are asked to; it gives the address where they end.
func browse(address string) *url.URL {
	question, err := json.Marshal(map[string]string{"ask": "browse", "url": address})
	must(err)
	fmt.Println(string(question))
	line, err := answers.ReadBytes('\n')
	must(err)
	var answer struct{ URL string }
	must(json.Unmarshal(line, &answer))
	place, err := url.Parse(answer.URL)
	must(err)
	return place
}

func must(err error) {
	if err != nil {
		log.Panic(err)
	}
}

func check(holds bool, what string, details ...any) {
	if !holds {
		log.Panicln(what, details)
	}
}

func refused(err error, code string) {
	var refusal *oauth2.RetrieveError
	check(errors.As(err, &refusal) && refusal.ErrorCode == code, "refused with "+code, err)
}

type login struct {
	code, verifier, nonce string
}

// logIn sends a person to the provider and checks what they bring back.
func logIn(config *oauth2.Config, issuer string) login {
	verifier, state, nonce := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	back := browse(config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce))).Query()
	check(back.Get("state") == state && back.Get("iss") == issuer && back.Get("code") != "", "a code comes back", back)
	return login{back.Get("code"), verifier, nonce}
}

func main() {
	ctx := context.Background()
	issuer := os.Getenv("ISSUER")
	provider, err := oidc.NewProvider(ctx, issuer)
	must(err)
	config := &oauth2.Config{
		ClientID: "web", ClientSecret: "web-secret", Endpoint: provider.Endpoint(),
		RedirectURL: os.Getenv("REDIRECT_URI"), Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}

	first := logIn(config, issuer)
	token, err := config.Exchange(ctx, first.code, oauth2.VerifierOption(first.verifier))
	must(err)
	raw, _ := token.Extra("id_token").(string)
	verifier := provider.Verifier(&oidc.Config{ClientID: "web"})
	idToken, err := verifier.Verify(ctx, raw)
	must(err)
	check(idToken.Nonce == first.nonce, "the nonce is ours", idToken.Nonce)
	must(idToken.VerifyAccessToken(token.AccessToken))
	_, err = provider.Verifier(&oidc.Config{ClientID: "another"}).Verify(ctx, raw)
	check(err != nil, "an ID token for somebody else is not taken")
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	must(err)
	check(info.Subject == idToken.Subject && info.Email == "alice@example.org" && info.EmailVerified, "userinfo", info)
	fmt.Println("code, userinfo")

	renewed, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	must(err)
	_, err = provider.UserInfo(ctx, oauth2.StaticTokenSource(renewed))
	must(err)
	_, err = config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	refused(err, "invalid_grant")
	fmt.Println("refresh; a used refresh token refused")

	second := logIn(config, issuer)
	_, err = config.Exchange(ctx, second.code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
	refused(err, "invalid_grant")
	third := logIn(config, issuer)
	session, err := config.Exchange(ctx, third.code, oauth2.VerifierOption(third.verifier))
	must(err)
	_, err = config.Exchange(ctx, third.code, oauth2.VerifierOption(third.verifier))
	refused(err, "invalid_grant")
	_, err = provider.UserInfo(ctx, oauth2.StaticTokenSource(session))
	check(err != nil, "a code that was used twice takes its tokens along")
	stranger := *config
	stranger.ClientSecret = "not-the-secret"
	fourth := logIn(&stranger, issuer)
	_, err = stranger.Exchange(ctx, fourth.code, oauth2.VerifierOption(fourth.verifier))
	refused(err, "unauthorized_client")
	fmt.Println("wrong verifier, used code, wrong secret refused")

	own := clientcredentials.Config{ClientID: "web", ClientSecret: "web-secret", TokenURL: provider.Endpoint().TokenURL}
	service, err := own.Token(ctx)
	must(err)
	check(strings.Count(service.AccessToken, ".") == 2 && service.RefreshToken == "", "a token of its own")
	fmt.Println("client credentials")

	// A device: the library polls while a person agrees.
	device := &oauth2.Config{ClientID: "device", Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID}}
	codes, err := device.DeviceAuth(ctx)
	must(err)
	browse(codes.VerificationURIComplete)
	onDevice, err := device.DeviceAccessToken(ctx, codes)
	must(err)
	_, err = provider.Verifier(&oidc.Config{ClientID: "device"}).Verify(ctx, onDevice.Extra("id_token").(string))
	must(err)
	fmt.Println("device")

	last := logIn(config, issuer)
	session, err = config.Exchange(ctx, last.code, oauth2.VerifierOption(last.verifier))
	must(err)
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
	}
	must(provider.Claims(&metadata))
	bye := os.Getenv("POST_LOGOUT_REDIRECT_URI")
	hint := session.Extra("id_token").(string)
	gone := browse(metadata.EndSession + "?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}}.Encode())
	check(gone.String() == bye, "the person comes back", gone)
	_, err = config.TokenSource(ctx, &oauth2.Token{RefreshToken: session.RefreshToken}).Token()
	refused(err, "invalid_grant")
	_, err = provider.UserInfo(ctx, oauth2.StaticTokenSource(session))
	check(err != nil, "a token of a session that is over")
	fmt.Println("log-out")
	fmt.Println("all done")
}
