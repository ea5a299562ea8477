//! Compiling a component once per content, and keeping the machine code on disk for the next start.
//!
//! The cache is the host's own: a directory that only the host's user may enter, one file per component digest and engine
//! configuration, each written whole or not at all. Machine code is never taken from anywhere else. What can't be read
//! back exactly as it was written is compiled again; a cache that can't be written costs time, not function.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use sha2::{Digest as _, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::priority;
use jadi_model::Digest;

/// Begins every file of the cache; its number changes with the file's layout.
const MAGIC: &[u8; 16] = b"jadi compiled 1\n";
/// The length of the checksum that follows.
const CHECKSUM: usize = 32;
/// The largest file that is read back, bytes: far above what the largest component compiles to.
const MOST: u64 = 1 << 30;

/// The threads that compile, one for each core. They give the cores up to whoever wants them, but not the locks on the process's
/// memory that they hold meanwhile: ARCHITECTURE.md, "Measured", tells what bots feel of it.
#[derive(Debug)]
pub(super) struct Compilers(ThreadPool);

impl Compilers {
    /// Starts them.
    ///
    /// # Errors
    ///
    /// When there can be no more threads.
    pub(super) fn start() -> Result<Self, ThreadPoolBuildError> {
        ThreadPoolBuilder::new()
            .thread_name(|number| format!("compiler-{number}"))
            .start_handler(|_| priority::only_idle())
            .build()
            .map(Self)
    }
}

/// Compiled components on disk.
#[derive(Debug)]
pub(super) struct CompileCache {
    dir: PathBuf,
    engine: String,
    /// Files written so far, which gives each unfinished one a name of its own.
    written: AtomicU64,
}

/// Where a compiled component came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Compiled now.
    Compiled,
    /// Read from the cache.
    Cache,
}

impl CompileCache {
    /// Opens the cache in `dir`, which is made when it is not there.
    ///
    /// # Errors
    ///
    /// When the directory can't be made, belongs to somebody else, or is open to others.
    pub(super) fn open(dir: &Path, engine: &Engine) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let meta = fs::symlink_metadata(dir)?;
        if !meta.is_dir() || !is_ours(&meta) {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "it must be a directory of the host's own user that others can't write to",
            ));
        }
        let mut hasher = StableHasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let engine = hex::encode(hasher.0.finalize());
        Ok(Self {
            dir: dir.to_owned(),
            engine: engine.get(..16).unwrap_or_default().to_owned(),
            written: AtomicU64::new(0),
        })
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.dir.join(format!("{digest}-{}.bin", self.engine))
    }

    /// The component of `digest`, when the cache has it unharmed.
    fn load(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let path = self.path(digest);
        let code = match read(&path) {
            Ok(code) => code?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a compiled plugin can't be read back and is compiled again");
                return None;
            }
        };
        // SAFETY: `code` is what `Component::serialize` gave to `store` below: the file belongs to this user, nobody else
        // can write to it, its name holds the engine's configuration, and its checksum was compared on these very bytes.
        #[expect(
            unsafe_code,
            reason = "wasmtime can't verify machine code; the cache takes its own only"
        )]
        let component = unsafe { Component::deserialize(engine, code) };
        component
            .inspect_err(|error| {
                tracing::warn!(path = %path.display(), %error, "a compiled plugin does not fit this engine and is compiled again");
            })
            .ok()
    }

    /// Deletes the code of all components but these; code of other engines too.
    ///
    /// # Errors
    ///
    /// When the directory can't be read, or a file can't be deleted.
    pub(super) fn retain(&self, needed: &[Digest]) -> io::Result<()> {
        let needed: HashSet<PathBuf> = needed.iter().map(|digest| self.path(digest)).collect();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let is_code = path.extension().is_some_and(|extension| extension == "bin");
            if is_code && !needed.contains(&path) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    fn store(&self, digest: &Digest, component: &Component) -> io::Result<()> {
        let code = component.serialize().map_err(io::Error::other)?;
        let path = self.path(digest);
        let turn = self.written.fetch_add(1, Ordering::Relaxed);
        let temporary = self
            .dir
            .join(format!(".{digest}-{}-{turn}", std::process::id()));
        // Left by a process that had this number before and was killed while it wrote.
        drop(fs::remove_file(&temporary));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)
            .and_then(|mut file| {
                file.write_all(MAGIC)?;
                file.write_all(&Sha256::digest(&code))?;
                file.write_all(&code)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&temporary, &path));
        if written.is_err() {
            // What is half written has no other use; that it can't be removed either is the smaller trouble.
            drop(fs::remove_file(&temporary));
        }
        written
    }
}

/// Compiles `bytes`, or takes what an earlier start compiled from the same bytes.
///
/// # Errors
///
/// Wasmtime's, when the bytes are not a valid component.
pub(super) fn compile(
    engine: &Engine,
    Compilers(compilers): &Compilers,
    cache: Option<&CompileCache>,
    digest: &Digest,
    bytes: &[u8],
) -> wasmtime::Result<(Component, Origin)> {
    if let Some(component) = cache.and_then(|cache| cache.load(engine, digest)) {
        return Ok((component, Origin::Cache));
    }
    let component = compilers.install(|| Component::from_binary(engine, bytes))?;
    if let Some(cache) = cache
        && let Err(error) = cache.store(digest, &component)
    {
        tracing::warn!(dir = %cache.dir.display(), %error, "a compiled plugin can't be kept; the next start compiles it again");
    }
    Ok((component, Origin::Compiled))
}

/// The machine code in a file of the cache; none when the file is not as it was written.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    let file = File::open(path)?;
    if !is_ours(&file.metadata()?) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    let code = bytes
        .strip_prefix(MAGIC)
        .and_then(|rest| rest.split_at_checked(CHECKSUM))
        .filter(|(checksum, code)| Sha256::digest(code).as_slice() == *checksum)
        .map(|(_, code)| code.to_owned());
    Ok(code)
}

