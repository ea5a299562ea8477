//! How much of the heap each bot holds: an allocator that remembers for whom each piece was taken.
//!
//! Before every piece stands, hidden from whoever asked for it, the account that was charged when it was taken. So a piece is
//! given back to the account that paid for it, whichever thread and whosever work frees it. What SQLite takes inside its library
//! and what wasm instances have in their pool is no part of this heap: both have bounds of their own.
//!
//! What was taken while nobody's work was being done belongs to the host itself and is not counted.

// The one way to be an allocator. Nothing here can be reached but through the standard library's own allocation.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Accounts that there are at a time, the host's own among them. Bots beyond that many are not counted.
const ACCOUNTS: usize = 4_096;
/// The account of what is nobody's.
const HOST: u16 = 0;
/// Room before a piece, bytes: as much as keeps what follows aligned as the system's allocator does.
const BEFORE: usize = 16;

/// What each account holds, bytes.
static HELD: [AtomicI64; ACCOUNTS] = [const { AtomicI64::new(0) }; ACCOUNTS];
/// Accounts that were given back.
static FREE: Mutex<Accounts> = Mutex::new(Accounts {
    next: HOST + 1,
    returned: Vec::new(),
});

thread_local! {
    /// For whom this thread works.
    static CURRENT: Cell<u16> = const { Cell::new(HOST) };
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Counting;

struct Accounts {
    next: u16,
    returned: Vec<u16>,
}

/// One bot's account, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Account(u16);

impl Account {
    /// An account of its own. When there is none left it is the host's, which holds nothing.
    pub(super) fn open() -> Self {
        let mut accounts = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        // What is left of who had it before would be charged to the next.
        let empty = accounts
            .returned
            .iter()
            .position(|account| held(*account) == 0);
        if let Some(index) = empty {
            return Self(accounts.returned.swap_remove(index));
        }
        if usize::from(accounts.next) < ACCOUNTS {
            let account = accounts.next;
            accounts.next += 1;
            return Self(account);
        }
        tracing::warn!("there are more bots than memory is counted for");
        Self(HOST)
    }

    /// What it holds, bytes.
    pub(super) fn held(&self) -> u64 {
        held(self.0)
    }

    /// Charges what `work` takes to it.
    pub(super) fn charge<T>(&self, work: impl FnOnce() -> T) -> T {
        let _back = Back(CURRENT.replace(self.0));
        work()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if self.0 != HOST {
            let mut accounts = FREE.lock().unwrap_or_else(PoisonError::into_inner);
            accounts.returned.push(self.0);
        }
    }
}

/// Goes back to whom the thread worked for before, also when the work panics.
struct Back(u16);

impl Drop for Back {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

fn held(account: u16) -> u64 {
    let held = HELD.get(usize::from(account));
    let held = held.map_or(0, |held| held.load(Ordering::Relaxed));
    u64::try_from(held).unwrap_or(0)
}

fn add(account: u16, bytes: usize) {
    if account != HOST
        && let Some(held) = HELD.get(usize::from(account))
    {
        held.fetch_add(signed(bytes), Ordering::Relaxed);
    }
}

fn subtract(account: u16, bytes: usize) {
    if account != HOST
        && let Some(held) = HELD.get(usize::from(account))
    {
        held.fetch_sub(signed(bytes), Ordering::Relaxed);
    }
}

/// A piece of memory has at most `isize::MAX` bytes.
fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// The piece with the room before it, and how much that room is; none when that is too large to exist.
fn with_room(layout: Layout) -> Option<(Layout, usize)> {
    let room = layout.align().max(BEFORE);
    let size = layout.size().checked_add(room)?;
    let whole = Layout::from_size_align(size, layout.align().max(BEFORE)).ok()?;
    Some((whole, room))
}

/// Where the account stands: right before the piece.
fn note(piece: *mut u8) -> *mut u16 {
    piece.cast::<u16>().wrapping_sub(1)
}

// SAFETY: every piece is one of the system's allocator, moved up by the room that stands before it, which is at least as large as
// the alignment and a multiple of it. The room is known again from the layout alone, which callers give back unchanged, so that
// the system's allocator gets back what it gave. The note lies within the room and is aligned, since the piece is to 16 bytes.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((whole, room)) = with_room(layout) else {
            return null_mut();
        };
        // SAFETY: `whole` has a size, since the room has.
        let base = unsafe { System.alloc(whole) };
        begin(base, room, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let Some((whole, room)) = with_room(layout) else {
            return null_mut();
        };
        // SAFETY: as in `alloc`.
        let base = unsafe { System.alloc_zeroed(whole) };
        begin(base, room, layout.size())
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        let Some((whole, room)) = with_room(layout) else {
            return;
        };
        // SAFETY: the piece is one of `alloc`'s, with its note before it.
        let account = unsafe { note(piece).read() };
        subtract(account, layout.size());
        // SAFETY: this is what the system gave, with the layout that it was asked for.
        unsafe { System.dealloc(piece.wrapping_sub(room), whole) };
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some((whole, room)) = with_room(layout) else {
            return null_mut();
        };
        let Some(bytes) = size.checked_add(room) else {
            return null_mut();
        };
        // SAFETY: as in `dealloc`; the note moves along with the room, which stays as large.
        let (account, base) = unsafe {
            let account = note(piece).read();
            (
                account,
                System.realloc(piece.wrapping_sub(room), whole, bytes),
            )
        };
        if base.is_null() {
            return base;
        }
        add(account, size);
        subtract(account, layout.size());
        base.wrapping_add(room)
    }
}

