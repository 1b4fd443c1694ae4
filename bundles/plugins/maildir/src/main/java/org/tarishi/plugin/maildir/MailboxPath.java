package org.tarishi.plugin.maildir;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;
import org.tarishi.api.Mailbox;

/**
 * Finds the place of a mailbox below the root.
 *
 * <p>An address is a peer's text and no path. Each part of it becomes exactly one file name: letters, digits and {@code . _ + -} stay,
 * every other byte of its UTF-8 form becomes {@code %XX}, and so does a dot at the beginning. So no name is empty, {@code .},
 * {@code ..} or hidden, none holds a slash, and two local parts never share one by accident.
 */
final class MailboxPath {

    /** What Linux file systems allow a name to have. */
    private static final int LONGEST_NAME = 255;

    private MailboxPath() {}

    /** Returns the path of a mailbox, relative to the root. */
    static Path of(Mailbox mailbox, Settings settings) {
        var names = settings.path().stream()
                .map(step -> switch (step) {
                    case Settings.DOMAIN -> name(mailbox.host().ascii());
                    case Settings.USER -> name(user(mailbox.localPart(), settings));
                    default -> step;
                })
                .toArray(String[]::new);
        return Path.of("", names);
    }

    private static String user(String localPart, Settings settings) {
        var user = Normalizer.normalize(localPart, Normalizer.Form.NFC);
        if (settings.foldsCase()) {
            user = user.toLowerCase(Locale.ROOT);
        }
        // From the second character on: a user has a name.
        int end = settings.subaddress().isEmpty() ? -1 : user.indexOf(settings.subaddress(), 1);
        return end < 0 ? user : user.substring(0, end);
    }

    /** Returns the one file name that stands for a text. */
    static String name(String text) {
        var out = new StringBuilder(text.length() + 16);
        var hex = HexFormat.of().withUpperCase();
        for (byte b : text.getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            if (isPlain(c) && !(c == '.' && out.isEmpty())) {
                out.append(c);
            } else {
                hex.toHexDigits(out.append('%'), b);
            }
        }
        if (out.isEmpty()) {
            return "%";
        }
        // "%" and "%h" never begin an encoded byte, so neither name is that of another text.
        return out.length() <= LONGEST_NAME ? out.toString() : out.substring(0, 100) + "%h" + digest(text);
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '+'
                || c == '-';
    }

    private static String digest(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
