//! An event's way: dedupe, filter, budget, plugin, commit, outbox, send. The room where store, plugins and whatsapp meet.
