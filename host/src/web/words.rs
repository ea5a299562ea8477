//! What pages say, in each language. A text that is missing in one does not compile.

use super::language::Language;
use crate::bots::{BotState, BotStatus, Pairing};
use crate::model::{Budget, Cause};

/// Declares the texts of pages: each in English, Indonesian and Spanish.
macro_rules! texts {
    ($(#[$docs:meta])* $Texts:ident; $($name:ident: $english:literal, $indonesian:literal, $spanish:literal;)*) => {
        $(#[$docs])*
        pub(in crate::web) struct $Texts {
            $(pub(in crate::web) $name: &'static str,)*
        }

        impl $Texts {
            const ENGLISH: Self = Self { $($name: $english,)* };
            const INDONESIAN: Self = Self { $($name: $indonesian,)* };
            const SPANISH: Self = Self { $($name: $spanish,)* };

            /// All texts, for tests.
            #[cfg(test)]
            pub(in crate::web) const ALL: &[[&str; 3]] = &[$([$english, $indonesian, $spanish],)*];

            /// The texts in one language.
            pub(in crate::web) fn of(language: Language) -> &'static Self {
                language.of([&Self::ENGLISH, &Self::INDONESIAN, &Self::SPANISH])
            }
        }
    };
}
pub(super) use texts;

texts! {
    /// The texts of pages in one language. `{…}` stand for values.
    Texts;
    about: "Jadi hosts WhatsApp bots for many people on one server.",
        "Jadi menampung bot WhatsApp untuk banyak orang di satu server.",
        "Jadi aloja bots de WhatsApp para mucha gente en un solo servidor.";
    home_title: "Jadi: your number, a bot", "Jadi: nomormu, sebuah bot", "Jadi: tu número, un bot";
    home_heading: "Turn your WhatsApp number into a bot",
        "Jadikan nomor WhatsApp-mu sebuah bot",
        "Convierte tu número de WhatsApp en un bot";
    home_text: "It answers commands, welcomes newcomers and keeps your groups in order. You link it like WhatsApp Web, in a minute, and can unlink it on your phone at any time.",
        "Bot menjawab perintah, menyambut anggota baru, dan menjaga grupmu tetap tertib. Kamu menautkannya seperti WhatsApp Web, dalam semenit, dan bisa melepasnya di ponsel kapan saja.",
        "Responde comandos, saluda a quienes llegan y mantiene tus grupos en orden. Lo vinculas como WhatsApp Web, en un minuto, y puedes desvincularlo en tu teléfono cuando quieras.";
    closed: "No new bots are taken on this page at the moment.",
        "Halaman ini sedang tidak menerima bot baru.",
        "Por ahora no se aceptan bots nuevos en esta página.";
    full: "All places are taken. Come back another day.",
        "Semua tempat terisi. Kembalilah lain hari.",
        "Todos los lugares están ocupados. Vuelve otro día.";
    number: "Phone number, with country code", "Nomor telepon, dengan kode negara", "Número de teléfono, con el código de país";
    number_zero: "Write the country code in place of the 0 at the beginning.",
        "Tulis kode negara sebagai ganti 0 di awal.",
        "Escribe el código de país en lugar del 0 del principio.";
    number_none: "No country has a calling code that begins like this.",
        "Tidak ada negara dengan kode yang dimulai begini.",
        "Ningún país tiene un código que empiece así.";
    name_of_bot: "Name of the bot", "Nama bot", "Nombre del bot";
    if_you_like: "(if you like)", "(kalau mau)", "(si quieres)";
    invite_code: "Invite code, from who runs this host", "Kode undangan, dari pengelola host ini", "Código de invitación, de quien lleva este servidor";
    how_to_link: "How do you want to link it?", "Mau ditautkan dengan cara apa?", "¿Cómo quieres vincularlo?";
    by_qr: "Scan a QR code", "Pindai kode QR", "Escanear un código QR";
    by_qr_hint: "(this page is on another screen)", "(halaman ini di layar lain)", "(esta página está en otra pantalla)";
    by_code: "Type a code", "Ketik kode", "Escribir un código";
    by_code_hint: "(this page is on the same phone)", "(halaman ini di ponsel yang sama)", "(esta página está en el mismo teléfono)";
    go_on: "Continue", "Lanjut", "Continuar";
    places: "{free} of {all} places free.", "{free} dari {all} tempat kosong.", "{free} de {all} lugares libres.";
    main_bot: "Main bot", "Bot utama", "Bot principal";
    main_bot_hint: "To link the main bot, open the pairing page. Its whole address, with its key, is in the terminal that Jadi was started from, and in <code>run.json</code> in the data directory.",
        "Untuk menautkan bot utama, buka halaman penautannya. Alamat lengkapnya, dengan kuncinya, ada di terminal tempat Jadi dijalankan, dan di <code>run.json</code> dalam direktori data.",
        "Para vincular el bot principal, abre su página. La dirección entera, con su clave, está en la terminal desde la que se arrancó Jadi, y en <code>run.json</code> en el directorio de datos.";
    no_main_bot: "There is no main bot yet.", "Belum ada bot utama.", "Todavía no hay bot principal.";
    link_number: "Link {number}", "Tautkan {number}", "Vincula {number}";
    link_main: "Link the main bot", "Tautkan bot utama", "Vincula el bot principal";
    try_again: "Try again", "Coba lagi", "Intentar de nuevo";
    start_again: "Start again", "Mulai lagi", "Empezar de nuevo";
    another_number: "Use another number", "Pakai nomor lain", "Usar otro número";
    qr_alt: "QR code to scan with WhatsApp", "Kode QR untuk dipindai dengan WhatsApp", "Código QR para escanear con WhatsApp";
    copy: "Copy", "Salin", "Copiar";
    copied: "Copied", "Tersalin", "Copiado";
    copy_refused: "Your browser does not let this page copy. The code is selected: copy it yourself, with a long press or Ctrl+C.",
        "Browser-mu tidak mengizinkan halaman ini menyalin. Kodenya sudah terpilih: salin sendiri, dengan menekan lama atau Ctrl+C.",
        "Tu navegador no deja copiar a esta página. El código está seleccionado: cópialo tú, con una pulsación larga o Ctrl+C.";
    good_for: "Good for {seconds} s", "Berlaku {seconds} detik", "Vale {seconds} s";
    step_phone: "Open WhatsApp on the phone whose number becomes the bot.",
        "Buka WhatsApp di ponsel yang nomornya menjadi bot.",
        "Abre WhatsApp en el teléfono cuyo número será el bot.";
    step_link: "Settings, <b>Linked devices</b>, <b>Link a device</b>.",
        "Setelan, <b>Perangkat tertaut</b>, <b>Tautkan perangkat</b>.",
        "Ajustes, <b>Dispositivos vinculados</b>, <b>Vincular un dispositivo</b>.";
    step_scan: "Scan this code.", "Pindai kode ini.", "Escanea este código.";
    step_type: "Choose <b>Link with phone number instead</b>, and type this code.",
        "Pilih <b>Tautkan dengan nomor telepon saja</b>, lalu ketik kode ini.",
        "Elige <b>Vincular con el número de teléfono</b> y escribe este código.";
    sign_in_title: "Sign in to your bot's page",
        "Masuk ke halaman botmu",
        "Entra en la página de tu bot";
    sign_in_once: "This link works once, on this device.",
        "Tautan ini hanya berlaku sekali, di perangkat ini.",
        "Este enlace vale una sola vez, en este dispositivo.";
    sign_in: "Sign in", "Masuk", "Entrar";
    link_over_title: "This link is over", "Tautan ini sudah tidak berlaku", "Este enlace ya no vale";
    link_over: "It was used already, or is older than ten minutes. Write !token to the main bot in WhatsApp for a new one.",
        "Tautan sudah dipakai, atau sudah lebih dari sepuluh menit. Kirim !token ke bot utama di WhatsApp untuk yang baru.",
        "Ya se usó, o tiene más de diez minutos. Escribe !token al bot principal en WhatsApp para tener otro.";
    signed_out_title: "You are not signed in", "Kamu belum masuk", "No has entrado";
    signed_out: "Write !token to the main bot in WhatsApp, in a private chat, and open the link that it sends you.",
        "Kirim !token ke bot utama di WhatsApp, di chat pribadi, lalu buka tautan yang dikirimnya.",
        "Escribe !token al bot principal en WhatsApp, en un chat privado, y abre el enlace que te manda.";
    sign_out: "Sign out", "Keluar dari halaman ini", "Salir";
    form_stale_title: "This form is too old", "Formulir ini sudah usang", "Este formulario es viejo";
    form_stale: "Nothing was changed. Open the page again and send it from there.",
        "Tidak ada yang diubah. Buka lagi halamannya dan kirim dari sana.",
        "No se ha cambiado nada. Vuelve a abrir la página y envíalo desde allí.";
    too_many_title: "Not so fast", "Pelan-pelan", "Más despacio";
    too_many: "There were too many requests from your address. Try again in a minute.",
        "Terlalu banyak permintaan dari alamatmu. Coba lagi satu menit lagi.",
        "Hubo demasiadas solicitudes desde tu dirección. Inténtalo de nuevo en un minuto.";
    trouble_title: "That did not work", "Gagal", "No ha funcionado";
    trouble: "The host can't read its data at the moment. Try again later.",
        "Host sedang tidak bisa membaca datanya. Coba lagi nanti.",
        "El servidor no puede leer sus datos en este momento. Inténtalo más tarde.";
    nowhere_title: "There is nothing here", "Tidak ada apa-apa di sini", "Aquí no hay nada";
    nowhere: "Check the address. A link from WhatsApp, or from the terminal, has to be opened whole.",
        "Periksa alamatnya. Tautan dari WhatsApp, atau dari terminal, harus dibuka seutuhnya.",
        "Revisa la dirección. Un enlace de WhatsApp, o de la terminal, hay que abrirlo entero.";
    unreadable: "What was sent can't be read, so nothing was done. Go back, check it and send it again.",
        "Yang dikirim tidak bisa dibaca, jadi tidak ada yang dilakukan. Kembali, periksa, lalu kirim lagi.",
        "No se puede leer lo que se envió, así que no se hizo nada. Vuelve atrás, revísalo y envíalo de nuevo.";
    too_slow: "What you sent did not come in time. Go back and send it again.",
        "Yang kamu kirim tidak sampai tepat waktu. Kembali dan kirim lagi.",
        "Lo que enviaste no llegó a tiempo. Vuelve atrás y envíalo de nuevo.";
    back: "Back", "Kembali", "Volver";
    kept: "Kept.", "Tersimpan.", "Guardado.";
    start: "Start", "Jalankan", "Poner en marcha";
    stop: "Stop", "Hentikan", "Detener";
    settings: "Settings", "Pengaturan", "Ajustes";
    bot_name: "Name", "Nama", "Nombre";
    bot_language: "Language it answers in", "Bahasa jawabannya", "Idioma en que responde";
    prefixes: "Prefixes", "Awalan", "Prefijos";
    prefixes_hint: "What commands begin with: one to eight, spaces between.",
        "Awal setiap perintah: satu sampai delapan, dipisah spasi.",
        "Con qué empiezan los comandos: de uno a ocho, con espacios entre ellos.";
    keep: "Keep", "Simpan", "Guardar";
    name_wrong: "A name has at most 40 characters.",
        "Nama paling panjang 40 karakter.",
        "Un nombre tiene 40 caracteres como máximo.";
    language_wrong: "Choose one of the languages.", "Pilih salah satu bahasa.", "Elige uno de los idiomas.";
    prefixes_wrong: "Write one to eight different prefixes, each of one to three signs that are no letters, digits or spaces.",
        "Tulis satu sampai delapan awalan yang berbeda, masing-masing satu sampai tiga tanda selain huruf, angka, dan spasi.",
        "Escribe de uno a ocho prefijos distintos, cada uno de uno a tres signos que no sean letras, cifras ni espacios.";
    numbers: "In numbers", "Dalam angka", "En números";
    users: "People", "Orang", "Personas";
    groups: "Groups", "Grup", "Grupos";
    chats: "Private chats", "Chat pribadi", "Chats privados";
    received: "Messages received", "Pesan masuk", "Mensajes recibidos";
    sent: "Messages sent", "Pesan keluar", "Mensajes enviados";
    no_data: "The bot's data can't be read at the moment. Try again later; if it lasts, tell the operator.",
        "Data bot sedang tidak bisa dibaca. Coba lagi nanti; kalau tetap begini, beri tahu operator.",
        "Los datos del bot no se pueden leer en este momento. Inténtalo más tarde; si sigue así, avisa al operador.";
    your_bot: "Your bot", "Botmu", "Tu bot";
    plugins: "What it can do", "Yang bisa dilakukannya", "Lo que sabe hacer";
    plugins_text: "Switch on what you want your bot to do. A name tells what a plugin may do, and what can be set.",
        "Nyalakan yang kamu mau dilakukan botmu. Namanya menunjukkan yang boleh dilakukan plugin dan yang bisa diatur.",
        "Activa lo que quieres que haga tu bot. El nombre dice lo que puede hacer cada complemento y lo que se puede ajustar.";
    on: "On", "Nyala", "Activado";
    off: "Off", "Mati", "Desactivado";
    switch_on: "Switch on", "Nyalakan", "Activar";
    switch_off: "Switch off", "Matikan", "Desactivar";
    clash: "{other} is on and has one of its commands. Switch {other} off first.",
        "{other} menyala dan punya salah satu perintahnya. Matikan {other} dulu.",
        "{other} está activado y tiene uno de sus comandos. Desactiva antes {other}.";
    not_switched: "That could not be switched now. Try again later.",
        "Sekarang belum bisa diubah. Coba lagi nanti.",
        "Ahora no se pudo cambiar. Inténtalo más tarde.";
    may: "It may", "Yang boleh dilakukannya", "Puede";
    may_nothing: "do nothing beyond answering with an error",
        "tidak melakukan apa pun selain menjawab dengan galat",
        "no hacer nada más que responder con un error";
    commands: "Commands", "Perintah", "Comandos";
    for_groups: "For groups that set nothing of their own.",
        "Untuk grup yang tidak mengaturnya sendiri.",
        "Para los grupos que no ponen nada propio.";
    reset: "Set back", "Kembalikan semula", "Restablecer";
    wrong_value: "{setting}: not allowed. Nothing was changed.",
        "{setting}: tidak diizinkan. Tidak ada yang diubah.",
        "{setting}: no permitido. No se ha cambiado nada.";
    no_plugin_title: "There is no such plugin", "Tidak ada plugin itu", "No hay tal complemento";
    no_plugin: "It may have been removed by the operator.",
        "Mungkin sudah dihapus oleh operator.",
        "Puede que el operador lo haya quitado.";
    tokens: "Tokens for programs", "Token untuk program", "Tokens para programas";
    tokens_text: "A program that shows a token of your bot manages it as you do, by the API. Give each program one of its own.",
        "Program yang menunjukkan token botmu mengelolanya seperti kamu, lewat API. Beri tiap program token sendiri.",
        "Un programa que muestra un token de tu bot lo administra como tú, por la API. Dale a cada programa uno propio.";
    token_name: "What it is for", "Untuk apa", "Para qué es";
    token_make: "Make a token", "Buat token", "Crear un token";
    token_new: "Your new token. Copy it now: it is not shown again.",
        "Token barumu. Salin sekarang: tidak akan ditampilkan lagi.",
        "Tu token nuevo. Cópialo ahora: no se vuelve a mostrar.";
    token_made: "made {date}", "dibuat {date}", "creado el {date}";
    token_used: "last used {date}", "terakhir dipakai {date}", "usado por última vez el {date}";
    token_unused: "never used", "belum pernah dipakai", "nunca usado";
    token_revoke: "Revoke", "Cabut", "Revocar";
    token_name_wrong: "Write in up to 40 characters what the token is for.",
        "Tulis untuk apa token ini, paling panjang 40 karakter.",
        "Escribe en 40 caracteres como máximo para qué es el token.";
    tokens_full: "Your bot has ten tokens already. Revoke one first.",
        "Botmu sudah punya sepuluh token. Cabut satu dulu.",
        "Tu bot ya tiene diez tokens. Revoca antes uno.";
    log_out: "Log out and delete…", "Keluarkan dan hapus…", "Desvincular y borrar…";
    log_out_title: "Log out and delete", "Keluarkan dan hapus", "Desvincular y borrar";
    log_out_text: "{number} is logged out on WhatsApp, and all data of the bot is deleted: settings, people, groups. It can't be undone.",
        "{number} dikeluarkan dari WhatsApp, dan semua data bot dihapus: pengaturan, orang, grup. Ini tidak bisa dibatalkan.",
        "{number} se desvincula de WhatsApp y se borran todos los datos del bot: ajustes, personas, grupos. No se puede deshacer.";
    log_out_now: "Log out and delete everything", "Keluarkan dan hapus semuanya", "Desvincular y borrar todo";
    ending_title: "It is being deleted", "Sedang dihapus", "Se está borrando";
    ending: "Your bot is being logged out, and its data deleted. You are told in WhatsApp when it is done.",
        "Botmu sedang dikeluarkan dan datanya dihapus. Kamu diberi tahu di WhatsApp kalau sudah selesai.",
        "Tu bot se está desvinculando y sus datos se borran. Te avisaremos en WhatsApp cuando termine.";
    lost: "This page has lost its connection to Jadi and tries again.",
        "Halaman ini kehilangan sambungan ke Jadi dan mencoba lagi.",
        "Esta página ha perdido la conexión con Jadi y vuelve a intentarlo.";
    // Webhooks.
    hooks: "Webhooks", "Webhook", "Webhooks";
    hooks_text: "What happens to your bot is posted to these addresses: when its connection comes and goes, and each message that it receives. Each has a secret that signs what is posted.",
        "Yang terjadi pada botmu dikirim ke alamat-alamat ini: saat sambungannya datang dan pergi, dan setiap pesan yang diterimanya. Tiap alamat punya rahasia yang menandatangani kirimannya.",
        "Lo que le pasa a tu bot se envía a estas direcciones: cuando su conexión va y viene, y cada mensaje que recibe. Cada una tiene un secreto que firma lo que se envía.";
    hook_new: "The secret of your new webhook. Copy it now: it is not shown again.",
        "Rahasia webhook barumu. Salin sekarang: tidak akan ditampilkan lagi.",
        "El secreto de tu webhook nuevo. Cópialo ahora: no se vuelve a mostrar.";
    hook_delivered: "Last delivered {time} UTC.", "Terakhir terkirim {time} UTC.", "Última entrega: {time} UTC.";
    hook_unused: "Nothing delivered yet.", "Belum ada yang terkirim.", "Aún no se ha entregado nada.";
    hook_waiting: "Waiting: {count}.", "Menunggu: {count}.", "En espera: {count}.";
    hook_answered: "It answered {status}; only 200 to 299 is a delivery.",
        "Jawabannya {status}; hanya 200 sampai 299 yang berarti terkirim.",
        "Respondió {status}; solo de 200 a 299 es una entrega.";
    hook_private: "Its name leads to a private network, where nothing is posted.",
        "Namanya menuju jaringan pribadi, dan ke sana tidak dikirim apa pun.",
        "Su nombre lleva a una red privada, y allí no se envía nada.";
    hook_unreachable: "It could not be reached, or took longer than 5 seconds.",
        "Tidak bisa dihubungi, atau butuh lebih dari 5 detik.",
        "No se pudo llegar, o tardó más de 5 segundos.";
    hook_crowded: "Too much was waiting.", "Terlalu banyak yang menunggu.", "Había demasiado en espera.";
    hook_remove: "Remove", "Hapus", "Quitar";
    hook_url: "Address of another webhook", "Alamat webhook lain", "Dirección de otro webhook";
    hook_url_hint: "An https address of a server on the internet, by its name.",
        "Alamat https dari server di internet, dengan namanya.",
        "Una dirección https de un servidor en internet, con su nombre.";
    hook_make: "Make a webhook", "Buat webhook", "Crear un webhook";
    hook_wrong: "Write an address such as https://shop.example/hook: with https, a name, no port and no password.",
        "Tulis alamat seperti https://shop.example/hook: dengan https, sebuah nama, tanpa port dan tanpa sandi.",
        "Escribe una dirección como https://shop.example/hook: con https, un nombre, sin puerto y sin contraseña.";
    hooks_full: "Your bot has five webhooks already. Remove one first.",
        "Botmu sudah punya lima webhook. Hapus satu dulu.",
        "Tu bot ya tiene cinco webhooks. Quita antes uno.";
    dead_letters: "Not delivered", "Tidak terkirim", "Sin entregar";
    dead_letters_text: "These were tried for about a day and given up. They are kept for a month at most.",
        "Ini sudah dicoba sekitar sehari, lalu ditinggalkan. Disimpan paling lama sebulan.",
        "Estos se intentaron durante un día más o menos y se dejaron. Se guardan un mes como máximo.";
    dead_letters_more: "The latest {shown} of {count} are shown.", "Ditampilkan {shown} terbaru dari {count}.", "Se muestran los últimos {shown} de {count}.";
    dead_letter_tries: "Tries: {count}.", "Percobaan: {count}.", "Intentos: {count}.";
    replay: "Send again", "Kirim lagi", "Enviar otra vez";
    hook_not_replayed: "It is there no more, or too much waits already. Look at the page again.",
        "Sudah tidak ada, atau sudah terlalu banyak yang menunggu. Lihat lagi halamannya.",
        "Ya no está, o ya hay demasiado en espera. Vuelve a mirar la página.";
    // What a bot and its plugins did, and its data.
    by_day: "Day by day", "Hari demi hari", "Día a día";
    messages_by_day: "Messages by day", "Pesan per hari", "Mensajes por día";
    waits_by_day: "How long answers took", "Berapa lama jawabannya", "Cuánto tardaron las respuestas";
    waits_text: "From when a message had come in until WhatsApp had the answer. In the chart each step up is twice as long.",
        "Sejak pesan masuk sampai WhatsApp menerima jawabannya. Di grafik, tiap langkah naik berarti dua kali lebih lama.",
        "Desde que llegó un mensaje hasta que WhatsApp tuvo la respuesta. En el gráfico, cada paso hacia arriba es el doble.";
    chart_alt: "{what}: a chart; the table below says the same.",
        "{what}: grafik; tabel di bawah ini menyebutkan hal yang sama.",
        "{what}: un gráfico; la tabla de abajo dice lo mismo.";
    as_table: "As a table", "Sebagai tabel", "Como tabla";
    no_days: "Nothing in the last thirty days.", "Tidak ada apa-apa dalam tiga puluh hari terakhir.", "Nada en los últimos treinta días.";
    day: "Day", "Hari", "Día";
    answers: "Answers", "Jawaban", "Respuestas";
    half_within: "Half of them within", "Setengahnya dalam", "La mitad en";
    almost_all_within: "95 % within", "95 % dalam", "El 95 % en";
    within: "{seconds} s", "{seconds} detik", "{seconds} s";
    longer: "minutes", "bermenit-menit", "minutos";
    plugin_log: "Log and costs", "Log dan biaya", "Registro y costes";
    no_runs: "It has not run in your bot lately.", "Belum berjalan di botmu akhir-akhir ini.", "No se ha ejecutado en tu bot últimamente.";
    log_cut: "More was logged than this page has room for. A program gets all of it: {call}.",
        "Isi log lebih banyak daripada yang muat di halaman ini. Program mendapat semuanya: {call}.",
        "Se registró más de lo que cabe en esta página. Un programa lo recibe todo: {call}.";
    runs: "Runs shown", "Yang ditampilkan", "Ejecuciones mostradas";
    runs_failed: "Of them failed", "Yang gagal", "De ellas fallidas";
    cpu_in_all: "Time on the processor in all", "Waktu prosesor seluruhnya", "Tiempo de procesador en total";
    memory_most: "Memory at most", "Memori paling banyak", "Memoria como máximo";
    run_cost: "{cpu} on the processor, {wall} in all, {memory} of memory",
        "{cpu} di prosesor, {wall} seluruhnya, {memory} memori",
        "{cpu} de procesador, {wall} en total, {memory} de memoria";
    failed_events: "Events that it failed on", "Peristiwa yang gagal", "Eventos en los que falló";
    failed_events_text: "Each is a file with all that the plugin was given, what people wrote included. Hand one to the plugin's author, who can let it happen again with it.",
        "Masing-masing adalah file berisi semua yang diterima plugin, termasuk tulisan orang. Berikan kepada pembuat plugin, yang bisa mengulang kejadiannya dengan file itu.",
        "Cada uno es un archivo con todo lo que recibió el complemento, incluido lo que escribió la gente. Dáselo a su autor, que puede repetir con él lo que pasó.";
    no_failure_title: "There is no such event", "Tidak ada peristiwa itu", "No hay tal evento";
    no_failure: "The host forgets the oldest ones. Those that are left stand on the plugin's log.",
        "Host melupakan yang paling lama. Yang masih ada tercantum di log plugin.",
        "El host olvida los más antiguos. Los que quedan están en el registro del complemento.";
    data: "Your data", "Datamu", "Tus datos";
    export: "Take it with you", "Bawa datanya", "Llévatelos";
    export_text: "A file with what your bot knows and keeps: settings, people, chats, what plugins keep. It is not encrypted: keep it safe.",
        "Berkas berisi yang diketahui dan disimpan botmu: pengaturan, orang, chat, simpanan plugin. Tidak terenkripsi: simpan baik-baik.",
        "Un archivo con lo que tu bot sabe y guarda: ajustes, personas, chats, lo que guardan los complementos. No está cifrado: guárdalo bien.";
    export_now: "Download", "Unduh", "Descargar";
    erase: "Erase it", "Hapus datanya", "Bórralos";
    erase_text: "Your bot stays linked and goes on as if it were new.",
        "Botmu tetap tertaut dan berjalan seperti baru.",
        "Tu bot sigue vinculado y continúa como si fuera nuevo.";
    erase_ask: "Erase…", "Hapus…", "Borrar…";
    erase_what: "This will be gone:", "Ini akan hilang:", "Esto desaparecerá:";
    erase_rest: "And with it the bot's language and prefixes, all settings and data of plugins, reminders, logs and totals. The bot stays linked. It can't be undone.",
        "Juga bahasa dan awalan bot, semua pengaturan dan data plugin, pengingat, log, dan jumlah. Bot tetap tertaut. Ini tidak bisa dibatalkan.",
        "Y con ello el idioma y los prefijos del bot, todos los ajustes y datos de los complementos, recordatorios, registros y totales. El bot sigue vinculado. No se puede deshacer.";
    erase_now: "Erase everything", "Hapus semuanya", "Borrar todo";
    erased: "Erased.", "Terhapus.", "Borrado.";
}

impl Language {
    /// The texts of pages.
    pub(super) fn texts(self) -> &'static Texts {
        Texts::of(self)
    }
}

/// A state for a person.
pub(super) fn title(state: &BotState, language: Language) -> &'static str {
    let [indonesian, spanish] = match state {
        BotState::Requested => ["Sedang disiapkan", "Preparándose"],
        BotState::Pairing(_) => ["Menunggu ditautkan", "Esperando a que lo vincules"],
        BotState::Paired => ["Tertaut di ponsel", "Vinculado en el teléfono"],
        BotState::Connecting => ["Menyambung", "Conectando"],
        BotState::Open => ["Aktif", "Activo"],
        BotState::Reconnecting => ["Menyambung lagi", "Reconectando"],
        BotState::Stopped => ["Dihentikan", "Detenido"],
        BotState::LoggedOut => ["Dikeluarkan", "Desvinculado"],
        BotState::Failed => ["Butuh bantuanmu", "Necesita tu ayuda"],
    };
    language.of([state.title(), indonesian, spanish])
}

