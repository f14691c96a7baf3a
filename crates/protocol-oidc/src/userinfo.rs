//! Userinfo (OpenID Connect Core §5.3).

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use crypto::secret::Secret;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use identity::Error;
use protocol::web::PeerCertificate;
use protocol::web::form::{self, FormError};
use protocol::{Details, InRealm, Issuer};

use crate::bearer::{self, Held, Rejected, Verified, Wanted};
use crate::claims::{Audience, Claims};
use crate::claims_request::ClaimsRequest;
use crate::door::UserInfoDoor;
use crate::error::OAuthError;
use crate::issue::{Basis, SessionSort};
use crate::mapper::Target;
use crate::parameters::Parameters;
use crate::scope::{self, OPENID};
use crate::{PROTOCOL, Parts, cors, dpop, event, keys, notes, response};

/// Why there are no claims (RFC 6750 §3.1).
#[derive(Debug)]
enum UserInfoError {
    /// Nothing was shown.
    NoToken,
    /// Two tokens, or one that no header could carry.
    Ambiguous,
    /// The token is not taken.
    Token(Rejected),
    /// The proof that came with the token is none, or of another key.
    Proof,
    /// The proof needs a nonce: this one (RFC 9449 §9).
    Nonce(String),
    /// The token is not for this.
    Scope,
    /// A page of an origin that the client does not name.
    Origin,
    /// The client's settings leave nothing to tell.
    Settings,
    /// The form is too long or broke off.
    Form,
}

impl From<Error> for UserInfoError {
    fn from(error: Error) -> Self {
        Self::Token(Rejected::Store(error))
    }
}

/// What is told: status, error, description, word of the event.
type Told = (StatusCode, &'static str, &'static str, &'static str);

impl UserInfoError {
    fn told(&self) -> Told {
        let unauthorized = StatusCode::UNAUTHORIZED;
        match self {
            Self::NoToken => (unauthorized, "", "", "invalid_token"),
            Self::Ambiguous => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "More than one method used for including an access token",
                "invalid_request",
            ),
            Self::Token(Rejected::Verification) => {
                (unauthorized, "invalid_token", "Token verification failed", "invalid_token")
            }
            Self::Token(Rejected::Certificate) => (
                unauthorized,
                "invalid_token",
                "Client certificate missing, or its thumbprint and one in the access token did NOT match",
                "not_allowed",
            ),
            Self::Token(Rejected::Session) => {
                (unauthorized, "invalid_token", "user_session_not_found", "user_session_not_found")
            }
            Self::Token(Rejected::UserDisabled) => (unauthorized, "invalid_token", "User disabled", "user_disabled"),
            Self::Token(Rejected::Store(Error::Busy { .. })) => {
                (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", response::BUSY, "busy")
            }
            Self::Token(Rejected::Store(_)) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "server_error", response::BROKEN, "server_error")
            }
            Self::Proof => (unauthorized, "invalid_dpop_proof", "DPoP proof is not valid", "invalid_dpop_proof"),
            Self::Nonce(_) => {
                (unauthorized, "use_dpop_nonce", "Resource server requires nonce in DPoP proof", "invalid_dpop_proof")
            }
            Self::Scope => (StatusCode::FORBIDDEN, "insufficient_scope", "Missing openid scope", "access_denied"),
            Self::Origin => (StatusCode::FORBIDDEN, "Invalid origin", "", "not_allowed"),
            Self::Settings => {
                (StatusCode::BAD_REQUEST, "invalid_request", "The client's settings are not valid", "invalid_client")
            }
            Self::Form => (StatusCode::BAD_REQUEST, "invalid_request", "The form could not be read", "invalid_request"),
        }
    }

    /// RFC 9449 §7.1: a wrong proof is answered with the scheme that wants one, and its algorithms.
    fn challenge(&self, realm: &str, error: &str, description: &str) -> String {
        let bearer = challenge(realm, error, description);
        match (self, bearer.strip_prefix("Bearer ")) {
            (Self::Proof | Self::Nonce(_), Some(rest)) => {
                format!("DPoP {rest}, algs=\"{}\"", dpop::algorithms().collect::<Vec<_>>().join(" "))
            }
            _ => bearer,
        }
    }

    /// Everything stands in the challenge; the body is empty.
    fn response(&self, realm: &str) -> Response {
        let (status, error, description, _) = self.told();
        if matches!(self, Self::Origin) {
            let mut answer = response::error(status, error, description);
            response::no_store(&mut answer);
            return answer;
        }
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = status;
        response::no_store(&mut answer);
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=utf-8"));
        if let Self::Token(Rejected::Store(Error::Busy { retry_after_seconds })) = self {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
        }
        if let Ok(challenge) = HeaderValue::try_from(self.challenge(realm, error, description)) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Self::Nonce(nonce) = self {
            response::nonce(&mut answer, Some(nonce));
        }
        answer
    }
}

