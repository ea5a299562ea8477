//! What WhatsApp's media servers keep: sealed files, named by the hash of their ciphertext.
//!
//! The store never sees a file in clear. It lives in memory and is bounded: when it is full the oldest blob goes, and who
//! asks for that one is told that it is gone, as WhatsApp does with old media. Uploads that break off are kept as far as
//! they came, so that a client can go on where it stopped.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

/// How much a [`BlobStore`] keeps, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobLimits {
    /// Largest single blob.
    pub blob: usize,
    /// All finished blobs together.
    pub total: usize,
    /// How many unfinished uploads are remembered.
    pub unfinished: usize,
}

impl Default for BlobLimits {
    /// 32 MiB a blob, 256 MiB in all, 8 unfinished uploads.
    fn default() -> Self {
        Self {
            blob: 32 << 20,
            total: 256 << 20,
            unfinished: 8,
        }
    }
}

/// A blob was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// It is larger than [`BlobLimits::blob`].
    #[error("the file is larger than {limit} bytes, the most that this simulator keeps")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The name in the address is not a hash.
    #[error("the token is not a SHA-256 hash in URL-safe base64")]
    BadToken,
    /// The content does not hash to its name.
    #[error("the content does not match the hash it was uploaded under")]
    HashMismatch,
    /// An upload was to go on at a place where the store does not stand.
    #[error("the upload stands at byte {have}, not at {asked}")]
    WrongOffset {
        /// How many bytes are there.
        have: usize,
        /// Where the client wanted to go on.
        asked: usize,
    },
}

/// Where a stored blob can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBlob {
    /// The part of the address after the host name, as messages carry it.
    pub direct_path: String,
}

/// How far an upload got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// All of it is there.
    Complete(StoredBlob),
    /// This many bytes are there.
    Partial(usize),
    /// Nothing is there.
    Nothing,
}

/// The blobs of one simulator. Clones share them.
#[derive(Debug, Clone)]
pub struct BlobStore {
    limits: BlobLimits,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Debug)]
struct Shelf {
    auth: String,
    blobs: HashMap<String, Bytes>,
    /// Direct paths, oldest first.
    order: VecDeque<String>,
    bytes: usize,
    /// By direct path, oldest first.
    unfinished: VecDeque<(String, BytesMut)>,
}

impl Default for BlobStore {
    fn default() -> Self {
        Self::new(BlobLimits::default())
    }
}

impl BlobStore {
    /// An empty store.
    pub fn new(limits: BlobLimits) -> Self {
        let shelf = Shelf {
            auth: fresh_auth(),
            blobs: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
            unfinished: VecDeque::new(),
        };
        Self {
            limits,
            shelf: Arc::new(Mutex::new(shelf)),
        }
    }

    /// What this store keeps at most.
    pub fn limits(&self) -> BlobLimits {
        self.limits
    }

    /// The `auth` that `<media_conn>` hands out and that uploads must show.
    pub fn auth(&self) -> String {
        self.shelf().auth.clone()
    }

    /// Makes every `auth` that was handed out so far invalid: the next upload with one gets 401 and its client asks anew.
    pub fn rotate_auth(&self) {
        self.shelf().auth = fresh_auth();
    }

    /// Whether `auth` is the current one.
    pub fn accepts(&self, auth: &str) -> bool {
        self.shelf().auth == auth
    }

    /// Keeps the sealed file of a message. `folder` is the kind as addresses have it: `image`, `video`, `audio`, `document`.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`].
    pub fn store(&self, folder: &str, sealed: Bytes) -> Result<StoredBlob, BlobError> {
        let path = direct_path(folder, &Sha256::digest(&sealed));
        self.keep(path, sealed)
    }

    /// The blob at `direct_path`, whose query part is ignored; `None` when it never was there or is gone.
    pub fn fetch(&self, direct_path: &str) -> Option<Bytes> {
        let path = direct_path.split('?').next().unwrap_or_default();
        self.shelf().blobs.get(path).cloned()
    }

    /// How far the upload of `token` into `folder` got.
    ///
    /// # Errors
    /// [`BlobError::BadToken`].
    pub fn progress(&self, folder: &str, token: &str) -> Result<Progress, BlobError> {
        let path = direct_path(folder, &hash_of(token)?);
        let shelf = self.shelf();
        if shelf.blobs.contains_key(&path) {
            return Ok(Progress::Complete(StoredBlob { direct_path: path }));
        }
        Ok(shelf
            .unfinished
            .iter()
            .find(|(name, _)| *name == path)
            .map_or(Progress::Nothing, |(_, part)| Progress::Partial(part.len())))
    }

    /// Begins an upload, or goes on with it at `offset`.
    ///
    /// # Errors
    /// [`BlobError::BadToken`]; [`BlobError::WrongOffset`] unless `offset` is 0 or where the upload stands.
    pub fn begin(&self, folder: &str, token: &str, offset: usize) -> Result<Upload, BlobError> {
        let hash = hash_of(token)?;
        let path = direct_path(folder, &hash);
        let mut shelf = self.shelf();
        let at = shelf.unfinished.iter().position(|(name, _)| *name == path);
        let found = at.and_then(|at| shelf.unfinished.remove(at));
        let received = match found {
            _ if offset == 0 => BytesMut::new(),
            Some((_, part)) if part.len() == offset => part,
            other => {
                let have = other.as_ref().map_or(0, |(_, part)| part.len());
                shelf.unfinished.extend(other);
                return Err(BlobError::WrongOffset {
                    have,
                    asked: offset,
                });
            }
        };
        drop(shelf);
        Ok(Upload {
            store: self.clone(),
            hash,
            path,
            received,
        })
    }

