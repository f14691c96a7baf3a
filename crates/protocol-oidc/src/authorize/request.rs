//! The parameters of an authorization request, read once.

use std::borrow::Cow;

use identity::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::parameters::Parameters;

/// Most resources of one request (RFC 8707 §2 lets it be repeated).
const MOST_RESOURCES: usize = 16;

/// What a client asks the authorization endpoint for, as it was written. Whether it may be had is the checks' business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct AuthorizationRequest {
    pub response_type: Option<String>,
    pub response_mode: Option<String>,
    pub redirect_uri: Option<String>,
    pub scope: Option<String>,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub code_challenge: Option<String>,
    pub code_challenge_method: Option<String>,
    pub prompt: Option<String>,
    pub max_age: Option<String>,
    pub claims: Option<String>,
    pub acr_values: Option<String>,
    pub ui_locales: Option<String>,
    pub login_hint: Option<String>,
    pub id_token_hint: Option<String>,
    pub kc_action: Option<String>,
    pub kc_idp_hint: Option<String>,
    /// Thumbprint of the key that the code is bound to (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    /// RFC 8707 §2.
    pub resource: Vec<String>,
    /// Whether a parameter that may be there once is there twice.
    pub repeated: bool,
}

/// Runs over the single-valued parameters: name and place.
macro_rules! single {
    ($request:ident, $name:ident, $place:ident, $do:block) => {
        single!(@ $request, $name, $place, $do;
            response_type response_mode redirect_uri scope state nonce code_challenge code_challenge_method prompt max_age
            claims acr_values ui_locales login_hint id_token_hint kc_action kc_idp_hint dpop_jkt)
    };
    (@ $request:ident, $name:ident, $place:ident, $do:block; $($field:ident)*) => {$(
        {
            let ($name, $place) = (stringify!($field), &mut $request.$field);
            $do
        }
    )*};
}

impl AuthorizationRequest {
    /// The parameters of a query or form.
    pub(crate) fn of_parameters(parameters: &Parameters<'_>) -> Self {
        let mut request = Self { repeated: parameters.once_each(&["resource"]).is_err(), ..Self::default() };
        single!(request, name, place, { *place = parameters.get(name).map(str::to_owned) });
        request.resource = parameters.all("resource").take(MOST_RESOURCES + 1).map(str::to_owned).collect();
        request
    }

    /// The parameters of a request object: claims of these names (RFC 9101 §4). Numbers and objects count as their text.
    pub(crate) fn of_claims(claims: &Map<String, Value>) -> Self {
        let mut request = Self::default();
        single!(request, name, place, { *place = claims.get(name).and_then(text).map(Cow::into_owned) });
        request.resource = match claims.get("resource") {
            Some(Value::Array(all)) => {
                all.iter().take(MOST_RESOURCES + 1).filter_map(Value::as_str).map(str::to_owned).collect()
            }
            one => one.and_then(Value::as_str).map(str::to_owned).into_iter().collect(),
        };
        request
    }

    /// The longest parameter's name, if it is longer than `most` bytes.
    pub(crate) fn too_long(&mut self, most: usize) -> Option<&'static str> {
        let mut found = None;
        let request = self;
        single!(request, name, place, {
            // A hint is a whole token of ours, and `claims` has a bound of its own.
            if !matches!(name, "id_token_hint" | "claims") && place.as_ref().is_some_and(|text| text.len() > most) {
                found = Some(name);
                // What is refused for its length is not carried on, least of all back to the client.
                *place = None;
            }
        });
        if request.resource.len() > MOST_RESOURCES || request.resource.iter().any(|resource| resource.len() > most) {
            found = Some("resource");
        }
        found
    }

    /// Seconds since the log-in that the client takes at most.
    ///
    /// # Errors
    /// When the parameter is no such number.
    pub(crate) fn max_age(&self) -> Result<Option<i64>, BadMaxAge> {
        match self.max_age.as_deref() {
            None => Ok(None),
            Some(text) => text.parse().ok().filter(|age| *age >= 0).map(Some).ok_or(BadMaxAge),
        }
    }

    /// The words of `prompt`.
    pub(crate) fn prompts(&self) -> protocol::Prompts {
        let mut prompts = protocol::Prompts::default();
        // Words that nobody knows are passed over, as in Keycloak.
        for word in self.prompt.as_deref().unwrap_or_default().split(' ') {
            match word {
                "none" => prompts.none = true,
                "login" => prompts.login = true,
                "consent" => prompts.consent = true,
                "select_account" => prompts.select_account = true,
                "create" => prompts.create = true,
                _ => {}
            }
        }
        prompts
    }

    /// Whether it is an OpenID Connect request, not one of plain OAuth (OpenID Connect Core §3.1.2.1).
    pub(crate) fn is_openid(&self) -> bool {
        self.scope.as_deref().is_some_and(|scope| scope.split(' ').any(|name| name == crate::scope::OPENID))
    }
}

/// `max_age` is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadMaxAge;

/// A validated request, kept while its person logs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The request.
    pub request: AuthorizationRequest,
    /// Where the answer goes. Checked again when it is sent.
    pub redirect_uri: String,
    /// Whether the request came through the pushed-request endpoint: such an address needs no registration to be known.
    pub pushed: bool,
    /// When it came.
    pub at: Timestamp,
}

fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(form: &str) -> AuthorizationRequest {
        AuthorizationRequest::of_parameters(&Parameters::read(form.as_bytes()).unwrap())
    }

    #[test]
    fn parameters_are_read_from_a_form_and_from_claims() {
        let form = read("scope=openid+email&max_age=5&prompt=login+x&resource=a&resource=b&claims=%7B%7D&ignored=1");
        assert_eq!(form.max_age(), Ok(Some(5)));
        assert!(form.is_openid() && form.prompts().login && !form.prompts().none);
        let claims =
            json!({"scope": "openid email", "max_age": 5, "prompt": "login x", "resource": ["a", "b"], "claims": {}});
        assert_eq!(AuthorizationRequest::of_claims(claims.as_object().unwrap()), form);
    }

    #[test]
    fn a47_repetition_is_seen_and_a_resource_may_be_repeated() {
        assert!(read("scope=a&scope=a").repeated);
        assert!(read("unknown=a&unknown=b").repeated);
        assert!(!read("resource=a&resource=b&scope=c").repeated);
    }

    #[test]
    fn a48_length_and_number_are_bounded() {
        let mut long = read(&format!("state={}", "s".repeat(11)));
        assert_eq!(long.too_long(10), Some("state"));
        assert_eq!(long.state, None);
        assert_eq!(read("state=s").too_long(10), None);
        assert_eq!(read(&"resource=a&".repeat(200)).too_long(10), Some("resource"));
    }

    #[test]
    fn max_age_is_a_number_of_seconds() {
        for bad in ["abc", "", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(read(&format!("max_age={bad}")).max_age(), Err(BadMaxAge), "{bad}");
        }
        assert_eq!(read("").max_age(), Ok(None));
        assert_eq!(read("max_age=0").max_age(), Ok(Some(0)));
    }

    #[test]
    fn a_kept_request_survives_the_store() {
        let kept = Kept {
            request: read("state=%C3%BC&resource=a"),
            redirect_uri: "https://a.example/cb".into(),
            pushed: true,
            at: Timestamp(7),
        };
        let json = serde_json::to_value(&kept).unwrap();
        assert_eq!(serde_json::from_value::<Kept>(json).unwrap(), kept);
    }
}