/// Whether this process's user has it, and nobody else can write to it.
fn is_ours(meta: &fs::Metadata) -> bool {
    meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o022 == 0
}

/// A hasher whose result is the same in every process.
struct StableHasher(Sha256);

impl Hasher for StableHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest
            .first_chunk::<8>()
            .map_or(0, |first| u64::from_le_bytes(*first))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use jadi_plugin_manifest::LimitsClass;

    use super::*;
    use crate::PoolLimits;
    use crate::engine::Shape;

    struct Bench {
        dir: tempfile::TempDir,
        engine: Engine,
        compilers: Compilers,
        bytes: Vec<u8>,
    }

    impl Bench {
        fn new() -> Self {
            let limits = PoolLimits {
                in_flight: 1,
                ..PoolLimits::default()
            };
            Self {
                dir: tempfile::tempdir().expect("a directory"),
                engine: crate::engine::engine(&limits, &Shape::of(LimitsClass::Small))
                    .expect("an engine"),
                compilers: Compilers::start().expect("threads"),
                bytes: wat::parse_str("(component (core module (func (export \"f\"))))")
                    .expect("a component"),
            }
        }

        fn cache(&self) -> CompileCache {
            CompileCache::open(&self.dir.path().join("compiled"), &self.engine).expect("a cache")
        }

        fn compile(&self) -> Origin {
            let digest = Digest::of(&self.bytes);
            let cache = self.cache();
            let (_, origin) = compile(
                &self.engine,
                &self.compilers,
                Some(&cache),
                &digest,
                &self.bytes,
            )
            .expect("compiles");
            origin
        }

        fn file(&self) -> PathBuf {
            self.cache().path(&Digest::of(&self.bytes))
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn who_compiles_gives_way() {
        use thread_priority::{NormalThreadSchedulePolicy, ThreadSchedulePolicy};

        let policy = || thread_priority::thread_schedule_policy().expect("a policy");
        let before = policy();
        let Compilers(compilers) = Compilers::start().expect("threads");
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        assert!(
            compilers
                .broadcast(|_| policy())
                .into_iter()
                .all(|of| of == idle)
        );
        assert_eq!(policy(), before);
    }

    #[test]
    fn the_second_start_reads_what_the_first_compiled() {
        let bench = Bench::new();
        assert_eq!(bench.compile(), Origin::Compiled);
        assert_eq!(bench.compile(), Origin::Cache);
        let mode = fs::metadata(bench.file()).expect("the file").mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else may read or write it");
        let files = fs::read_dir(bench.cache().dir).expect("the directory");
        assert_eq!(files.count(), 1, "no unfinished file is left");
    }

    #[test]
    fn code_that_nobody_needs_is_deleted() {
        let bench = Bench::new();
        bench.compile();
        let digest = Digest::of(&bench.bytes);
        bench.cache().retain(&[digest]).expect("retained");
        assert_eq!(bench.compile(), Origin::Cache);
        bench.cache().retain(&[]).expect("deleted");
        assert!(!bench.file().exists());
        assert_eq!(bench.compile(), Origin::Compiled);
    }

    #[test]
    fn a_harmed_file_is_compiled_again() {
        let bench = Bench::new();
        bench.compile();
        let whole = fs::read(bench.file()).expect("the file");
        let mut flipped = whole.clone();
        *flipped.last_mut().expect("not empty") ^= 1;
        let mut other_layout = whole.clone();
        *other_layout.first_mut().expect("not empty") ^= 1;
        let truncated = whole.get(..whole.len() / 2).expect("half").to_owned();
        for harmed in [flipped, other_layout, truncated, Vec::new()] {
            fs::write(bench.file(), harmed).expect("written");
            assert_eq!(bench.compile(), Origin::Compiled);
            assert_eq!(fs::read(bench.file()).expect("the file"), whole);
        }
        assert_eq!(bench.compile(), Origin::Cache);
    }

    #[test]
    fn a_file_that_others_can_write_to_is_not_trusted() {
        let bench = Bench::new();
        bench.compile();
        fs::set_permissions(bench.file(), fs::Permissions::from_mode(0o622)).expect("mode");
        assert_eq!(bench.compile(), Origin::Compiled);
        assert_eq!(bench.compile(), Origin::Cache);
    }

    #[test]
    fn a_link_to_elsewhere_is_not_followed() {
        let bench = Bench::new();
        bench.compile();
        let elsewhere = bench.dir.path().join("elsewhere");
        fs::rename(bench.file(), &elsewhere).expect("moved");
        std::os::unix::fs::symlink(&elsewhere, bench.file()).expect("linked");
        assert_eq!(bench.compile(), Origin::Compiled);
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_refused() {
        let bench = Bench::new();
        let dir = bench.dir.path().join("open");
        fs::create_dir(&dir).expect("made");
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o777)).expect("mode");
        let error = CompileCache::open(&dir, &bench.engine).expect_err("open to others");
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn code_of_another_engine_has_another_name() {
        let bench = Bench::new();
        let limits = PoolLimits {
            in_flight: 1,
            ..PoolLimits::default()
        };
        let other = Engine::default();
        let same =
            crate::engine::engine(&limits, &Shape::of(LimitsClass::Small)).expect("an engine");
        let digest = Digest::of(&bench.bytes);
        let path = |engine: &Engine| {
            CompileCache::open(&bench.dir.path().join("compiled"), engine)
                .expect("a cache")
                .path(&digest)
        };
        assert_eq!(path(&same), bench.file());
        assert_ne!(path(&other), bench.file());
    }
}
