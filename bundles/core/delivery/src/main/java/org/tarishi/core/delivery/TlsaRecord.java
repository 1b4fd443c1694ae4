package org.tarishi.core.delivery;

import java.util.HexFormat;
import java.util.Optional;

/**
 * A TLSA record (RFC 6698 section 2.1) of a kind that counts for SMTP (RFC 7672 section 3.1).
 *
 * @param usage 2 (DANE-TA) or 3 (DANE-EE)
 * @param selector 0 for the certificate, 1 for its public key
 * @param matching 0 for the whole, 1 for its SHA-256, 2 for its SHA-512
 * @param data what is matched, in lower-case hexadecimal digits
 */
record TlsaRecord(int usage, int selector, int matching, String data) {

    static final int TRUST_ANCHOR = 2;
    static final int END_ENTITY = 3;

    /** Reads one in presentation form; nothing for what is of no use for SMTP, or no TLSA record at all. */
    static Optional<TlsaRecord> parse(String text) {
        var words = text.strip().split("\\s+", 4);
        if (words.length < 4) {
            return Optional.empty();
        }
        int usage = number(words[0]);
        int selector = number(words[1]);
        int matching = number(words[2]);
        var data = words[3].replaceAll("\\s", "").toLowerCase(java.util.Locale.ROOT);
        boolean isKnown = (usage == TRUST_ANCHOR || usage == END_ENTITY)
                && (selector == 0 || selector == 1)
                && matching >= 0
                && matching <= 2;
        return isKnown && isDigits(data) && data.length() >= 2 && hasLength(matching, data.length())
                ? Optional.of(new TlsaRecord(usage, selector, matching, data))
                : Optional.empty();
    }

    private static int number(String word) {
        return word.length() <= 3 && word.chars().allMatch(c -> c >= '0' && c <= '9') ? Integer.parseInt(word) : -1;
    }

    private static boolean isDigits(String data) {
        return data.length() % 2 == 0 && data.chars().allMatch(HexFormat::isHexDigit);
    }

    /** A digest of another length never matches, so its record is as good as none. */
    private static boolean hasLength(int matching, int digits) {
        return matching == 0 || digits == (matching == 1 ? 64 : 128);
    }

    /** Returns the bytes that are matched. */
    byte[] bytes() {
        return HexFormat.of().parseHex(data);
    }
}
