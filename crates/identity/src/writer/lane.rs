//! One kind of hot command: those of it that wait in a batch, and who waits for each answer.

use sea_orm::{DatabaseTransaction, DbErr};
use tokio::sync::oneshot;

use crate::{Error, store::Inner};

/// A small, frequent write that is run together with others of its kind in as few statements as possible.
pub(crate) trait HotCommand: Sized + Send + Sync + 'static {
    /// What the asker is told.
    type Answer: Send + 'static;

    /// Runs all of `set` and answers each, in order. A refusal of one command is its own answer; an `Err` means that a
    /// statement failed and that nothing of the set may be kept.
    fn run(
        set: &[Self],
        on: &DatabaseTransaction,
    ) -> impl Future<Output = Result<Vec<Result<Self::Answer, Error>>, DbErr>> + Send;

    /// Drops from this process's maps what the command changed. Called after the commit and before the answer.
    fn forget(&self, _answer: &Self::Answer, _memory: &Inner) {}
}

/// A command and the way back to its asker.
pub(crate) struct Ask<C: HotCommand> {
    pub(super) command: C,
    pub(super) answer: oneshot::Sender<Result<C::Answer, Error>>,
}

/// Answers of a lane that has run and waits for the commit.
pub(super) type Answers<C> = Vec<Result<<C as HotCommand>::Answer, Error>>;

/// The commands of one kind in a batch.
pub(super) struct Lane<C: HotCommand> {
    commands: Vec<C>,
    askers: Vec<oneshot::Sender<Result<C::Answer, Error>>>,
}

impl<C: HotCommand> Default for Lane<C> {
    fn default() -> Self {
        Lane { commands: Vec::new(), askers: Vec::new() }
    }
}

impl<C: HotCommand> Lane<C> {
    pub(super) fn push(&mut self, ask: Ask<C>) {
        self.commands.push(ask.command);
        self.askers.push(ask.answer);
    }

    pub(super) fn len(&self) -> usize {
        self.commands.len()
    }

    pub(super) async fn run(&self, on: &DatabaseTransaction) -> Result<Answers<C>, DbErr> {
        if self.commands.is_empty() {
            return Ok(Vec::new());
        }
        C::run(&self.commands, on).await
    }

    /// Tells everybody, after the commit.
    pub(super) fn answer(self, answers: Answers<C>, memory: &Inner) {
        debug_assert_eq!(self.commands.len(), answers.len());
        for ((command, asker), answer) in self.commands.into_iter().zip(self.askers).zip(answers) {
            if let Ok(answer) = &answer {
                command.forget(answer, memory);
            }
            // An asker that went away needs no answer; what it asked for is done.
            let _ = asker.send(answer);
        }
    }

    /// Tells everybody that it failed.
    pub(super) fn fail(self, why: &dyn Fn() -> Error) {
        for asker in self.askers {
            let _ = asker.send(Err(why()));
        }
    }

    /// The same commands, each on its own.
    pub(super) fn singly(self) -> impl Iterator<Item = Ask<C>> {
        self.commands.into_iter().zip(self.askers).map(|(command, answer)| Ask { command, answer })
    }
}
