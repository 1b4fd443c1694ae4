package org.tarishi.core.tlsrpt;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Text;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param isOn whether anything is collected and reported
 * @param contact who answers questions; null where nobody does
 * @param organization who reports
 * @param from whom reports by mail are from; null where there is no contact
 * @param trustedCa who vouches for web servers, nothing for those that the JDK knows
 */
@SettingsFor(Settings.PID)
record Settings(
        boolean isOn,
        @Nullable Mailbox contact,
        String organization,
        @Nullable Mailbox from,
        Optional<Path> trustedCa) {

    static final String PID = "org.tarishi.core.tlsrpt";

    private static final int LONGEST_NAME = 100;

    Settings(Config config) {
        this(
                config.report() && !config.contact().isBlank(),
                address("contact", config.contact().strip()),
                organization(config),
                address(
                        config.from().isBlank() ? "contact" : "from",
                        config.from().isBlank()
                                ? config.contact().strip()
                                : config.from().strip()),
                path(config.trustedCa().strip()));
    }

    private static String organization(Config config) {
        var text = config.organization().strip();
        if (text.length() > LONGEST_NAME || !Text.escaped(text).equals(text)) {
            throw new InvalidSettingException(
                    "organization", "want at most " + LONGEST_NAME + " characters, none of them a control");
        }
        var contact = address("contact", config.contact().strip());
        return text.isEmpty() && contact != null ? contact.host().ascii() : text;
    }

    private static @Nullable Mailbox address(String key, String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            var mailbox = Mailbox.parse(text);
            if (!mailbox.needsUtf8() && mailbox.host() instanceof Domain) {
                return mailbox;
            }
        } catch (AddressSyntaxException e) {
            // told below
        }
        throw new InvalidSettingException(key, "want an address of ASCII at a domain: " + Text.escaped(text));
    }

    private static Optional<Path> path(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            throw new InvalidSettingException("trustedCa", "not a path: " + Text.escaped(text));
        }
    }
}
