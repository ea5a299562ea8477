//! How threads give way to others.

/// How little of a busy core a thread gets at least: niceness.
pub(super) const LEAST: i32 = 19;

/// Leaves the calling thread what nobody else wants: on Linux by the policy `SCHED_IDLE`. Who wakes takes the core from it at once,
/// where even the least priority of the usual policy keeps it to the end of the scheduler's slice, milliseconds.
pub(super) fn only_idle() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy};
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        let this = thread_priority::thread_native_id();
        let set = thread_priority::set_thread_priority_and_policy(this, ThreadPriority::Min, idle);
        if let Err(error) = set {
            tracing::warn!(
                ?error,
                "work that should wait for idle cores has the least usual priority"
            );
            least();
        }
    }
}

/// Gives everybody else precedence over the calling thread.
pub(super) fn least() {
    // On Linux this is about the thread, elsewhere about the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, LEAST) {
        tracing::warn!(%error, "work that should give way has the priority of everything else");
    }
}
