//! Writes that wait for a file's one connection, done together.
//!
//! A commit costs a sync of the disk, whatever is in it. So whoever gets the connection does everything that waits by then in one
//! transaction, and those who waited find that theirs is done. Each write has a savepoint of its own: one that fails is undone
//! alone, and nobody hears of a write before it is committed. Without a crowd a write is a transaction of its own.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::fault::Fault;

/// The writes that wait.
#[derive(Clone, Default)]
pub(super) struct Queue(Arc<Mutex<VecDeque<Box<dyn Waiting>>>>);

impl Queue {
    /// Lets a write wait. What came of it is told to the receiver, which hears nothing when the database was closed before; when
    /// the receiver is dropped first, the write is not done.
    pub(super) fn push<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, Fault>> {
        let (told, outcome) = oneshot::channel();
        self.all().push_back(Box::new(Write {
            state: State::New(job),
            told,
        }));
        outcome
    }

    /// Whether none waits.
    pub(super) fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    /// Does all that wait now, in the order in which they came, and tells everyone what came of theirs. Returns how many commits
    /// that took.
    pub(super) fn serve(&self, connection: &mut Connection) -> u64 {
        let mut waiting = mem::take(&mut *self.all());
        let mut commits = 0;
        while !waiting.is_empty() {
            commits += u64::from(together(connection, &mut waiting));
        }
        commits
    }

    /// Forgets all that wait, which those who wait hear as the end of the database.
    pub(super) fn clear(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<Box<dyn Waiting>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A write, whatever it returns.
trait Waiting: Send {
    /// Whether somebody waits for it still.
    fn is_wanted(&self) -> bool;
    /// Does it.
    fn run(&mut self, transaction: &Transaction<'_>) -> Result<(), Fault>;
    /// Tells what came of it; with a fault that undid it, that.
    fn tell(self: Box<Self>, undone: Option<&Fault>);
}

struct Write<T, J> {
    state: State<T, J>,
    told: oneshot::Sender<Result<T, Fault>>,
}

enum State<T, J> {
    New(J),
    Done(Result<T, Fault>),
    Taken,
}

impl<T: Send, J> Waiting for Write<T, J>
where
    J: FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.told.is_closed()
    }

    fn run(&mut self, transaction: &Transaction<'_>) -> Result<(), Fault> {
        let State::New(job) = mem::replace(&mut self.state, State::Taken) else {
            return Ok(());
        };
        let outcome = job(transaction);
        let went = match &outcome {
            Ok(_) => Ok(()),
            Err(fault) => Err(fault.again()),
        };
        self.state = State::Done(outcome);
        went
    }

    fn tell(self: Box<Self>, undone: Option<&Fault>) {
        let outcome = match (self.state, undone) {
            (State::Done(Err(own)), _) => Err(own),
            (_, Some(fault)) => Err(fault.again()),
            (State::Done(done), None) => done,
            // It was neither done nor undone; who waits hears that nothing came.
            _ => return,
        };
        // Whoever waited may have left.
        let _ = self.told.send(outcome);
    }
}

/// Does these in one transaction and tells what came of each; what is left when SQLite undoes the transaction on the way is for the
/// next one. Returns whether something was committed.
fn together(connection: &mut Connection, waiting: &mut VecDeque<Box<dyn Waiting>>) -> bool {
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            let fault = Fault::from(error);
            waiting.drain(..).for_each(|write| write.tell(Some(&fault)));
            return false;
        }
    };
    let mut done = Vec::new();
    let committed = each(&transaction, waiting, &mut done).and_then(|()| {
        transaction.commit()?;
        Ok(())
    });
    let is_committed = committed.is_ok() && !done.is_empty();
    let fault = committed.err();
    for write in done {
        write.tell(fault.as_ref());
    }
    is_committed
}

