//! The queue of mails: bounded, and nobody waits for it (F21).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use crate::{Mail, Smtp};

/// Mails that may wait.
const QUEUE: usize = 1000;
/// Mails under way at once.
const AT_ONCE: usize = 4;
/// Tries for a mail, and the time between them.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(15);

/// Too many mails wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many mails wait")
    }
}

impl std::error::Error for Full {}

/// Where mails go.
#[derive(Clone)]
pub struct Mailer(mpsc::Sender<(Arc<Smtp>, Mail)>);

impl Mailer {
    /// Starts the task that sends them; it ends with the last [`Mailer`].
    pub fn start() -> Self {
        let (sender, mut mails) = mpsc::channel::<(Arc<Smtp>, Mail)>(QUEUE);
        tokio::spawn(async move {
            let places = Arc::new(Semaphore::new(AT_ONCE));
            while let Some((smtp, mail)) = mails.recv().await {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
                tokio::spawn(async move {
                    deliver(&smtp, &mail).await;
                    drop(place);
                });
            }
        });
        Self(sender)
    }

    /// Puts a mail into the queue.
    ///
    /// # Errors
    /// When there is no room.
    pub fn send(&self, smtp: Arc<Smtp>, mail: Mail) -> Result<(), Full> {
        self.0.try_send((smtp, mail)).map_err(|_| Full)
    }
}

async fn deliver(smtp: &Smtp, mail: &Mail) {
    // The first tick is at once; the others leave the server some time to come back.
    let mut tries = tokio::time::interval(PAUSE);
    tries.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for attempt in 1..=TRIES {
        tries.tick().await;
        match smtp.send(mail).await {
            Ok(()) => return,
            Err(error) if attempt < TRIES && error.may_pass() => {
                tracing::warn!(%error, host = %smtp.host, attempt, "a mail was not sent and is tried again");
            }
            Err(error) => {
                tracing::error!(%error, host = %smtp.host, attempt, "a mail was not sent and is given up");
                return;
            }
        }
    }
}
