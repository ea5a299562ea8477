//! What a bot uses of the machine's processors.

use serde::{Deserialize, Serialize};

/// CPU time, microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CpuTime {
    /// Of its WhatsApp client: encryption, connections, events on their way in and out.
    pub client: u64,
    /// Of plugins that handled its events.
    pub plugins: u64,
}

impl CpuTime {
    /// Both together.
    pub fn all(self) -> u64 {
        self.client.saturating_add(self.plugins)
    }

    /// What came since an earlier reading.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            client: self.client.saturating_sub(before.client),
            plugins: self.plugins.saturating_sub(before.plugins),
        }
    }
}
