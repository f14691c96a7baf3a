//! Signals: SIGTERM and SIGINT stop, SIGHUP looks at the certificate again.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::MissedTickBehavior;

use crate::listener::tls::{Certificate, Reload};

/// How often the certificate's files are looked at.
const CERTIFICATE_INTERVAL: Duration = Duration::from_secs(30);

/// The signals this process answers.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// From now on they no longer end the process by themselves.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Somebody who asked to stop does not want to wait any longer.
    pub(crate) async fn again(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        tracing::warn!("asked again: stopping at once");
    }

    /// Waits for the signal to stop; meanwhile takes renewed certificates, at intervals and at SIGHUP.
    pub(crate) async fn until_stop(&mut self, certificate: Option<&Certificate>) {
        let mut look = tokio::time::interval(CERTIFICATE_INTERVAL);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut refused = String::new();
        loop {
            let asked = tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => true,
                _ = look.tick(), if certificate.is_some() => false,
            };
            if let Some(certificate) = certificate {
                take_renewed(certificate, asked, &mut refused);
            }
        }
    }
}

/// Takes a renewed certificate. A bad one is told once, or whenever somebody asked; the one in use stays.
fn take_renewed(certificate: &Certificate, asked: bool, refused: &mut String) {
    match certificate.reload() {
        Ok(Reload::Renewed) => {
            refused.clear();
            tracing::info!("a renewed TLS certificate is in use");
        }
        Ok(Reload::Unchanged) => {
            refused.clear();
            if asked {
                tracing::info!("the TLS certificate has not changed");
            }
        }
        Err(reason) => {
            if asked || *refused != reason {
                tracing::error!("the TLS certificate in use stays: {reason}");
            }
            *refused = reason;
        }
    }
}
