//! A bot's life: state machine, supervision, reconnection with backoff and jitter.
