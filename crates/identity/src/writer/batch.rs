//! The list of hot commands, and a batch of them.

use sea_orm::{DatabaseTransaction, DbErr};

use super::lane::{Answers, Ask, Lane};
use crate::{
    Error,
    event::AppendEvents,
    login_failure::{ClearFailures, RecordFailure},
    session::{AttachClient, CloseSessions, OpenSession, RotateRefresh, TouchSession},
    store::Inner,
    ticket::{ConsumeTicket, IssueTicket, RevokeTickets, SetMark, TouchTicket},
};

/// Writes down once which commands there are; a new one is one more line below.
macro_rules! lanes {
    ($($lane:ident: $command:ident),* $(,)?) => {
        /// What the writer's queue carries.
        pub(crate) enum Command {
            $($command(Ask<$command>)),*
        }

        $(impl From<Ask<$command>> for Command {
            fn from(ask: Ask<$command>) -> Command {
                Command::$command(ask)
            }
        })*

        /// Commands that share a transaction, a lane for each kind. Nobody in a batch has been answered when another of it
        /// was asked, so they may run in any order: here in the order of the list.
        #[derive(Default)]
        pub(super) struct Batch {
            $($lane: Lane<$command>),*
        }

        /// What a batch that has run will answer once it is committed.
        pub(super) struct BatchAnswers {
            $($lane: Answers<$command>),*
        }

        impl Batch {
            pub(super) fn push(&mut self, command: Command) {
                match command {
                    $(Command::$command(ask) => self.$lane.push(ask)),*
                }
            }

            pub(super) fn len(&self) -> usize {
                0 $(+ self.$lane.len())*
            }

            pub(super) async fn run(&self, on: &DatabaseTransaction) -> Result<BatchAnswers, DbErr> {
                Ok(BatchAnswers { $($lane: self.$lane.run(on).await?),* })
            }

            pub(super) fn answer(self, answers: BatchAnswers, memory: &Inner) {
                $(self.$lane.answer(answers.$lane, memory);)*
            }

            pub(super) fn fail(self, why: &dyn Fn() -> Error) {
                $(self.$lane.fail(why);)*
            }

            /// The same commands, a batch for each.
            pub(super) fn singly(self) -> Vec<Batch> {
                let mut singles = Vec::with_capacity(self.len());
                $(for ask in self.$lane.singly() {
                    let mut single = Batch::default();
                    single.$lane.push(ask);
                    singles.push(single);
                })*
                singles
            }
        }
    };
}

lanes! {
    issue: IssueTicket,
    consume: ConsumeTicket,
    touch: TouchTicket,
    revoke: RevokeTickets,
    mark: SetMark,
    record_failure: RecordFailure,
    clear_failures: ClearFailures,
    open_session: OpenSession,
    attach_client: AttachClient,
    rotate_refresh: RotateRefresh,
    touch_session: TouchSession,
    close_sessions: CloseSessions,
    append: AppendEvents,
}

impl FromIterator<Command> for Batch {
    fn from_iter<T: IntoIterator<Item = Command>>(commands: T) -> Batch {
        let mut batch = Batch::default();
        for command in commands {
            batch.push(command);
        }
        batch
    }
}