/// Writes the note before a new piece, and charges for it.
fn begin(base: *mut u8, room: usize, size: usize) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    let piece = base.wrapping_add(room);
    let account = CURRENT.get();
    // SAFETY: the room before the piece is the allocator's, and larger than the note.
    unsafe { note(piece).write(account) };
    add(account, size);
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_charged_until_it_is_freed_wherever_that_is() {
        let account = Account::open();
        let piece = account.charge(|| vec![0_u8; 100_000]);
        assert_eq!(account.held(), 100_000);
        let other = Account::open();
        std::thread::scope(|scope| {
            scope.spawn(|| other.charge(|| drop(piece)));
        });
        assert_eq!(account.held(), 0);
        assert_eq!(other.held(), 0);
    }

    #[test]
    fn what_grows_and_shrinks_stays_with_who_took_it() {
        let account = Account::open();
        let mut grown: Vec<u8> = account.charge(|| Vec::with_capacity(10));
        grown.reserve_exact(50_000);
        assert_eq!(account.held(), grown.capacity() as u64);
        grown.resize(20, 1);
        grown.shrink_to_fit();
        assert_eq!(account.held(), grown.capacity() as u64);
        assert_eq!(grown, [1; 20]);
    }

    #[test]
    fn pieces_are_aligned_and_zeroed_as_asked() {
        #[repr(align(4096))]
        struct Page([u8; 4096]);
        let account = Account::open();
        let page = account.charge(|| Box::new(Page([7; 4096])));
        assert_eq!(std::ptr::from_ref(&*page).addr() % 4096, 0);
        assert_eq!(account.held(), 4096);
        assert!(page.0.iter().all(|byte| *byte == 7));
        drop(page);
        let zeroed = account.charge(|| vec![0_u64; 1_000]);
        assert!(zeroed.iter().all(|word| *word == 0));
        assert_eq!(account.held(), 8_000);
        drop(zeroed);
        assert_eq!(account.held(), 0);
    }

    #[test]
    fn a_panic_ends_the_charge() {
        let account = Account::open();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            account.charge(|| panic!("as a test"));
        }));
        drop(panicked.expect_err("it panics"));
        let before = account.held();
        let free = vec![0_u8; 10_000];
        assert_eq!(account.held(), before);
        drop(free);
    }
}
