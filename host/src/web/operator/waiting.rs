//! A plugin's file between the moment when it is looked at and consent to what was seen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Millis;
use crate::library::{Consent, Installation, Library, LibraryError, PluginView, Terms};
use crate::store::Installer;

/// How long a file waits for consent.
const WAITS: Millis = 15 * 60_000;

/// The file that waits: the last that came, by the page or from a program.
#[derive(Default)]
pub(in crate::web) struct Waiting(Mutex<Option<File>>);

/// A file and what was shown of it.
struct File {
    component: Vec<u8>,
    terms: Terms,
    at: Millis,
}

/// What is agreed to.
pub(in crate::web) struct Agreed<'a> {
    /// The digest of the file that was looked at: all that was shown of it.
    pub(in crate::web) digest: &'a str,
    /// Whether it may take the place of a plugin that comes with the host.
    pub(in crate::web) replace: bool,
}

impl Waiting {
    /// Looks at a file, which then waits for consent.
    ///
    /// # Errors
    ///
    /// As of [`Library::look`]; what waited before waits on.
    pub(in crate::web) async fn look(
        &self,
        library: &Library,
        component: Vec<u8>,
        now: Millis,
    ) -> Result<Terms, LibraryError> {
        let terms = library.look(component.clone()).await?;
        *self.file() = Some(File {
            component,
            terms: terms.clone(),
            at: now,
        });
        Ok(terms)
    }

    /// Installs the file that was looked at. None when none of that digest waits any more. One that is refused waits on, for who
    /// agrees to more.
    pub(in crate::web) async fn install(
        &self,
        library: &Arc<Library>,
        agreed: Agreed<'_>,
        now: Millis,
    ) -> Option<Result<PluginView, LibraryError>> {
        let named = |file: &mut File| file.terms.digest.to_string() == agreed.digest;
        let taken = self.file().take_if(named);
        let file = taken.filter(|file| now.saturating_sub(file.at) < WAITS)?;
        let keys = file.terms.needs.iter().map(|need| need.key.clone());
        let installed = library.install(Installation {
            component: file.component.clone(),
            consent: Consent::To(keys.collect()),
            by: Installer::Operator,
            replace: agreed.replace,
        });
        let installed = installed.await;
        if installed.is_err() {
            self.file().get_or_insert(file);
        }
        Some(installed)
    }

    fn file(&self) -> MutexGuard<'_, Option<File>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