fn challenge(realm: &str, error: &str, description: &str) -> String {
    // RFC 9110 §5.6.4: quotes and backslashes inside are escaped; what no header can hold is left out.
    let realm: String = realm
        .chars()
        .filter(|c| c.is_ascii() && !c.is_ascii_control())
        .flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c]))
        .collect();
    if error.is_empty() {
        return format!("Bearer realm=\"{realm}\"");
    }
    format!("Bearer realm=\"{realm}\", error=\"{error}\", error_description=\"{description}\"")
}

/// What a request shows.
struct Shown {
    token: Secret,
    /// Whether it came as a token that is bound to a key (RFC 9449 §7.1).
    dpop: bool,
}

/// The proof that came with the token.
async fn proof(
    door: &InRealm<UserInfoDoor>,
    issuer: &Issuer,
    method: &Method,
    headers: &HeaderMap,
    token: &str,
) -> Result<dpop::Proof, UserInfoError> {
    let url = issuer.join("protocol/openid-connect/userinfo");
    // HEAD is GET without a body, and clients prove what they know.
    let alias = Issuer::asking_for_certificates(&door.portreeve, &door.realm);
    let alias = alias.map(|alias| alias.join("protocol/openid-connect/userinfo"));
    let request = dpop::For { method: method.as_str(), url: &url, alias: alias.as_deref(), access_token: Some(token) };
    match dpop::check(&door.portreeve.identity, &door.realm, headers, request).await {
        Ok(Some(proof)) => Ok(proof),
        Ok(None) => Err(UserInfoError::Proof),
        Err(error) => Err(unproven(error)),
    }
}

/// Why a proof does not hold.
fn unproven(error: OAuthError) -> UserInfoError {
    match error {
        OAuthError::DpopNonce { nonce, .. } => UserInfoError::Nonce(nonce),
        error => dpop::fault(error).map_or(UserInfoError::Proof, UserInfoError::from),
    }
}

/// GET and POST.
pub(crate) async fn serve(
    mut door: InRealm<UserInfoDoor>,
    parts: &Parts,
    method: &Method,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    let issuer = door.issuer();
    let mut verified = None;
    let result = answer(&door, parts, &issuer, method, headers, body, &mut verified).await;
    if let Some(verified) = &verified {
        door.outcome.about_client(&verified.client.client_id);
        if let Some(user) = verified.holder.user() {
            door.outcome.about_user(user.id.clone());
        }
        if let Some(sid) = &verified.read.sid {
            door.outcome.about_session(sid);
        }
    }
    let mut details = Details::new();
    details.push(("auth_method".into(), "validate_access_token".into()));
    let mut foreign = false;
    let mut response = match result {
        Ok((response, signed)) => {
            details.push(("signature_required".into(), signed.to_string()));
            if let Some(user) = verified.as_ref().and_then(|verified| verified.holder.user()) {
                details.push(("username".into(), user.username.clone()));
            }
            door.outcome.succeeded(event::USER_INFO.succeeded, details);
            response
        }
        Err(error) => {
            foreign = matches!(error, UserInfoError::Origin);
            let response = error.response(&door.realm.name);
            let (_, _, description, word) = error.told();
            match error {
                UserInfoError::Token(Rejected::Store(fault)) if !matches!(fault, Error::Busy { .. }) => {
                    door.outcome.fault(&fault);
                }
                _ => {
                    if !description.is_empty() {
                        details.push(("reason".into(), description.to_owned()));
                    }
                    door.outcome.refused(word, details);
                }
            }
            response
        }
    };
    if !foreign {
        cors::allow(&mut response, verified.as_ref().map(|verified| &*verified.client), headers);
    }
    response
}

