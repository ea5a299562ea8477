//! What the plugin says, in each language.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    USAGE {
        en: "*How to get a bot*\n{prefix}jadibot <number> [--qr | --code]\nFor example: {prefix}jadibot 62 800 0000 0101 --code",
        id: "*Cara menjadi bot*\n{prefix}jadibot <nomor> [--qr | --code]\nContoh: {prefix}jadibot 62 800 0000 0101 --code",
        es: "*Cómo tener un bot*\n{prefix}jadibot <número> [--qr | --code]\nPor ejemplo: {prefix}jadibot 62 800 0000 0101 --code",
    }
    NOT_A_NUMBER {
        en: "That is no phone number. Write it with its country code, such as +62 800 0000 0101.",
        id: "Itu bukan nomor telepon. Tulis dengan kode negara, misalnya +62 800 0000 0101.",
        es: "Eso no es un número de teléfono. Escríbelo con el código de país, como +62 800 0000 0101.",
    }
    NOT_ON_WHATSAPP {
        en: "This number is not on WhatsApp.",
        id: "Nomor ini tidak terdaftar di WhatsApp.",
        es: "Este número no está en WhatsApp.",
    }
    HOSTED {
        en: "This number is a bot already.",
        id: "Nomor ini sudah menjadi bot.",
        es: "Este número ya es un bot.",
    }
    OWNS_ONE {
        en: "You have a bot already.",
        id: "Kamu sudah punya bot.",
        es: "Ya tienes un bot.",
    }
    ASKED_ALREADY {
        en: "Your request is still running. It ends in {span}.",
        id: "Permintaanmu masih berjalan. Berakhir dalam {span}.",
        es: "Tu solicitud sigue en marcha. Termina en {span}.",
    }
    TOO_OFTEN {
        en: "You have asked too often. Ask again in {span}.",
        id: "Kamu terlalu sering meminta. Coba lagi dalam {span}.",
        es: "Has preguntado demasiadas veces. Vuelve a intentarlo en {span}.",
    }
    FULL {
        en: "All slots are taken. Try again later.",
        id: "Semua slot terisi. Coba lagi nanti.",
        es: "No queda ningún lugar. Inténtalo más tarde.",
    }
    OFF {
        en: "No new bots are taken at the moment.",
        id: "Saat ini tidak menerima bot baru.",
        es: "Por ahora no se aceptan bots nuevos.",
    }
    OPERATES {
        en: "That number operates this host, and a bot's number can't. Use another one.",
        id: "Nomor itu mengoperasikan host ini, sedangkan nomor bot tidak bisa. Pakai nomor lain.",
        es: "Ese número opera este servidor, y el de un bot no puede. Usa otro.",
    }
    WHICH_METHOD {
        en: "*How do you want to link it?*\n{prefix}jadibot {number} --qr: scan a picture with that phone\n\
             {prefix}jadibot {number} --code: type a code on that phone",
        id: "*Mau ditautkan dengan cara apa?*\n{prefix}jadibot {number} --qr: pindai gambar dengan ponsel itu\n\
             {prefix}jadibot {number} --code: ketik kode di ponsel itu",
        es: "*¿Cómo quieres vincularlo?*\n{prefix}jadibot {number} --qr: escanear una imagen con ese teléfono\n\
             {prefix}jadibot {number} --code: escribir un código en ese teléfono",
    }
    NOT_POSSIBLE {
        en: "That is not possible right now ({why}).",
        id: "Itu belum bisa dilakukan sekarang ({why}).",
        es: "Ahora mismo no es posible ({why}).",
    }

    QR {
        en: "*Scan this with +{number}*\nWhatsApp, Settings, Linked devices, Link a device.\nGood for {span}; then a new one comes.",
        id: "*Pindai ini dengan +{number}*\nWhatsApp, Setelan, Perangkat tertaut, Tautkan perangkat.\nBerlaku {span}; lalu ada yang baru.",
        es: "*Escanéalo con +{number}*\nWhatsApp, Ajustes, Dispositivos vinculados, Vincular un dispositivo.\nVale {span}; luego llega otro.",
    }
    CODE {
        en: "*{code}*\nType this on the phone with +{number}: WhatsApp, Settings, Linked devices, Link a device, Link with phone number.\n\
             Good for {span}.",
        id: "*{code}*\nKetik ini di ponsel dengan +{number}: WhatsApp, Setelan, Perangkat tertaut, Tautkan perangkat, Tautkan dengan \
             nomor telepon.\nBerlaku {span}.",
        es: "*{code}*\nEscríbelo en el teléfono con +{number}: WhatsApp, Ajustes, Dispositivos vinculados, Vincular un dispositivo, \
             Vincular con número de teléfono.\nVale {span}.",
    }
    PASSKEY {
        en: "WhatsApp asks for a passkey: confirm it on the phone with +{number}.",
        id: "WhatsApp meminta kunci sandi: konfirmasi di ponsel dengan +{number}.",
        es: "WhatsApp pide una llave de acceso: confírmala en el teléfono con +{number}.",
    }
    OPEN {
        en: "*+{number} is a bot now* ✅\nWrite {prefix}menu to it.",
        id: "*+{number} sekarang bot* ✅\nKirim {prefix}menu ke sana.",
        es: "*+{number} ya es un bot* ✅\nEscríbele {prefix}menu.",
    }
    GREETING {
        en: "*I am your bot now*\nWrite {prefix}menu to see what I can do.",
        id: "*Sekarang aku botmu*\nKirim {prefix}menu untuk melihat yang bisa kulakukan.",
        es: "*Ya soy tu bot*\nEscribe {prefix}menu para ver lo que puedo hacer.",
    }
    OPENED {
        en: "*New bot* +{number}",
        id: "*Bot baru* +{number}",
        es: "*Bot nuevo* +{number}",
    }
    EXPIRED {
        en: "Nobody linked +{number} in time, and the request is deleted. Ask again when you are ready.",
        id: "+{number} tidak ditautkan tepat waktu, dan permintaannya dihapus. Minta lagi kalau sudah siap.",
        es: "Nadie vinculó +{number} a tiempo y la solicitud se ha borrado. Vuelve a pedirlo cuando quieras.",
    }
    WRONG_NUMBER {
        en: "Another phone than that with +{number} was linked. It is logged out again, and the request is deleted.",
        id: "Yang ditautkan bukan ponsel dengan +{number}. Ponsel itu dikeluarkan lagi, dan permintaannya dihapus.",
        es: "Se vinculó otro teléfono que el de +{number}. Se ha desvinculado y la solicitud se ha borrado.",
    }
    FAILED {
        en: "+{number} could not be made a bot: {why}. The request is deleted; ask again.",
        id: "+{number} tidak bisa dijadikan bot: {why}. Permintaannya dihapus; minta lagi.",
        es: "No se pudo hacer un bot de +{number}: {why}. La solicitud se ha borrado; vuelve a pedirlo.",
    }
    LOGGED_OUT {
        en: "*+{number} is no bot any more*\nIt was removed on the phone. All its data is deleted.",
        id: "*+{number} bukan bot lagi*\nPerangkatnya dihapus di ponsel. Semua datanya sudah dihapus.",
        es: "*+{number} ya no es un bot*\nSe quitó en el teléfono. Todos sus datos se han borrado.",
    }
    ENDED {
        en: "*+{number} is no bot any more*\nIt is logged out, and all its data is deleted.",
        id: "*+{number} bukan bot lagi*\nSudah dikeluarkan, dan semua datanya dihapus.",
        es: "*+{number} ya no es un bot*\nSe ha desvinculado y todos sus datos se han borrado.",
    }
    REASON { en: "Reason", id: "Alasan", es: "Motivo" }

    NO_BOT {
        en: "You have no bot. {prefix}jadibot makes one.",
        id: "Kamu belum punya bot. {prefix}jadibot membuatnya.",
        es: "No tienes ningún bot. {prefix}jadibot crea uno.",
    }
    NO_SUCH_BOT {
        en: "There is no such bot of yours.",
        id: "Kamu tidak punya bot seperti itu.",
        es: "No tienes un bot así.",
    }
    SEVERAL {
        en: "You have several bots. Write the number behind the command.",
        id: "Kamu punya beberapa bot. Tulis nomornya di belakang perintah.",
        es: "Tienes varios bots. Escribe el número detrás del comando.",
    }
    STOPPING {
        en: "*+{number} is stopped*\nIts session is kept. {prefix}startbot starts it again.",
        id: "*+{number} dihentikan*\nSesinya disimpan. {prefix}startbot menjalankannya lagi.",
        es: "*+{number} está detenido*\nSu sesión se conserva. {prefix}startbot lo pone en marcha.",
    }
    STOPPED_ALREADY {
        en: "+{number} is stopped already.",
        id: "+{number} sudah dihentikan.",
        es: "+{number} ya está detenido.",
    }
    STARTING {
        en: "*+{number} is starting*",
        id: "*+{number} sedang dijalankan*",
        es: "*+{number} se está poniendo en marcha*",
    }
    RUNS_ALREADY {
        en: "+{number} is running already.",
        id: "+{number} sudah berjalan.",
        es: "+{number} ya está en marcha.",
    }
    CONFIRM {
        en: "*This deletes +{number} as a bot, with all its data.*\nTo confirm, write within {span}: {prefix}logoutbot {code}",
        id: "*Ini menghapus +{number} sebagai bot, beserta semua datanya.*\nUntuk konfirmasi, kirim dalam {span}: {prefix}logoutbot {code}",
        es: "*Esto borra +{number} como bot, con todos sus datos.*\nPara confirmar, escribe en {span}: {prefix}logoutbot {code}",
    }
    WRONG_CODE {
        en: "That code is wrong or too old. {prefix}logoutbot gives a new one.",
        id: "Kode itu salah atau sudah kedaluwarsa. {prefix}logoutbot memberi yang baru.",
        es: "Ese código es incorrecto o demasiado viejo. {prefix}logoutbot da uno nuevo.",
    }
    ENDING {
        en: "+{number} is being logged out and deleted.",
        id: "+{number} sedang dikeluarkan dan dihapus.",
        es: "+{number} se está desvinculando y borrando.",
    }
    TERMINATE_USAGE {
        en: "{prefix}terminate <number> [reason]",
        id: "{prefix}terminate <nomor> [alasan]",
        es: "{prefix}terminate <número> [motivo]",
    }
    BOTS { en: "Bots", id: "Bot", es: "Bots" }
    NO_BOTS {
        en: "There are no bots on this page.",
        id: "Tidak ada bot di halaman ini.",
        es: "No hay bots en esta página.",
    }
    MORE {
        en: "More: {prefix}listbot {page}",
        id: "Lanjut: {prefix}listbot {page}",
        es: "Más: {prefix}listbot {page}",
    }
    SLOTS {
        en: "*Slots* {taken} of {slots} taken",
        id: "*Slot* {taken} dari {slots} terisi",
        es: "*Lugares* {taken} de {slots} ocupados",
    }
    SLOTS_SET {
        en: "*Slots* {slots} from now on, {taken} taken",
        id: "*Slot* sekarang {slots}, {taken} terisi",
        es: "*Lugares* {slots} desde ahora, {taken} ocupados",
    }
    SLOTS_MOST {
        en: "From 0 to 10000.",
        id: "Dari 0 sampai 10000.",
        es: "De 0 a 10000.",
    }
    LINK {
        en: "*The page of your bot +{number}*\n{link}\nOpen it within {span}. It works once: don't pass it on.",
        id: "*Halaman botmu +{number}*\n{link}\nBuka dalam {span}. Hanya berlaku sekali: jangan dibagikan.",
        es: "*La página de tu bot +{number}*\n{link}\nÁbrela en {span}. Vale una sola vez: no se la pases a nadie.",
    }
    PRIVATELY {
        en: "Everybody here would see it. Write {prefix}token to me in a private chat.",
        id: "Semua orang di sini bisa melihatnya. Kirim {prefix}token kepadaku di chat pribadi.",
        es: "Aquí lo verían todos. Escríbeme {prefix}token en un chat privado.",
    }
    NO_PAGES {
        en: "This host has no pages. Manage your bot from chat: {prefix}menu hosting.",
        id: "Host ini tidak punya halaman. Kelola botmu dari chat: {prefix}menu hosting.",
        es: "Este servidor no tiene páginas. Administra tu bot desde el chat: {prefix}menu hosting.",
    }
    STATS { en: "Host", id: "Host", es: "Servidor" }
    UP { en: "Up for", id: "Aktif selama", es: "Activo desde hace" }
    RESTORING {
        en: "Still to be brought up",
        id: "Belum dijalankan",
        es: "Por poner en marcha",
    }
}