/// Why a bot is not open, one sentence.
pub(super) fn cause(cause: &Cause, language: Language) -> String {
    let [indonesian, spanish] = match cause {
        Cause::Network => [
            "WhatsApp tidak bisa dihubungi, atau sambungannya terputus.",
            "No se llega a WhatsApp, o se cortó la conexión.",
        ],
        Cause::Server { .. } => [
            "WhatsApp menutup sambungan (kode {code}).",
            "WhatsApp cerró la conexión (código {code}).",
        ],
        Cause::StreamReplaced => [
            "Perangkat yang sama tersambung dari program lain.",
            "El mismo dispositivo se conectó desde otro programa.",
        ],
        Cause::LoggedOut => [
            "Perangkatnya dihapus di ponsel.",
            "El dispositivo se quitó en el teléfono.",
        ],
        Cause::TemporaryBan { .. } => [
            "WhatsApp memblokir akun ini untuk sementara.",
            "WhatsApp ha suspendido esta cuenta por un tiempo.",
        ],
        Cause::ClientOutdated => [
            "WhatsApp tidak lagi menerima versi ini.",
            "WhatsApp ya no acepta esta versión.",
        ],
        Cause::PairingExpired => [
            "Perangkat tidak ditautkan tepat waktu.",
            "Nadie vinculó el dispositivo a tiempo.",
        ],
        Cause::WrongNumber => [
            "Yang ditautkan bukan nomor yang ditunggu.",
            "Se vinculó otro número que el esperado.",
        ],
        Cause::WrongKey => [
            "Sesinya tidak bisa dibuka dengan kunci utama host ini.",
            "La sesión no se abre con la clave maestra de este servidor.",
        ],
        Cause::Store => [
            "Berkas sesinya tidak bisa dibaca atau ditulis.",
            "El archivo de la sesión no se puede leer o escribir.",
        ],
        Cause::Stopped => ["Bot dihentikan.", "Se detuvo."],
        Cause::OverBudget { of, .. } => match of {
            Budget::Cpu => [
                "Bot memakai prosesor lebih dari jatahnya, dan dijeda.",
                "Ha ocupado el procesador más de lo que puede un bot, y está en pausa.",
            ],
            Budget::Memory => [
                "Bot memakai memori lebih dari jatahnya, dan dijeda.",
                "Ocupa más memoria de la que puede un bot, y está en pausa.",
            ],
            Budget::Storage => [
                "Bot memakai penyimpanan lebih dari jatahnya, dan dijeda.",
                "Ocupa más disco del que puede un bot, y está en pausa.",
            ],
        },
    };
    let translated = |text: &str| match cause {
        Cause::Server { code } => text.replace("{code}", &code.to_string()),
        _ => text.to_owned(),
    };
    language.of([
        cause.sentence(),
        translated(indonesian),
        translated(spanish),
    ])
}

