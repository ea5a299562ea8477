//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// There is none.
    NONE {
        en: "There is no poll here. {command} question | one | two",
        id: "Tidak ada jajak pendapat di sini. {command} pertanyaan | satu | dua",
        es: "Aquí no hay ninguna encuesta. {command} pregunta | una | dos",
    }
    /// What is to be typed.
    HOW {
        en: "A question and {least} to {most} different, short answers, with | between them: {command} Tea or coffee? | tea | coffee\nFor several choices: {command} --several …",
        id: "Pertanyaan dan {least} sampai {most} jawaban pendek yang berbeda, dengan | di antaranya: {command} Teh atau kopi? | teh | kopi\nUntuk beberapa pilihan: {command} --several …",
        es: "Una pregunta y de {least} a {most} respuestas cortas y distintas, separadas por |: {command} ¿Té o café? | té | café\nPara varias opciones: {command} --several …",
    }
    /// Somebody else's is open.
    OPEN {
        en: "A poll is open here. {command} shows how it stands; who began it and admins end it with {command} end.",
        id: "Masih ada jajak pendapat di sini. {command} menampilkan hasilnya; yang memulai dan admin menutupnya dengan {command} end.",
        es: "Aquí hay una encuesta abierta. {command} muestra cómo va; quien la empezó y los administradores la cierran con {command} end.",
    }
    /// It is over.
    ENDED { en: "*It is over.*", id: "*Selesai.*", es: "*Se acabó.*" }
    /// Somebody else than who began it, or an admin, ends it.
    NOT_YOURS {
        en: "Only who began it and admins can end it.",
        id: "Hanya yang memulai dan admin yang dapat menutupnya.",
        es: "Solo quien la empezó y los administradores pueden cerrarla.",
    }
}
