//! A form's parameters: read once, bounded, none twice.

use std::borrow::Cow;

/// More parameters than any request has.
const MAX_PARAMETERS: usize = 256;

/// The parameters of a request, in order.
#[derive(Debug, Default)]
pub(crate) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// Why they are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParameterFault {
    /// One that may be there once is there twice.
    Repeated,
    /// There are too many.
    TooMany,
}

impl<'a> Parameters<'a> {
    /// Reads a form.
    ///
    /// # Errors
    /// When there are too many.
    pub(crate) fn read(form: &'a [u8]) -> Result<Self, ParameterFault> {
        let all: Vec<_> = form_urlencoded::parse(form).take(MAX_PARAMETERS + 1).collect();
        if all.len() > MAX_PARAMETERS { Err(ParameterFault::TooMany) } else { Ok(Self(all)) }
    }

    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The first value of this name, unless it is empty.
    // RFC 6749 §3.2: a parameter without a value is treated as if it had been omitted.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// All values of this name, in order.
    pub(crate) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// Whether every parameter is there once, save those that may be there several times.
    ///
    /// # Errors
    /// When one is repeated.
    // RFC 6749 §3.2: parameters must not be included more than once; RFC 8693 §2.1 and RFC 8707 §2 make exceptions.
    pub(crate) fn once_each(&self, may_repeat: &[&str]) -> Result<(), ParameterFault> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        let repeated = |pair: &[&str]| matches!(pair, [one, other] if one == other && !may_repeat.contains(one));
        if names.windows(2).any(repeated) { Err(ParameterFault::Repeated) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a47_a_parameter_twice_is_refused_unless_it_may_be() {
        let form = Parameters::read(b"a=1&b=2&a=1").unwrap();
        assert_eq!(form.once_each(&[]), Err(ParameterFault::Repeated));
        assert_eq!(form.once_each(&["a"]), Ok(()));
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1", "1"]);
        // The name counts as it is after decoding.
        let hidden = Parameters::read(b"scope=1&sc%6fpe=2").unwrap();
        assert_eq!(hidden.once_each(&[]), Err(ParameterFault::Repeated));
    }

    #[test]
    fn an_empty_value_is_there_but_not_given() {
        let form = Parameters::read(b"scope=&x").unwrap();
        assert_eq!((form.get("scope"), form.given("scope"), form.get("y")), (Some(""), None, None));
    }

    #[test]
    fn a48_a_form_of_ten_thousand_parameters_is_refused() {
        let form = "a=1&".repeat(10_000);
        assert_eq!(Parameters::read(form.as_bytes()).unwrap_err(), ParameterFault::TooMany);
    }

    proptest! {
        #[test]
        fn any_bytes_read_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(form) = Parameters::read(&bytes) {
                let _ = form.once_each(&[]);
            }
        }
    }
}
