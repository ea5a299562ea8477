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
        en: "A question and {least} to {most} answers, with | between them: {command} Tea or coffee? | tea | coffee",
        id: "Pertanyaan dan {least} sampai {most} jawaban, dengan | di antaranya: {command} Teh atau kopi? | teh | kopi",
        es: "Una pregunta y de {least} a {most} respuestas, separadas por |: {command} ¿Té o café? | té | café",
    }
    /// One is open.
    OPEN {
        en: "A poll is open here. {command} end closes it.",
        id: "Masih ada jajak pendapat di sini. {command} end menutupnya.",
        es: "Aquí hay una encuesta abierta. {command} end la cierra.",
    }
    /// Below the answers.
    VOTE {
        en: "To vote: {command} <number>",
        id: "Untuk memilih: {command} <nomor>",
        es: "Para votar: {command} <número>",
    }
    /// There is no such answer.
    NO_ANSWER {
        en: "There is no such answer. They are 1 to {most}.",
        id: "Tidak ada jawaban itu. Jawabannya 1 sampai {most}.",
        es: "No hay tal respuesta. Van de 1 a {most}.",
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