    fn keep(&self, path: String, sealed: Bytes) -> Result<StoredBlob, BlobError> {
        if sealed.len() > self.limits.blob {
            return Err(BlobError::TooLarge {
                limit: self.limits.blob,
            });
        }
        let mut shelf = self.shelf();
        if !shelf.blobs.contains_key(&path) {
            shelf.bytes += sealed.len();
            shelf.order.push_back(path.clone());
            shelf.blobs.insert(path.clone(), sealed);
            while shelf.bytes > self.limits.total {
                let Some(oldest) = shelf.order.pop_front() else {
                    break;
                };
                if let Some(gone) = shelf.blobs.remove(&oldest) {
                    shelf.bytes -= gone.len();
                }
            }
        }
        Ok(StoredBlob { direct_path: path })
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An upload that is coming in. Dropped before [`finish`](Self::finish), what came is kept for a client that goes on.
#[derive(Debug)]
pub struct Upload {
    store: BlobStore,
    hash: [u8; 32],
    path: String,
    received: BytesMut,
}

impl Upload {
    /// Takes the next piece.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`]; what came is then forgotten.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BlobError> {
        let limit = self.store.limits.blob;
        if self.received.len() + piece.len() > limit {
            self.received.clear();
            return Err(BlobError::TooLarge { limit });
        }
        self.received.extend_from_slice(piece);
        Ok(())
    }

    /// Checks the hash and puts the blob on the shelf.
    ///
    /// # Errors
    /// [`BlobError::HashMismatch`]; what came is then forgotten.
    pub fn finish(mut self) -> Result<StoredBlob, BlobError> {
        let sealed = std::mem::take(&mut self.received).freeze();
        if Sha256::digest(&sealed)[..] != self.hash {
            return Err(BlobError::HashMismatch);
        }
        self.store.keep(self.path.clone(), sealed)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.received.is_empty() {
            return;
        }
        let part = std::mem::take(&mut self.received);
        let mut shelf = self.store.shelf();
        shelf.unfinished.push_back((self.path.clone(), part));
        while shelf.unfinished.len() > self.store.limits.unfinished {
            shelf.unfinished.pop_front();
        }
    }
}

fn direct_path(folder: &str, hash: &[u8]) -> String {
    format!("/v/{folder}/{}", URL_SAFE_NO_PAD.encode(hash))
}

fn hash_of(token: &str) -> Result<[u8; 32], BlobError> {
    URL_SAFE_NO_PAD
        .decode(token.trim_end_matches('='))
        .ok()
        .and_then(|hash| hash.try_into().ok())
        .ok_or(BlobError::BadToken)
}

fn fresh_auth() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(bytes))
    }

    fn small() -> BlobStore {
        BlobStore::new(BlobLimits {
            blob: 8,
            total: 12,
            unfinished: 1,
        })
    }

    #[test]
    fn what_is_stored_can_be_fetched_whatever_the_query() {
        let store = BlobStore::default();
        let blob = store
            .store("image", Bytes::from_static(b"sealed"))
            .expect("small");
        let asked = format!("{}?auth=x&token=y", blob.direct_path);
        assert_eq!(store.fetch(&asked).as_deref(), Some(&b"sealed"[..]));
        assert_eq!(store.fetch("/v/image/other"), None);
    }

    #[test]
    fn the_oldest_goes_when_the_store_is_full() {
        let store = small();
        let first = store
            .store("image", Bytes::from_static(b"11111111"))
            .expect("fits");
        let second = store
            .store("image", Bytes::from_static(b"22222222"))
            .expect("fits");
        assert_eq!(store.fetch(&first.direct_path), None);
        assert!(store.fetch(&second.direct_path).is_some());
        assert_eq!(
            store.store("image", Bytes::from_static(b"123456789")),
            Err(BlobError::TooLarge { limit: 8 })
        );
    }

    #[test]
    fn an_upload_that_broke_off_goes_on_where_it_stood() {
        let store = small();
        let name = token(b"abcdef");
        let mut upload = store.begin("image", &name, 0).expect("fresh");
        upload.push(b"abc").expect("fits");
        drop(upload);
        assert_eq!(store.progress("image", &name), Ok(Progress::Partial(3)));
        assert_eq!(
            store.begin("image", &name, 2).err(),
            Some(BlobError::WrongOffset { have: 3, asked: 2 })
        );
        let mut upload = store.begin("image", &name, 3).expect("stands at 3");
        upload.push(b"def").expect("fits");
        let blob = upload.finish().expect("hash is right");
        assert_eq!(
            store.progress("image", &name),
            Ok(Progress::Complete(blob.clone()))
        );
        assert_eq!(
            store.fetch(&blob.direct_path).as_deref(),
            Some(&b"abcdef"[..])
        );
    }

    #[test]
    fn an_upload_must_hash_to_its_name() {
        let store = small();
        let name = token(b"abcdef");
        let mut upload = store.begin("image", &name, 0).expect("fresh");
        upload.push(b"abcdeX").expect("fits");
        assert_eq!(upload.finish(), Err(BlobError::HashMismatch));
        assert_eq!(store.progress("image", &name), Ok(Progress::Nothing));
        assert_eq!(
            store.begin("image", "no hash", 0).err(),
            Some(BlobError::BadToken)
        );
    }

    #[test]
    fn an_old_auth_is_refused_after_rotation() {
        let store = small();
        let auth = store.auth();
        assert!(store.accepts(&auth));
        store.rotate_auth();
        assert!(!store.accepts(&auth));
    }
}
