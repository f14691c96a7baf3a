//! A realm's SMTP server.

use std::fmt;
use std::time::Duration;

use crypto::secret::Secret;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use crate::{BadMail, Mail};

/// How long a server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    None,
    /// By STARTTLS, without which nothing is sent.
    StartTls,
    /// From the first byte.
    Tls,
}

/// A realm's SMTP server.
#[derive(Clone)]
pub struct Smtp {
    /// Host.
    pub host: String,
    /// Port; without one that of the kind of encryption.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub encryption: Encryption,
    /// Name and password, if it wants them.
    pub credentials: Option<(String, Secret)>,
    /// The sender's address.
    pub from: String,
    /// The sender's name.
    pub from_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The name that goes with it.
    pub reply_to_name: Option<String>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("encryption", &self.encryption).finish_non_exhaustive()
    }
}

/// Why a mail was not sent. For the log: no address is in it.
#[derive(Debug)]
pub enum NotSent {
    /// The mail cannot be sent as it is.
    Bad(BadMail),
    /// The server does not take it.
    Server(lettre::transport::smtp::Error),
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(bad) => bad.fmt(f),
            // A server's words may repeat an address.
            Self::Server(error) if error.is_timeout() => f.write_str("the mail server takes too long"),
            Self::Server(error) if error.is_permanent() => f.write_str("the mail server refuses the mail"),
            Self::Server(error) if error.is_transient() => f.write_str("the mail server takes no mail now"),
            Self::Server(error) if error.is_tls() => f.write_str("the mail server's TLS cannot be trusted"),
            Self::Server(_) => f.write_str("the mail server cannot be reached"),
        }
    }
}

impl NotSent {
    /// Whether another try may do better.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Bad(_) => false,
            Self::Server(error) => !error.is_permanent() && !error.is_tls(),
        }
    }
}

impl Smtp {
    /// Sends a mail, and waits for the server's answer.
    ///
    /// # Errors
    /// [`NotSent`].
    pub async fn send(&self, mail: &Mail) -> Result<(), NotSent> {
        let message = mail.build(self).map_err(NotSent::Bad)?;
        let tls = || TlsParameters::new(self.host.clone()).map_err(NotSent::Server);
        let (tls, port) = match self.encryption {
            Encryption::None => (Tls::None, 25),
            Encryption::StartTls => (Tls::Required(tls()?), 587),
            Encryption::Tls => (Tls::Wrapper(tls()?), 465),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .tls(tls)
            .port(self.port.unwrap_or(port))
            .timeout(Some(TIMEOUT));
        if let Some((name, password)) = &self.credentials {
            builder = builder.credentials(Credentials::new(name.clone(), password.expose().to_owned()));
        }
        builder.build().send(message).await.map(drop).map_err(NotSent::Server)
    }
}
