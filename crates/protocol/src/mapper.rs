//! Kinds of protocol mapper.

use std::collections::BTreeMap;

use identity::FieldFault;

use crate::FormField;

/// A kind of mapper that a plugin knows. How it is applied is the plugin's own business: each protocol maps into something
/// else.
pub trait MapperKind: Send + Sync {
    /// Id, as in Keycloak's `protocolMapper`.
    fn id(&self) -> &'static str;
    /// Name for people.
    fn label(&self) -> &'static str;
    /// What it does.
    fn help(&self) -> &'static str;
    /// Heading under which consoles list it.
    fn category(&self) -> &'static str;
    /// The keys of its configuration.
    fn form(&self) -> &'static [FormField];
    /// Whether a key that the form does not name is let pass: a kind that only ever adds may take what tools of the field
    /// leave there; one that decides about access must not.
    fn takes_any_key(&self) -> bool {
        false
    }
    /// Adds to a configuration that is about to be saved what follows from the rest of it.
    fn settle(&self, _config: &mut BTreeMap<String, String>) {}
    /// What is wrong with a configuration.
    fn check(&self, config: &BTreeMap<String, String>) -> Vec<FieldFault>;
}