async fn answer(
    door: &InRealm<UserInfoDoor>,
    parts: &Parts,
    issuer: &Issuer,
    method: &Method,
    headers: &HeaderMap,
    body: Body,
    known: &mut Option<Verified>,
) -> Result<(Response, bool), UserInfoError> {
    let Shown { token, dpop } = shown(door.portreeve.web.form_limit, method, headers, body).await?;
    let identity = &door.portreeve.identity;
    let proof = if dpop { Some(proof(door, issuer, method, headers, token.expose()).await?) } else { None };
    let x5t = door.certificate.as_ref().map(PeerCertificate::thumbprint);
    let held = Held { jkt: proof.as_ref().map(|proof| &*proof.thumbprint), x5t };
    let verified = bearer::verify(identity, &door.realm, issuer, token.expose(), Wanted::Access, held)
        .await
        .map_err(UserInfoError::Token)?;
    let verified = &*known.insert(verified);
    if !cors::admits(&verified.client, headers) {
        return Err(UserInfoError::Origin);
    }
    let scope = verified.read.scope.as_deref().unwrap_or_default();
    let names = scope::names(scope).map_err(|_| UserInfoError::Token(Rejected::Verification))?;
    // OpenID Connect Core §5.3: what is told here was asked for with openid.
    if !names.contains(&OPENID) {
        return Err(UserInfoError::Scope);
    }
    let settings = verified.oidc.settings.as_ref().map_err(|_| UserInfoError::Settings)?;
    if let Some(proof) = &proof {
        proof.check_nonce(identity, &door.realm, settings.demands_nonce(&door.realm)).map_err(unproven)?;
    }
    let user = verified.holder.user().ok_or(UserInfoError::Token(Rejected::Verification))?;
    let effective = door.realm.effective(user);
    let granted = scope::grant(&door.realm, &verified.client, &verified.oidc, &names, &effective);
    let live = verified.holder.session();
    let nothing = identity::Notes::default();
    let part = live.and_then(|live| live.client_session());
    let requested = part.and_then(|part| part.notes.get(notes::CLAIMS)).and_then(ClaimsRequest::parse);
    let basis = Basis {
        issuer: issuer.as_str(),
        realm: &door.realm,
        client: &verified.client,
        oidc: &verified.oidc,
        settings,
        user,
        effective: &effective,
        granted: &granted,
        sid: verified.read.sid.as_deref(),
        sort: SessionSort::Online,
        notes: live.map_or(&nothing, |live| &*live.session().notes),
        acr: verified.read.acr.as_deref().unwrap_or_default(),
        nonce: None,
        requested: requested.as_ref(),
        confirmation: None,
        audiences: None,
        now: identity.clock().now(),
    };
    // OpenID Connect Core §5.3.2: there is always a subject.
    let claims = Claims { sub: Some(Cow::Borrowed(user.id.as_str())), ..Claims::default() };
    let claims = basis.mapped(Target::UserInfo, claims);
    if claims.sub.is_none() {
        return Err(UserInfoError::Settings);
    }
    let sealer = match settings.user_info_encryption {
        Some(encryption) => {
            let sealer = encryption.sealer(&parts.key_sets, &verified.client, basis.now).await;
            Some(sealer.map_err(|_| UserInfoError::Settings)?)
        }
        None => None,
    };
    let (mut answer, signed) = match (settings.user_info_algorithm, &sealer) {
        (None, None) => (response::json(StatusCode::OK, &claims)?, false),
        (None, Some(sealer)) => {
            let claims = serde_json::to_vec(&claims).map_err(|error| Error::fault(format!("userinfo: {error}")))?;
            (jwt(sealer.plain(&claims, identity.random())?), false)
        }
        (Some(algorithm), sealer) => {
            // OpenID Connect Core §5.3.2: a signed answer names its issuer and whom it is for.
            let claims = Claims {
                iss: Some(Cow::Borrowed(issuer.as_str())),
                aud: Audience::one(&*verified.client.client_id),
                ..claims
            };
            let realm = keys::ensure(identity, &door.realm, &[algorithm]).await?;
            let gate = identity::admit(&realm, &verified.client, PROTOCOL, verified.holder.subject(), basis.now)
                .map_err(|_| UserInfoError::Token(Rejected::Verification))?;
            let key = keys::active(&realm, algorithm)?;
            let token = gate.sign(key, algorithm, &*parts.headers.get(key, keys::JWT, algorithm)?, &claims)?;
            // OpenID Connect Core §5.3.2: signed first, encrypted then.
            let token = match sealer {
                Some(sealer) => sealer.nested(&token, identity.random())?,
                None => token,
            };
            (jwt(token), true)
        }
    };
    response::no_store(&mut answer);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
    let next = proof.and_then(|proof| proof.next_nonce(identity, &door.realm));
    response::nonce(&mut answer, next.as_deref());
    Ok((answer, signed))
}

