//! An event as a log line: target `event`, and a field for each fact under its own name.
//!
//! The names of details are the plugins' own and known only when an event comes, while `tracing` wants the names of a line's
//! fields fixed. So there is one call site for each set of names, made when the set first appears. There are as many sets as
//! there are kinds of events in the code; should something make more, the further ones share a site with one `details` field.

use std::{borrow::Cow, collections::HashMap, sync::OnceLock};

use tracing::{
    Level, Metadata,
    callsite::{Callsite, Identifier},
    dispatcher,
    field::{FieldSet, Value},
    metadata::Kind,
    subscriber::Interest,
};

use super::Event;
use crate::UserId;

/// Fields that every line may have; absent facts are left out.
const FIXED: [&str; 7] = ["event", "realm", "client", "user", "session", "address", "error"];
/// Details that get a field of their own; a line has 32 fields at most.
const MAX_DETAILS: usize = 32 - FIXED.len();
/// Sets of names that get a call site of their own.
const MAX_SITES: usize = 256;

/// Writes lines, and remembers the sites it has made.
#[derive(Default)]
pub(super) struct Lines {
    sites: HashMap<Vec<Cow<'static, str>>, &'static Site>,
}

/// A call site for events whose details have these names.
struct Site {
    metadata: OnceLock<Metadata<'static>>,
}

impl Callsite for Site {
    fn set_interest(&self, _interest: Interest) {
        // Whether anybody listens is asked for each line, which is cheap and never out of date.
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get_or_init(|| metadata(&[], None))
    }
}

