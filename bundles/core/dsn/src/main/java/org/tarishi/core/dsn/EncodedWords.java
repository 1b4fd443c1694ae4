package org.tarishi.core.dsn;

import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;

/** Reads encoded words (RFC 2047). */
final class EncodedWords {

    private EncodedWords() {}

    /** Returns a text with its encoded words decoded; as it is, where one is of a charset that nobody knows. */
    static String decoded(String text) {
        try {
            return MimeUtility.decodeText(text);
        } catch (UnsupportedEncodingException e) {
            return text;
        }
    }
}
