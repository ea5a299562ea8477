//! Ending an event's round: plugins whose turn comes later, by priority, don't get it.

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::turns as host;
use crate::group_admin::Change;

/// Ends it, when it is returned: `Answer::none().then(turns::end()?)`.
///
/// # Errors
///
/// When it is not granted.
pub fn end() -> Result<Change> {
    Ok(Change(host::end()?))
}
