//! A registry's file under another master key.

use std::fs;
use std::path::Path;

use rusqlite::params;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::database::connect;
use super::fault::Fault;
use crate::model::BotId;
use crate::store::StoreError;
use crate::store::keys::SecretKey;

/// Opens a closed registry's file, replaces every bot's wrapped key by what `wrap` makes of it, and encrypts the file under
/// another key. Returns how many bots there are. Done with a copy: what fails leaves a file that is neither.
pub(in crate::store) fn rekey(
    path: &Path,
    old: &SecretKey,
    new: &SecretKey,
    wrap: impl Fn(BotId, &[u8]) -> Option<Vec<u8>>,
) -> Result<u32, StoreError> {
    let wrapped = |bot: BotId, key: &[u8]| wrap(bot, key).ok_or(StoreError::BotKeyDamaged(bot));
    let rekeyed = (|| -> Result<u32, Fault> {
        let mut connection = connect(path, old)?;
        // The log of WAL mode would stay in the old key.
        connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        let transaction = connection.transaction()?;
        let mut bots: u32 = 0;
        {
            let mut all = transaction.prepare("SELECT bot, wrapped FROM bot_key")?;
            let keys: Vec<(String, Vec<u8>)> = all
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            let mut update =
                transaction.prepare("UPDATE bot_key SET wrapped = ?2 WHERE bot = ?1")?;
            for (text, key) in keys {
                let bot: BotId = text.parse().map_err(|error| {
                    rusqlite::Error::FromSqlConversionFailure(
                        0,
                        rusqlite::types::Type::Text,
                        Box::new(error),
                    )
                })?;
                update.execute(params![text, wrapped(bot, &key)?])?;
                bots = bots.saturating_add(1);
            }
        }
        transaction.commit()?;
        let digits = Zeroizing::new(hex::encode(new.expose_secret()));
        let statement = Zeroizing::new(format!("PRAGMA rekey = \"x'{}'\"", digits.as_str()));
        connection.execute_batch(&statement)?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(bots)
    })();
    let bots = rekeyed.map_err(|fault| fault.at(path))?;
    let synced = fs::File::open(path).and_then(|file| file.sync_all());
    synced.map_err(StoreError::io(path))?;
    Ok(bots)
}
