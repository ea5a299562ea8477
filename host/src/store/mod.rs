//! The only room that knows SQL: registry, data contexts, inbox and outbox, encryption at rest.
