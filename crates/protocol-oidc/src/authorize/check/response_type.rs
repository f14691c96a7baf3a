//! `response_type` and `response_mode`: known, fitting together, and open to the client.

use identity::Client;

use super::super::request::AuthorizationRequest;
use super::super::response_mode::{Carrier, ResponseMode};
use super::super::response_type::ResponseType;
use super::Refusal;

/// What the two parameters say; or why they are refused, and the way in which the refusal goes back.
pub(crate) fn check(
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<(ResponseType, ResponseMode), (Refusal, ResponseMode)> {
    let by_query = |refusal: Refusal| (refusal, ResponseMode::PLAIN_QUERY);
    // RFC 6749 §3.1.1: the parameter is required.
    let Some(text) = request.response_type.as_deref() else {
        return Err(by_query(Refusal::invalid_request("Missing parameter: response_type")));
    };
    let Some(response_type) = ResponseType::parse(text) else {
        return Err(by_query(Refusal::new("unsupported_response_type", "", "invalid_request")));
    };
    let Some(mode) = ResponseMode::parse(request.response_mode.as_deref(), response_type) else {
        return Err(by_query(Refusal::invalid_request("Invalid parameter: response_mode")));
    };
    // OAuth 2.0 Multiple Response Types §3: no token in a query, where histories and logs keep it (RFC 9700 §4.3). Signed, it
    // would be as readable.
    if response_type.has_tokens() && mode.carrier == Carrier::Query {
        let refusal = if mode.signed {
            "Response_mode 'query.jwt' is allowed only when the authorization response token is encrypted"
        } else {
            "Response_mode 'query' not allowed for implicit or hybrid flow"
        };
        return Err(by_query(Refusal::invalid_request(refusal)));
    }
    // RFC 6749 §4.1.2.1. A14: the client's settings are read from its row, whatever the request says.
    let off = |flow: &str| {
        let why = format!(
            "Client is not allowed to initiate browser login with given response_type. {flow} flow is disabled for the client."
        );
        Err((Refusal::new("unauthorized_client", why, "not_allowed"), mode))
    };
    if (response_type.code || !response_type.has_tokens()) && !client.standard_flow {
        return off("Standard");
    }
    if response_type.has_tokens() && !client.implicit_flow {
        return off("Implicit");
    }
    Ok((response_type, mode))
}
