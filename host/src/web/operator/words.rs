//! What the operator's pages say, in each language.

use crate::model::StateName;
use crate::web::language::Language;
use crate::web::words::texts;

texts! {
    /// The texts of the operator's pages in one language. `{…}` stand for values.
    Texts;
    title: "Operator", "Operator", "Operador";
    closed_title: "There is no such page", "Halaman ini tidak ada", "No existe esta página";
    closed: "The operator's page opens when operator_password is set; `jadi operator password` makes it.",
        "Halaman operator terbuka kalau operator_password diatur; `jadi operator password` membuatnya.",
        "La página del operador se abre cuando operator_password está puesto; `jadi operator password` lo hace.";
    sign_in_title: "Sign in to operate this host", "Masuk untuk mengoperasikan host ini", "Entra para operar este servidor";
    password: "Password", "Kata sandi", "Contraseña";
    sign_in: "Sign in", "Masuk", "Entrar";
    sign_out: "Sign out", "Keluar dari halaman ini", "Salir";
    wrong_password: "That is another password.", "Kata sandinya bukan itu.", "Esa no es la contraseña.";
    crowded: "Too many are signing in at this moment. Try again in a few seconds.", "Terlalu banyak yang sedang masuk. Coba lagi beberapa detik lagi.", "Hay demasiados entrando en este momento. Inténtalo de nuevo en unos segundos.";
    overview: "Overview", "Ikhtisar", "Resumen";
    bots: "Bots", "Bot", "Bots";
    plugins: "Plugins", "Plugin", "Complementos";
    audit: "Who did what", "Siapa berbuat apa", "Quién hizo qué";
    tokens_tab: "Tokens", "Token", "Tokens";
    tokens: "Tokens of the operator", "Token operator", "Tokens del operador";
    tokens_text: "A program that shows one operates the whole host as you do, by the API. Give each program one of its own, and revoke it when the program is not used any more: another password revokes none.",
        "Program yang menunjukkannya mengoperasikan seluruh host sepertimu, lewat API. Beri tiap program token sendiri, dan cabut kalau programnya tidak dipakai lagi: mengganti kata sandi tidak mencabutnya.",
        "Un programa que muestra uno opera todo el servidor como tú, por la API. Dale a cada programa uno propio y revócalo cuando ya no se use: otra contraseña no revoca ninguno.";
    tokens_full: "There are ten tokens already. Revoke one first.",
        "Sudah ada sepuluh token. Cabut satu dulu.",
        "Ya hay diez tokens. Revoca antes uno.";
    now: "Now", "Sekarang", "Ahora";
    open: "Connected", "Tersambung", "Conectados";
    rate: "Events per second", "Kejadian per detik", "Sucesos por segundo";
    events: "Events since the start", "Kejadian sejak mulai", "Sucesos desde el arranque";
    sent: "Messages sent", "Pesan keluar", "Mensajes enviados";
    received: "Messages received", "Pesan masuk", "Mensajes recibidos";
    memory: "Memory", "Memori", "Memoria";
    load: "Load of the machine", "Beban mesin", "Carga de la máquina";
    restore: "Brought up since the start", "Dijalankan sejak mulai", "Puestos en marcha desde el arranque";
    restore_broken: "{done} of {total}, {broken} of them can't run",
        "{done} dari {total}, {broken} di antaranya tidak bisa berjalan",
        "{done} de {total}, {broken} de ellos no pueden funcionar";
    by_state: "Sub-bots by state", "Sub-bot menurut keadaan", "Sub-bots por estado";
    failing: "Failing plugins", "Plugin yang gagal", "Complementos que fallan";
    failing_in: "paused in {bots} bots", "dijeda di {bots} bot", "en pausa en {bots} bots";
    cannot_load: "can't be loaded", "tidak bisa dimuat", "no se puede cargar";
    none_fails: "None.", "Tidak ada.", "Ninguno.";
    settings: "Settings", "Pengaturan", "Ajustes";
    slots: "Slots", "Tempat", "Lugares";
    slots_taken: "{taken} taken", "{taken} terisi", "{taken} ocupados";
    slots_wrong: "Write a number of slots, up to 100000. Nothing was changed.",
        "Tulis jumlah tempat, paling banyak 100000. Tidak ada yang diubah.",
        "Escribe un número de lugares, 100000 como máximo. No se ha cambiado nada.";
    delay: "Pause between reconnects and between sends, ms",
        "Jeda antara penyambungan dan antara pengiriman, md",
        "Pausa entre reconexiones y entre envíos, ms";
    delay_wrong: "Write the pause in milliseconds, up to 60000. Nothing was changed.",
        "Tulis jeda dalam milidetik, paling lama 60000. Tidak ada yang diubah.",
        "Escribe la pausa en milisegundos, 60000 como máximo. No se ha cambiado nada.";
    feature_jadibot: "People get bots by asking the main bot",
        "Orang mendapat bot dengan meminta bot utama",
        "La gente consigue bots pidiéndolos al bot principal";
    feature_connect_page: "People get bots on the page and by the API",
        "Orang mendapat bot lewat halaman dan API",
        "La gente consigue bots en la página y por la API";
    feature_isolation: "The second bot in a group leaves it",
        "Bot kedua di sebuah grup keluar",
        "El segundo bot de un grupo sale de él";
    feature_invite_codes: "Who gets a bot on the page or by the API needs an invite code",
        "Untuk mendapat bot lewat halaman atau API perlu kode undangan",
        "Para conseguir un bot en la página o por la API hace falta un código de invitación";
    invites: "Invite codes", "Kode undangan", "Códigos de invitación";
    invites_off: "Nobody needs a code now: the feature invite-codes is off.",
        "Sekarang tidak perlu kode: fitur invite-codes mati.",
        "Ahora nadie necesita un código: la función invite-codes está desactivada.";
    invites_text: "Who has one of these codes can make bots on the page and by the API. A use of which no bot comes is given back.",
        "Siapa punya salah satu kode ini bisa membuat bot lewat halaman dan API. Pemakaian yang tidak menghasilkan bot dikembalikan.",
        "Quien tiene uno de estos códigos puede hacer bots en la página y por la API. Un uso del que no sale un bot se devuelve.";
    invite_new: "Give this code away now: it is not shown again.",
        "Bagikan kode ini sekarang: kode tidak ditampilkan lagi.",
        "Da este código ahora: no se vuelve a mostrar.";
    invite_link: "The same as a link", "Sama, sebagai tautan", "Lo mismo como enlace";
    invite_left: "{free} of {uses} left, made {date}", "Sisa {free} dari {uses}, dibuat {date}", "Quedan {free} de {uses}, hecho el {date}";
    invite_for: "For whom", "Untuk siapa", "Para quién";
    invite_uses: "For how many bots", "Untuk berapa bot", "Para cuántos bots";
    invite_make: "Make a code", "Buat kode", "Crear un código";
    invite_revoke: "Revoke", "Cabut", "Revocar";
    invite_wrong: "Write whom it is for, up to 40 characters, and for how many bots, from 1 to 1000.",
        "Tulis untuk siapa, paling banyak 40 karakter, dan untuk berapa bot, dari 1 sampai 1000.",
        "Escribe para quién es, 40 caracteres como máximo, y para cuántos bots, de 1 a 1000.";
    invites_full: "There are 100 codes already. Revoke some first.",
        "Sudah ada 100 kode. Cabut beberapa dulu.",
        "Ya hay 100 códigos. Revoca antes algunos.";
    on: "On", "Nyala", "Activado";
    off: "Off", "Mati", "Desactivado";
    keep: "Keep", "Simpan", "Guardar";
    switch_on: "Switch on", "Nyalakan", "Activar";
    switch_off: "Switch off", "Matikan", "Desactivar";
    search: "Name or number, of the bot or its owner",
        "Nama atau nomor, dari bot atau pemiliknya",
        "Nombre o número, del bot o de su dueño";
    state: "State", "Keadaan", "Estado";
    any_state: "Any", "Semua", "Cualquiera";
    find: "Find", "Cari", "Buscar";
    found: "Bots found: {bots}", "Bot ditemukan: {bots}", "Bots encontrados: {bots}";
    before: "Previous", "Sebelumnya", "Anteriores";
    after: "Next", "Berikutnya", "Siguientes";
    unnamed: "Without a name", "Tanpa nama", "Sin nombre";
    number: "Number", "Nomor", "Número";
    owner: "Owner", "Pemilik", "Dueño";
    made: "Asked for", "Diminta", "Pedido";
    last_open: "Last connected", "Terakhir tersambung", "Última conexión";
    plan: "Plan", "Paket", "Plan";
    plan_ends: "Plan ends", "Paket berakhir", "Fin del plan";
    cpu: "Time on the processors", "Waktu prosesor", "Tiempo de procesador";
    today: "Messages today, of those allowed", "Pesan hari ini, dari yang diizinkan", "Mensajes hoy, de los permitidos";
    waiting: "Events and messages that wait", "Kejadian dan pesan yang menunggu", "Sucesos y mensajes en espera";
    storage: "On the disk", "Di disk", "En el disco";
    groups: "Groups", "Grup", "Grupos";
    no_bot: "There is no such bot any more.", "Bot itu sudah tidak ada.", "Ese bot ya no existe.";
    start: "Start", "Jalankan", "Poner en marcha";
    stop: "Stop", "Hentikan", "Detener";
    end: "Log out and delete…", "Keluarkan dan hapus…", "Desvincular y borrar…";
    end_title: "Log out and delete", "Keluarkan dan hapus", "Desvincular y borrar";
    end_text: "{number} is logged out on WhatsApp, and all data of the bot is deleted. It can't be undone. Its owner is told, with your reason.",
        "{number} dikeluarkan dari WhatsApp, dan semua data bot dihapus. Ini tidak bisa dibatalkan. Pemiliknya diberi tahu, dengan alasanmu.",
        "{number} se desvincula de WhatsApp y se borran todos los datos del bot. No se puede deshacer. Se avisa a su dueño, con tu motivo.";
    reason: "Reason", "Alasan", "Motivo";
    end_now: "Log out and delete everything", "Keluarkan dan hapus semuanya", "Desvincular y borrar todo";
    main_stays: "The main bot can't be deleted here. Stop it, or unlink it on its phone.",
        "Bot utama tidak bisa dihapus di sini. Hentikan, atau lepaskan di ponselnya.",
        "El bot principal no se puede borrar aquí. Detenlo, o desvincúlalo en su teléfono.";
    back: "Back", "Kembali", "Volver";
    everywhere: "For all bots", "Untuk semua bot", "Para todos los bots";
    single: "{bots} bots have a switch of their own", "{bots} bot punya sakelar sendiri", "{bots} bots tienen su propio interruptor";
    built_in: "comes with the host", "bawaan host", "viene con el servidor";
    versions: "Versions", "Versi", "Versiones";
    in_use: "in use", "dipakai", "en uso";
    roll_back: "Go back to the version before", "Kembali ke versi sebelumnya", "Volver a la versión anterior";
    remove: "Remove", "Hapus", "Quitar";
    commands: "Commands", "Perintah", "Comandos";
    may: "It may", "Yang boleh dilakukannya", "Puede";
    denied: "(denied)", "(ditolak)", "(denegado)";
    install_title: "Install or upgrade", "Pasang atau tingkatkan", "Instalar o actualizar";
    install_file: "A plugin's file (.wasm)", "Berkas plugin (.wasm)", "El archivo de un complemento (.wasm)";
    look: "Look at it first", "Lihat dulu", "Verlo antes";
    install_new: "New on this host", "Baru di host ini", "Nuevo en este servidor";
    install_over: "Version {version} is in use", "Versi {version} sedang dipakai", "La versión {version} está en uso";
    install_same: "This very file is in use already", "Berkas yang sama sudah dipakai", "Este mismo archivo ya está en uso";
    new: "new", "baru", "nuevo";
    lost: "It may not any more", "Yang tidak boleh lagi dilakukannya", "Ya no puede";
    may_nothing: "nothing that needs consent", "tidak ada yang perlu izin", "nada que necesite permiso";
    new_commands: "New commands", "Perintah baru", "Comandos nuevos";
    lost_commands: "Commands that go away", "Perintah yang hilang", "Comandos que desaparecen";
    replace: "Put it in the place of the plugin that comes with the host",
        "Gantikan plugin bawaan host dengannya",
        "Ponerlo en lugar del complemento que viene con el servidor";
    agree: "Agree and install", "Setuju dan pasang", "Aceptar e instalar";
    file_not_whole: "There is no file, or it did not come whole. Choose it and send it again.",
        "Tidak ada berkas, atau tidak sampai utuh. Pilih dan kirim lagi.",
        "No hay archivo, o no llegó entero. Elígelo y envíalo de nuevo.";
    file_too_large: "The file is larger than a plugin may be.",
        "Berkasnya lebih besar dari yang boleh untuk plugin.",
        "El archivo es más grande de lo que puede ser un complemento.";
    file_gone: "That file is not here any more: another one came after it, or too much time went by. Send it again.",
        "Berkas itu sudah tidak di sini: ada berkas lain setelahnya, atau sudah terlalu lama. Kirim lagi.",
        "Ese archivo ya no está aquí: llegó otro después, o pasó demasiado tiempo. Envíalo de nuevo.";
    nothing_done: "Nothing yet.", "Belum ada.", "Nada todavía.";
    older: "Older", "Lebih lama", "Más antiguo";
    state_requested: "Requested", "Diminta", "Pedido";
    state_pairing: "Pairing", "Menautkan", "Vinculando";
    state_connecting: "Connecting", "Menyambung", "Conectando";
    state_open: "Open", "Aktif", "Activo";
    state_reconnecting: "Reconnecting", "Menyambung lagi", "Reconectando";
    state_stopped: "Stopped", "Dihentikan", "Detenido";
    state_logged_out: "Logged out", "Dikeluarkan", "Desvinculado";
    state_failed: "Failed", "Gagal", "Fallido";
}

impl Texts {
    /// A state for a person.
    pub(super) fn state(&self, state: &StateName) -> &'static str {
        match state {
            StateName::Requested => self.state_requested,
            StateName::Pairing => self.state_pairing,
            StateName::Connecting => self.state_connecting,
            StateName::Open => self.state_open,
            StateName::Reconnecting => self.state_reconnecting,
            StateName::Stopped => self.state_stopped,
            StateName::LoggedOut => self.state_logged_out,
            StateName::Failed => self.state_failed,
        }
    }
}