fn jwt(token: String) -> Response {
    let mut answer = Response::new(Body::from(token));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    answer
}

/// RFC 6750 §2: the token in the header, or in a form; never in the query, which ends up in logs.
async fn shown(limit: usize, method: &Method, headers: &HeaderMap, body: Body) -> Result<Shown, UserInfoError> {
    let in_header = in_header(headers)?;
    let mut in_form = None;
    if method == Method::POST && form::is_form(headers) {
        let bytes = match form::read(headers, body, limit).await {
            Ok(bytes) => bytes,
            Err(FormError::NotAForm) => bytes::Bytes::new(),
            Err(FormError::TooLong | FormError::Broken) => return Err(UserInfoError::Form),
        };
        let form = Parameters::read(&bytes).map_err(|_| UserInfoError::Form)?;
        if form.all("access_token").count() > 1 {
            return Err(UserInfoError::Ambiguous);
        }
        in_form = form.given("access_token").map(Secret::from);
    }
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(UserInfoError::Ambiguous),
        (Some(shown), None) => Ok(shown),
        (None, Some(token)) => Ok(Shown { token, dpop: false }),
        (None, None) => Err(UserInfoError::NoToken),
    }
}

/// The token of the `Authorization` header; another scheme shows none.
fn in_header(headers: &HeaderMap) -> Result<Option<Shown>, UserInfoError> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(UserInfoError::Ambiguous);
    }
    let text = value.to_str().map_err(|_| UserInfoError::Ambiguous)?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    let dpop = scheme.eq_ignore_ascii_case("dpop");
    if !dpop && !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    // RFC 6750 §2.1: exactly one space, and a token of these characters alone.
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    if token.is_empty() || !token.bytes().all(plain) {
        return Err(UserInfoError::Ambiguous);
    }
    Ok(Some(Shown { token: Secret::from(token), dpop }))
}

/// For the router: which methods there are.
pub(crate) const METHODS: &str = "GET, HEAD, POST, OPTIONS";

#[cfg(test)]
mod tests {
    use super::*;

    fn header(value: &str) -> Result<Option<String>, ()> {
        let mut headers = HeaderMap::new();
        headers.append(header::AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        in_header(&headers).map(|shown| shown.map(|shown| shown.token.expose().to_owned())).map_err(drop)
    }

    #[test]
    fn a44_the_scheme_has_any_case_and_exactly_one_space_follows() {
        assert_eq!(header("Bearer abc"), Ok(Some("abc".into())));
        assert_eq!(header("bEARER abc.d-e_f"), Ok(Some("abc.d-e_f".into())));
        assert_eq!(header("Basic abc"), Ok(None));
        for bad in
            ["Bearer", "Bearer ", "Bearer  abc", "Bearer\tabc", "Bearer abc, Bearer def", "Bearer a b", "Bearer \u{e9}"]
        {
            assert!(matches!(header(bad), Err(()) | Ok(None)), "{bad}");
            assert_ne!(header(bad), Ok(Some("abc".into())), "{bad}");
        }
        let mut two = HeaderMap::new();
        two.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer abc"));
        two.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer abc"));
        assert!(in_header(&two).is_err());
    }

    #[test]
    fn a_challenge_cannot_be_broken_out_of() {
        assert_eq!(challenge("a\"b\r\nc\\", "", ""), "Bearer realm=\"a\\\"bc\\\\\"");
        assert_eq!(
            challenge("r", "invalid_token", "User disabled"),
            "Bearer realm=\"r\", error=\"invalid_token\", error_description=\"User disabled\""
        );
    }
}