/// Does each of these. Those that failed are told so, the others are done but for the commit.
///
/// # Errors
///
/// What made SQLite undo the whole transaction, those that were done among it.
fn each(
    transaction: &Transaction<'_>,
    waiting: &mut VecDeque<Box<dyn Waiting>>,
    done: &mut Vec<Box<dyn Waiting>>,
) -> Result<(), Fault> {
    let step = |sql: &str| -> Result<(), Fault> {
        transaction.prepare_cached(sql)?.execute([])?;
        Ok(())
    };
    while let Some(mut write) = waiting.pop_front() {
        if !write.is_wanted() {
            continue;
        }
        step("SAVEPOINT one")?;
        match write.run(transaction) {
            Ok(()) => done.push(write),
            Err(fault) => {
                write.tell(None);
                // A full disk and the like are more than the write's own failure.
                if transaction.is_autocommit() {
                    return Err(fault);
                }
                step("ROLLBACK TO one")?;
            }
        }
        step("RELEASE one")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().expect("open");
        let table = "CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)";
        connection.execute_batch(table).expect("a table");
        connection
    }

    fn put(n: i64) -> impl FnOnce(&Transaction<'_>) -> Result<i64, Fault> + Send {
        move |transaction| {
            transaction.execute("INSERT INTO t VALUES (?1, '')", [n])?;
            Ok(n)
        }
    }

    fn rows(connection: &Connection) -> Vec<i64> {
        let mut statement = connection.prepare("SELECT n FROM t").expect("sql");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("numbers")
    }

    /// What a write that was served is told.
    fn told<T>(outcome: &mut oneshot::Receiver<Result<T, Fault>>) -> Option<T> {
        outcome.try_recv().expect("it is told").ok()
    }

    #[test]
    fn what_waits_together_is_committed_together_and_what_fails_is_undone_alone() {
        let (queue, mut connection) = (Queue::default(), connection());
        let mut first = queue.push(put(1));
        let mut half = queue.push(|transaction: &Transaction<'_>| {
            put(2)(transaction)?;
            put(1)(transaction)
        });
        let mut own = queue.push(|_: &Transaction<'_>| -> Result<(), Fault> {
            Err(crate::store::StoreError::Closed.into())
        });
        let left = queue.push(put(3));
        drop(left);
        let mut last = queue.push(put(4));
        assert_eq!(queue.serve(&mut connection), 1, "one commit for all");
        assert!(queue.is_empty());
        assert_eq!((told(&mut first), told(&mut last)), (Some(1), Some(4)));
        assert_eq!((told(&mut half), told(&mut own)), (None, None));
        assert_eq!(rows(&connection), [1, 4]);
        assert_eq!(queue.serve(&mut connection), 0, "nothing waits");
    }

    #[test]
    fn what_sqlite_undoes_nobody_is_told_to_have_done() {
        let (queue, mut connection) = (Queue::default(), connection());
        let pages: i64 = connection
            .query_row("PRAGMA page_count", [], |row| row.get(0))
            .expect("pages");
        let limit = format!("PRAGMA max_page_count = {}", pages + 2);
        connection
            .query_row(&limit, [], |_| Ok(()))
            .expect("a limit");
        let mut small = queue.push(put(1));
        let mut large = queue.push(|transaction: &Transaction<'_>| {
            transaction.execute("INSERT INTO t VALUES (2, zeroblob(100000))", [])?;
            Ok(())
        });
        let mut after = queue.push(put(3));
        queue.serve(&mut connection);
        assert_eq!(told(&mut large), None);
        let expected: Vec<i64> = [told(&mut small), told(&mut after)]
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(rows(&connection), expected, "told and true");
        assert!(expected.contains(&3), "who came after is served");
    }

    #[test]
    fn a_database_that_can_not_begin_tells_everyone() {
        let (queue, mut connection) = (Queue::default(), connection());
        connection.execute_batch("BEGIN").expect("begun elsewhere");
        let mut write = queue.push(put(1));
        assert_eq!(queue.serve(&mut connection), 0);
        assert_eq!(told(&mut write), None);
        let mut forgotten = queue.push(put(2));
        queue.clear();
        assert!(forgotten.try_recv().is_err(), "nothing is told");
    }
}