impl Lines {
    /// Writes the line of an event of this realm.
    pub(super) fn write(&mut self, realm: &str, event: &Event) {
        let mut details: Vec<(&Cow<'static, str>, &str)> = Vec::with_capacity(event.details.len());
        for (name, value) in &event.details {
            let is_new = !FIXED.contains(&&**name) && details.iter().all(|(known, _)| *known != name);
            if is_new && details.len() < MAX_DETAILS {
                details.push((name, value));
            }
        }
        let Some(site) = self.site(details.iter().map(|(name, _)| (*name).clone()).collect()) else {
            let together = details.iter().map(|(name, value)| (name.to_string(), (*value).into())).collect();
            let together = serde_json::Value::Object(together).to_string();
            let name = Cow::Borrowed("details");
            if let Some(site) = self.site(vec![name.clone()]) {
                emit(site, realm, event, &[(&name, &together)]);
            }
            return;
        };
        emit(site, realm, event, &details);
    }

    /// The site for these names; `None` when there are too many sites already.
    fn site(&mut self, names: Vec<Cow<'static, str>>) -> Option<&'static Site> {
        if let Some(site) = self.sites.get(&names) {
            return Some(site);
        }
        // The last place is kept for the site that all further sets share.
        if self.sites.len() >= MAX_SITES - 1 && names != ["details"] {
            return None;
        }
        // Call sites live as long as the process by their nature; the bound above bounds this too.
        let site: &'static Site = Box::leak(Box::new(Site { metadata: OnceLock::new() }));
        site.metadata.get_or_init(|| metadata(&names, Some(site)));
        tracing::callsite::register(site);
        self.sites.insert(names, site);
        Some(site)
    }
}

fn metadata(details: &[Cow<'static, str>], site: Option<&'static Site>) -> Metadata<'static> {
    static NOWHERE: Site = Site { metadata: OnceLock::new() };
    let names: Vec<&'static str> = FIXED
        .into_iter()
        .chain(details.iter().map(|name| match name {
            Cow::Borrowed(name) => *name,
            Cow::Owned(name) => &*name.clone().leak(),
        }))
        .collect();
    let fields = FieldSet::new(names.leak(), Identifier(site.unwrap_or(&NOWHERE)));
    Metadata::new("event", "event", Level::INFO, None, None, None, fields, Kind::EVENT)
}

fn emit(site: &'static Site, realm: &str, event: &Event, details: &[(&Cow<'static, str>, &str)]) {
    let Some(metadata) = site.metadata.get() else { return };
    dispatcher::get_default(|dispatch| {
        if !dispatch.enabled(metadata) {
            return;
        }
        let address = event.address.map(|address| address.to_string());
        let user = event.user.as_ref().map(UserId::as_str);
        let client = event.client.as_deref();
        let session = event.session.as_deref();
        let address = address.as_deref();
        let error = event.error.as_deref();
        let kind = &*event.kind;
        let mut values: Vec<Option<&dyn Value>> = vec![
            Some(&kind),
            Some(&realm),
            client.as_ref().map(|text| text as &dyn Value),
            user.as_ref().map(|text| text as &dyn Value),
            session.as_ref().map(|text| text as &dyn Value),
            address.as_ref().map(|text| text as &dyn Value),
            error.as_ref().map(|text| text as &dyn Value),
        ];
        values.extend(details.iter().map(|(_, value)| Some(value as &dyn Value)));
        dispatch.event(&tracing::Event::new(metadata, &metadata.fields().value_set_all(&values)));
    });
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        fmt,
        sync::{Arc, Mutex},
    };

    use tracing::{
        Subscriber,
        field::{Field, Visit},
        span,
    };

    use super::*;
    use crate::Timestamp;

    type Line = BTreeMap<String, String>;

    /// Keeps the fields of every event line.
    #[derive(Clone, Default)]
    struct Log {
        lines: Arc<Mutex<Vec<Line>>>,
        deaf: bool,
    }

    struct Fields(Line);

    impl Visit for Fields {
        fn record_str(&mut self, field: &Field, value: &str) {
            self.0.insert(field.name().to_owned(), value.to_owned());
        }

        fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
            self.0.insert(field.name().to_owned(), format!("not text: {value:?}"));
        }
    }

    impl Subscriber for Log {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            !self.deaf && metadata.target() == "event"
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }

        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

        fn event(&self, event: &tracing::Event<'_>) {
            let mut fields = Fields(Line::new());
            event.record(&mut fields);
            self.lines.lock().unwrap().push(fields.0);
        }

        fn enter(&self, _: &span::Id) {}

        fn exit(&self, _: &span::Id) {}
    }

    fn event(details: Vec<(Cow<'static, str>, String)>) -> Event {
        Event {
            time: Timestamp(0),
            kind: "docker.token-refused".into(),
            client: Some("registry".to_owned()),
            user: Some(UserId::from("u-1")),
            session: None,
            address: Some([192, 0, 2, 7].into()),
            error: Some("user_disabled".into()),
            details,
        }
    }

    fn written(log: &Log, events: &[Event]) -> (Vec<Line>, usize) {
        let mut lines = Lines::default();
        tracing::subscriber::with_default(log.clone(), || {
            for event in events {
                lines.write("town", event);
            }
        });
        (log.lines.lock().unwrap().drain(..).collect(), lines.sites.len())
    }

    fn line(fields: &[(&str, &str)]) -> Line {
        let fixed = [
            ("event", "docker.token-refused"),
            ("realm", "town"),
            ("client", "registry"),
            ("user", "u-1"),
            ("address", "192.0.2.7"),
            ("error", "user_disabled"),
        ];
        fixed.iter().chain(fields).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn each_fact_has_its_field_and_absent_ones_have_none() {
        let details = vec![("requested".into(), "a:pull b:push".to_owned()), ("jti".into(), "x".to_owned())];
        let (lines, sites) = written(&Log::default(), &[event(details.clone()), event(details), event(Vec::new())]);
        let full = line(&[("requested", "a:pull b:push"), ("jti", "x")]);
        assert_eq!(lines, [full.clone(), full, line(&[])]);
        assert_eq!(sites, 2);
    }

    #[test]
    fn a_detail_cannot_pass_for_a_fixed_fact_nor_come_twice() {
        let details = vec![
            ("user".into(), "somebody else".to_owned()),
            ("scope".into(), "first".to_owned()),
            ("scope".into(), "second".to_owned()),
        ];
        assert_eq!(written(&Log::default(), &[event(details)]).0, [line(&[("scope", "first")])]);
    }

    #[test]
    fn sites_are_bounded_and_further_details_stay_readable() {
        let events: Vec<Event> =
            (0..400).map(|number| event(vec![(Cow::Owned(format!("name{number}")), "x".to_owned())])).collect();
        let (lines, sites) = written(&Log::default(), &events);
        assert_eq!(sites, MAX_SITES);
        assert_eq!(lines[0], line(&[("name0", "x")]));
        assert_eq!(lines[399], line(&[("details", r#"{"name399":"x"}"#)]));
    }

    #[test]
    fn nothing_is_written_where_nobody_listens() {
        let log = Log { deaf: true, ..Log::default() };
        assert_eq!(written(&log, &[event(Vec::new())]).0, Vec::<Line>::new());
    }
}
