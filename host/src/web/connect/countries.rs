//! Which countries' calling codes there are, for the hint beside the number, and what is wrong with what is no number.
//!
//! Countries stand here by their two letters (ISO 3166-1): browsers know what they are called in each language. The calling codes are
//! those of the ITU's list of E.164 country codes; of codes that countries share, the longer ones say which of them it is.

use super::answer::Problem;
use crate::model::PhoneNumberError;
use crate::plugins::{HostingRefusal, RefusalReason};

/// Calling codes, each with its countries.
pub(in crate::web) const CALLING_CODES: &str = "\
1 US CA,1242 BS,1246 BB,1264 AI,1268 AG,1284 VG,1340 VI,1345 KY,1441 BM,1473 GD,1649 TC,1658 JM,1664 MS,1670 MP,1671 GU,1684 AS,\
1721 SX,1758 LC,1767 DM,1784 VC,1787 PR,1809 DO,1829 DO,1849 DO,1868 TT,1869 KN,1876 JM,1939 PR,\
20 EG,211 SS,212 MA,213 DZ,216 TN,218 LY,220 GM,221 SN,222 MR,223 ML,224 GN,225 CI,226 BF,227 NE,228 TG,229 BJ,230 MU,231 LR,\
232 SL,233 GH,234 NG,235 TD,236 CF,237 CM,238 CV,239 ST,240 GQ,241 GA,242 CG,243 CD,244 AO,245 GW,246 IO,248 SC,249 SD,250 RW,\
251 ET,252 SO,253 DJ,254 KE,255 TZ,256 UG,257 BI,258 MZ,260 ZM,261 MG,262 RE YT,263 ZW,264 NA,265 MW,266 LS,267 BW,268 SZ,\
269 KM,27 ZA,290 SH,291 ER,297 AW,298 FO,299 GL,\
30 GR,31 NL,32 BE,33 FR,34 ES,350 GI,351 PT,352 LU,353 IE,354 IS,355 AL,356 MT,357 CY,358 FI,359 BG,36 HU,370 LT,371 LV,372 EE,\
373 MD,374 AM,375 BY,376 AD,377 MC,378 SM,380 UA,381 RS,382 ME,383 XK,385 HR,386 SI,387 BA,389 MK,39 IT VA,\
40 RO,41 CH,420 CZ,421 SK,423 LI,43 AT,44 GB,45 DK,46 SE,47 NO,48 PL,49 DE,\
500 FK,501 BZ,502 GT,503 SV,504 HN,505 NI,506 CR,507 PA,508 PM,509 HT,51 PE,52 MX,53 CU,54 AR,55 BR,56 CL,57 CO,58 VE,590 GP,\
591 BO,592 GY,593 EC,594 GF,595 PY,596 MQ,597 SR,598 UY,599 CW BQ,\
60 MY,61 AU,62 ID,63 PH,64 NZ,65 SG,66 TH,670 TL,672 NF,673 BN,674 NR,675 PG,676 TO,677 SB,678 VU,679 FJ,680 PW,681 WF,682 CK,\
683 NU,685 WS,686 KI,687 NC,688 TV,689 PF,690 TK,691 FM,692 MH,\
7 RU,76 KZ,77 KZ,\
81 JP,82 KR,84 VN,850 KP,852 HK,853 MO,855 KH,856 LA,86 CN,880 BD,886 TW,\
90 TR,91 IN,92 PK,93 AF,94 LK,95 MM,960 MV,961 LB,962 JO,963 SY,964 IQ,965 KW,966 SA,967 YE,968 OM,970 PS,971 AE,972 IL,973 BH,\
974 QA,975 BT,976 MN,977 NP,98 IR,992 TJ,993 TM,994 AZ,995 GE,996 KG,998 UZ";

/// What is wrong with what was typed for a number.
pub(super) fn no_number(typed: &str, error: &PhoneNumberError) -> Problem {
    let problem = Problem::from(HostingRefusal::from(RefusalReason::NotANumber));
    let begins = |with: &str| typed.trim().starts_with(with);
    let [english, indonesian, spanish] = match error {
        PhoneNumberError::Missing => return problem,
        PhoneNumberError::Character(_) => [
            "This is no phone number: it has more than digits in it. Write it like +62 800 0000 0123.",
            "Ini bukan nomor telepon: isinya bukan hanya angka. Tulis seperti +62 800 0000 0123.",
            "Esto no es un número de teléfono: tiene algo más que cifras. Escríbelo como +62 800 0000 0123.",
        ],
        PhoneNumberError::Shape if begins("00") || begins("+0") => [
            "The country code is missing: write + and the country code at the beginning, without 0, such as +62 800 0000 0123.",
            "Kode negaranya belum ada: tulis + dan kode negara di awal, tanpa 0, misalnya +62 800 0000 0123.",
            "Falta el código de país: escribe + y el código de país al principio, sin 0, como +62 800 0000 0123.",
        ],
        PhoneNumberError::Shape if begins("0") => [
            "The country code is missing: write it in place of the 0 at the beginning, such as +62 800 0000 0123.",
            "Kode negaranya belum ada: tulis sebagai ganti 0 di awal, misalnya +62 800 0000 0123.",
            "Falta el código de país: escríbelo en lugar del 0 del principio, como +62 800 0000 0123.",
        ],
        PhoneNumberError::Shape => [
            "With its country code a number has 7 to 15 digits, such as +62 800 0000 0123. Check this one.",
            "Dengan kode negara, sebuah nomor punya 7 sampai 15 angka, misalnya +62 800 0000 0123. Periksa lagi.",
            "Con el código de país un número tiene de 7 a 15 cifras, como +62 800 0000 0123. Revisa este.",
        ],
    };
    problem.saying(english).also(indonesian, spanish)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::PhoneNumber;
    use crate::web::language::Language;

    #[test]
    fn each_calling_code_stands_there_once_with_its_countries() {
        let mut codes = BTreeSet::new();
        for entry in CALLING_CODES.split(',') {
            let (code, countries) = entry.split_once(' ').expect("a code and countries");
            let digits = code.bytes().all(|byte| byte.is_ascii_digit());
            assert!(
                digits && (1..=4).contains(&code.len()) && !code.starts_with('0'),
                "{entry}"
            );
            for country in countries.split(' ') {
                let letters = country.bytes().all(|byte| byte.is_ascii_uppercase());
                assert!(letters && country.len() == 2, "{entry}");
            }
            assert!(codes.insert(code), "{code} twice");
        }
        // No code but for those of shared ones begins with another, as in E.164.
        for code in &codes {
            for shorter in 1..code.len() {
                let shared = matches!(&code[..shorter], "1" | "7");
                assert!(shared || !codes.contains(&code[..shorter]), "{code}");
            }
        }
        assert!(codes.len() > 220, "{}", codes.len());
    }

    #[test]
    fn what_is_missing_is_named() {
        let told = |typed: &str| {
            let error = typed.parse::<PhoneNumber>().expect_err("no number");
            let problem = no_number(typed, &error);
            assert_eq!(problem.code, "INVALID_PHONE_NUMBER");
            for language in [Language::Indonesian, Language::Spanish] {
                assert!(problem.message_in(language).contains("+62 800"), "{typed}");
            }
            problem.message
        };
        assert!(told("0812 0000 0123").contains("in place of the 0"));
        assert!(told("0062 800 0000 0123").contains("write + and the country code"));
        assert!(told("+0812 0000 0123").contains("write + and the country code"));
        assert!(told("shop").contains("more than digits"));
        assert!(told("+62 80").contains("7 to 15 digits"));
        assert!(told("").contains("no phone number"));
    }
}