/// What a person can do next, one sentence.
pub(super) fn next_step(status: &BotStatus, language: Language) -> &'static str {
    use BotState::{Connecting, Failed, LoggedOut, Open, Paired, Reconnecting, Requested, Stopped};
    let [indonesian, spanish] = match (&status.state, &status.cause) {
        (Requested, None) => [
            "Tunggu sebentar: sesinya sedang disiapkan.",
            "Espera un momento: se prepara la sesión.",
        ],
        (Requested | Reconnecting, Some(Cause::TemporaryBan { .. })) => [
            "Tunggu sampai blokirnya selesai; bot menyambung lagi sendiri. Pakai WhatsApp di ponsel seperti biasa.",
            "Espera a que termine la suspensión; se vuelve a conectar solo. Usa WhatsApp en el teléfono como siempre.",
        ],
        (Requested | Reconnecting, Some(Cause::OverBudget { .. })) => [
            "Bot berjalan lagi sendiri setelah jeda; jalankan untuk meneruskannya sekarang.",
            "Sigue solo después de la pausa; ponlo en marcha para seguir ya.",
        ],
        (Requested, Some(Cause::PairingExpired)) => [
            "Tunggu sebentar: kode baru sedang dibuat.",
            "Espera un momento: se hace un código nuevo.",
        ],
        (Requested | Connecting | Reconnecting, Some(Cause::Store)) => [
            "Bot mencoba lagi sendiri. Kalau tetap begini, beri tahu operator: mungkin disknya penuh.",
            "Lo vuelve a intentar solo. Si sigue así, avisa al operador: puede que el disco esté lleno.",
        ],
        (Requested | Connecting | Reconnecting, Some(_)) => [
            "Bot mencoba lagi sendiri. Kalau tetap begini, periksa apakah mesin ini bisa menghubungi web.whatsapp.com.",
            "Lo vuelve a intentar solo. Si sigue así, comprueba que esta máquina llega a web.whatsapp.com.",
        ],
        (BotState::Pairing(Pairing::Qr { .. }), _) => [
            "Di ponsel: WhatsApp, Setelan, Perangkat tertaut, Tautkan perangkat, lalu pindai kodenya.",
            "En el teléfono: WhatsApp, Ajustes, Dispositivos vinculados, Vincular un dispositivo, y escanea el código.",
        ],
        (BotState::Pairing(Pairing::Code { .. }), _) => [
            "Di ponsel: WhatsApp, Setelan, Perangkat tertaut, Tautkan perangkat, Tautkan dengan nomor telepon, lalu ketik kodenya.",
            "En el teléfono: WhatsApp, Ajustes, Dispositivos vinculados, Vincular un dispositivo, Vincular con número de teléfono, y \
             escribe el código.",
        ],
        (BotState::Pairing(Pairing::Passkey), _) => [
            "WhatsApp meminta kunci sandi: konfirmasi di ponsel.",
            "WhatsApp pide una llave de acceso: confírmala en el teléfono.",
        ],
        (Paired, _) => [
            "Tunggu sebentar: sedang menyambung untuk pertama kali.",
            "Espera un momento: se conecta por primera vez.",
        ],
        (Connecting | Reconnecting, None) => [
            "Tunggu sebentar: sedang menyambung.",
            "Espera un momento: se está conectando.",
        ],
        (Open, _) => [
            "Kirim !menu ke sana di WhatsApp.",
            "Escríbele !menu en WhatsApp.",
        ],
        (Stopped, Some(Cause::StreamReplaced)) => [
            "Akhiri program lain yang memakai sesi ini, lalu jalankan lagi.",
            "Cierra el otro programa que usa esta sesión y ponlo en marcha de nuevo.",
        ],
        (Stopped, _) => [
            "Jalankan lagi kapan saja kamu mau.",
            "Ponlo en marcha cuando quieras.",
        ],
        (LoggedOut, _) => [
            "Tautkan lagi: perlu kode baru.",
            "Vincúlalo de nuevo: hace falta otro código.",
        ],
        (Failed, Some(Cause::PairingExpired)) => ["Minta kode baru.", "Pide un código nuevo."],
        (Failed, Some(Cause::ClientOutdated)) => [
            "Perbarui Jadi, atau atur whatsapp_version dalam konfigurasinya.",
            "Actualiza Jadi, o pon whatsapp_version en su configuración.",
        ],
        (Failed, Some(Cause::WrongNumber)) => [
            "Tautkan ponsel dengan nomor yang benar.",
            "Vincula el teléfono con el número correcto.",
        ],
        (Failed, Some(Cause::WrongKey)) => [
            "Jalankan Jadi dengan kunci utama yang dipakai saat direktori data ini dibuat.",
            "Arranca Jadi con la clave maestra con la que se hizo este directorio de datos.",
        ],
        (Failed, _) => [
            "Lihat lognya, perbaiki, lalu jalankan lagi.",
            "Mira el registro, arréglalo y ponlo en marcha de nuevo.",
        ],
    };
    language.of([status.next_step(), indonesian, spanish])
}

#[cfg(test)]
mod tests;
