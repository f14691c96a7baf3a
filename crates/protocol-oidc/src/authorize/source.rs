//! Where the parameters of an authorization request are: in the request itself, in an object that the client signed, or
//! pushed before.

use super::request::AuthorizationRequest;
use crate::desk::{Desk, PageError, Trouble};
use crate::parameters::Parameters;
use crate::redirect_uri::{self, Base};
use crate::{Parts, par, request_object};

/// Whether a client must sign its requests, in Keycloak's words.
const REQUIRED: &str = "request.object.required";
/// Addresses that a client's request objects may be read from, with `##` between.
const REQUEST_URIS: &str = "request.uris";

/// The parameters, and whether they were pushed.
///
/// # Errors
/// A page: before the parameters are read, nobody knows where the person may be sent.
pub(super) async fn read(
    desk: &Desk<'_>,
    parts: &Parts,
    parameters: &Parameters<'_>,
) -> Result<(AuthorizationRequest, bool), Trouble> {
    let client = desk.client.ok_or_else(|| PageError::invalid_request("no client"))?;
    let (object, address) = (parameters.get("request"), parameters.get("request_uri"));
    if let Some(urn) = address.filter(|address| address.starts_with(par::URN)) {
        // RFC 9126 §4: the address stands for all that was pushed; nothing beside it counts.
        let pushed = par::take(desk, client, urn).await?;
        let unknown = || PageError::invalid_request("PAR not found. not issued or used multiple times.");
        return Ok((pushed.ok_or_else(unknown)?, true));
    }
    let wanted = client.attribute(REQUIRED).unwrap_or_default();
    let missing = match wanted {
        "request only" => object.is_none(),
        "request_uri only" => address.is_none(),
        "request or request_uri" => object.is_none() && address.is_none(),
        _ => false,
    };
    if missing {
        return Err(PageError::invalid_request(format!("Client is required to use '{wanted}'")).into());
    }
    let fetched;
    let object = match (object, address) {
        (None, None) => return Ok((AuthorizationRequest::of_parameters(parameters), false)),
        // OpenID Connect Core §6.2.
        (Some(_), Some(_)) => {
            let why = "Illegal to use both 'request' and 'request_uri' parameters together";
            return Err(PageError::invalid_request(why).into());
        }
        (Some(object), None) => object,
        (None, Some(address)) => {
            fetched = fetch(desk, parts, address).await?;
            &fetched
        }
    };
    let identity = &desk.portreeve.identity;
    let now = identity.clock().now();
    let claims =
        request_object::verify(identity, desk.realm, &parts.key_sets, desk.issuer().as_str(), client, object, now)
            .await
            .map_err(PageError::invalid_request)?;
    // RFC 9101 §6.3, A30: what is inside counts, what is outside does not.
    Ok((AuthorizationRequest::of_claims(&claims), false))
}

/// OpenID Connect Core §6.2: an object at an address. Only one that the client has registered is asked for, and it is asked
/// for by whoever guards that (A27).
async fn fetch(desk: &Desk<'_>, parts: &Parts, address: &str) -> Result<String, Trouble> {
    let client = desk.client.ok_or_else(|| PageError::invalid_request("no client"))?;
    let registered: Vec<String> =
        client.attribute(REQUEST_URIS).unwrap_or_default().split("##").map(str::to_owned).collect();
    // The fragment is a digest for the client's own use (§6.2) and is not sent.
    let plain = address.split_once('#').map_or(address, |(plain, _)| plain);
    let base = Base::of(desk.portreeve, desk.realm, client);
    let refused = || PageError::invalid_request("Specified request_uri not allowed");
    let known =
        registered.iter().any(|one| one == address) || redirect_uri::allowed(&base, &registered, plain).is_some();
    if !known {
        return Err(refused().into());
    }
    let body =
        parts.fetch.get(plain).await.map_err(|_| PageError::invalid_request("The request_uri cannot be read"))?;
    String::from_utf8(body.to_vec()).map(|text| text.trim().to_owned()).map_err(|_| refused().into())
}
