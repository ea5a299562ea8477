//! What a bot has and uses, in words.

use std::time::Duration;

use jadi_plugin_sdk::hosting::{Method, Usage};
use jadi_plugin_sdk::{Words, clock};

use crate::show;

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// How it was linked.
    METHOD { en: "Linked by {method}", id: "Ditautkan dengan {method}", es: "Vinculado con {method}" }
    /// By a picture.
    QR { en: "QR", id: "QR", es: "QR" }
    /// By a code that is typed.
    CODE { en: "code", id: "kode", es: "código" }
    /// Since when it runs.
    UP { en: "Up for {span}", id: "Berjalan selama {span}", es: "En marcha desde hace {span}" }
    /// Whom it has met.
    KNOWN {
        en: "Users: {users}, groups: {groups}, chats: {chats}",
        id: "Pengguna: {users}, grup: {groups}, chat: {chats}",
        es: "Usuarios: {users}, grupos: {groups}, chats: {chats}",
    }
    /// What went through it.
    MESSAGES {
        en: "Messages: {received} in, {sent} out",
        id: "Pesan: {received} masuk, {sent} keluar",
        es: "Mensajes: {received} recibidos, {sent} enviados",
    }
    /// Of what it may send in a day.
    QUOTA {
        en: "Today: {used} of {allowed} messages sent",
        id: "Hari ini: {used} dari {allowed} pesan terkirim",
        es: "Hoy: {used} de {allowed} mensajes enviados",
    }
    /// What its plugins did.
    LOAD {
        en: "Plugins in the last hour: {runs} runs, {failed} failed, {cpu} ms of CPU",
        id: "Plugin dalam satu jam terakhir: {runs} kali jalan, {failed} gagal, {cpu} md CPU",
        es: "Complementos en la última hora: {runs} usos, {failed} fallos, {cpu} ms de CPU",
    }
    /// Which of them did most.
    BUSIEST { en: "most by {plugin}", id: "terbanyak {plugin}", es: "sobre todo {plugin}" }
    /// What waits, of what may.
    WAITING {
        en: "Waiting: {waiting} of {most} events, {unsent} messages to send",
        id: "Menunggu: {waiting} dari {most} peristiwa, {unsent} pesan untuk dikirim",
        es: "En espera: {waiting} de {most} eventos, {unsent} mensajes por enviar",
    }
    /// What it took of the processors since it runs, of what it may.
    CPU {
        en: "CPU: {client} s for WhatsApp, {plugins} s for plugins; at most {percent} % of a processor",
        id: "CPU: {client} dtk untuk WhatsApp, {plugins} dtk untuk plugin; paling banyak {percent} % satu prosesor",
        es: "CPU: {client} s para WhatsApp, {plugins} s para complementos; a lo sumo {percent} % de un procesador",
    }
    /// What it holds of the memory, of what it may.
    MEMORY {
        en: "Memory: {used} of {most}",
        id: "Memori: {used} dari {most}",
        es: "Memoria: {used} de {most}",
    }
    /// What it takes on the disk, of what it may.
    STORED {
        en: "Stored: {used} of {most}",
        id: "Tersimpan: {used} dari {most}",
        es: "Guardado: {used} de {most}",
    }
    /// That the host holds it back.
    SLOWED {
        en: "It is slowed down, for it takes more than it may",
        id: "Diperlambat karena memakai lebih dari jatahnya",
        es: "Va más despacio, pues usa más de lo que puede",
    }
}

/// The lines about it.
pub fn lines(usage: &Usage, method: Method, language: &str) -> String {
    let method = match method {
        Method::Qr => QR,
        Method::Code => CODE,
    };
    let method = method.in_language(language);
    let mut lines = vec![METHOD.fill(language, &[("method", method)])];
    if let Some(up) = usage.up_since {
        let span = show::span(clock::now().since(up), language);
        lines.push(UP.fill(language, &[("span", &span)]));
    }
    let [users, groups, chats] =
        [usage.users, usage.groups, usage.private_chats].map(|count| count.to_string());
    let values = [("users", &*users), ("groups", &*groups), ("chats", &*chats)];
    lines.push(KNOWN.fill(language, &values));
    let [received, sent] = [usage.received, usage.sent].map(|count| count.to_string());
    let values = [("received", &*received), ("sent", &*sent)];
    lines.push(MESSAGES.fill(language, &values));
    if let Some((used, allowed)) = usage.quota {
        let [used, allowed] = [used, allowed].map(|count| count.to_string());
        let values = [("used", &*used), ("allowed", &*allowed)];
        lines.push(QUOTA.fill(language, &values));
    }
    let load = &usage.load;
    let (runs, failed) = (load.runs.to_string(), load.failed.to_string());
    let cpu = (load.cpu.as_micros().div_ceil(1_000)).to_string();
    let values = [("runs", &*runs), ("failed", &*failed), ("cpu", &*cpu)];
    let mut text = LOAD.fill(language, &values);
    if let Some(plugin) = &load.busiest {
        text.push_str(", ");
        text.push_str(&BUSIEST.fill(language, &[("plugin", plugin)]));
    }
    lines.push(text);
    let [waiting, most, unsent] =
        [usage.waiting, usage.waiting_most, usage.unsent].map(|count| count.to_string());
    let values = [
        ("waiting", &*waiting),
        ("most", &*most),
        ("unsent", &*unsent),
    ];
    lines.push(WAITING.fill(language, &values));
    if let Some(cpu) = &usage.cpu {
        let [client, plugins] = [cpu.client, cpu.plugins].map(seconds);
        let percent = usage.cpu_percent.to_string();
        let values = [
            ("client", &*client),
            ("plugins", &*plugins),
            ("percent", &*percent),
        ];
        lines.push(CPU.fill(language, &values));
    }
    if let Some(memory) = usage.memory {
        lines.push(of(&MEMORY, memory, language));
    }
    lines.push(of(&STORED, (usage.stored, usage.stored_most), language));
    if usage.slowed {
        lines.push(SLOWED.in_language(language).to_owned());
    }
    lines.join("\n")
}

/// So many bytes of so many.
fn of(text: &Words, (used, most): (u64, u64), language: &str) -> String {
    let [used, most] = [used, most].map(size);
    text.fill(language, &[("used", &*used), ("most", &*most)])
}

/// A time with tenths of a second.
fn seconds(time: Duration) -> String {
    format!("{}.{}", time.as_secs(), time.subsec_millis() / 100)
}

/// Bytes as people read them.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000.. => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let cases = [
            (0, "0 kB"),
            (1, "1 kB"),
            (999_999, "1000 kB"),
            (1_250_000, "1.2 MB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }
}
