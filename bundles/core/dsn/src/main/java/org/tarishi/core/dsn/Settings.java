package org.tarishi.core.dsn;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.Domain;
import org.tarishi.api.Mailbox;
import org.tarishi.api.ReturnContent;
import org.tarishi.api.Text;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;

/**
 * The checked form of {@link Config}.
 *
 * @param host empty for this host's name
 * @param from a local part or an address
 * @param returnContent what comes back where RET does not say
 */
@SettingsFor(Settings.PID)
record Settings(
        String host,
        String from,
        String fromName,
        ReturnContent returnContent,
        int maxReturnedBytes,
        int maxReturnedHeaderBytes,
        int maxReplyChars,
        int maxListedRecipients,
        String templates,
        boolean html,
        String image,
        Duration checkEvery) {

    static final String PID = "org.tarishi.core.dsn";

    private static final Domain ANY_HOST = Domain.parse("localhost");
    private static final int LONGEST_NAME = 100;

    Settings(Config config) {
        this(
                config.host(),
                config.from(),
                config.fromName(),
                content(config.returnContent()),
                config.maxReturnedBytes(),
                config.maxReturnedHeaderBytes(),
                config.maxReplyChars(),
                config.maxListedRecipients(),
                config.templates(),
                config.html(),
                config.image(),
                duration("checkEvery", config.checkEvery()));
    }

    Settings {
        if (!host.isEmpty()) {
            try {
                Domain.parse(host);
            } catch (AddressSyntaxException e) {
                throw new InvalidSettingException("host", "want a domain or nothing: " + host);
            }
        }
        try {
            if (from.isEmpty()) {
                throw new InvalidSettingException("from", "want a local part or an address: " + from);
            }
            if (mailbox(from, ANY_HOST).needsUtf8()) {
                throw new InvalidSettingException(
                        "from", "must be ASCII, not every sender's host takes other addresses: " + from);
            }
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException("from", "want a local part or an address: " + from);
        }
        if (fromName.length() > LONGEST_NAME || !Text.escaped(fromName).equals(fromName)) {
            throw new InvalidSettingException(
                    "fromName", "want at most " + LONGEST_NAME + " characters, none of them a control: " + fromName);
        }
        range("maxReturnedBytes", maxReturnedBytes, 0, 1 << 30);
        range("maxReturnedHeaderBytes", maxReturnedHeaderBytes, 1024, 1 << 20);
        range("maxReplyChars", maxReplyChars, 100, 10_000);
        range("maxListedRecipients", maxListedRecipients, 1, 10_000);
        path("templates", templates);
        if (!image.isEmpty() && (image.indexOf('/') >= 0 || imageType(image).isEmpty())) {
            throw new InvalidSettingException(
                    "image", "want the name of a .png, .gif, .jpg or .jpeg file, or nothing: " + image);
        }
    }

    /** Returns whom notifications are from. */
    Mailbox mailbox(Domain reportingHost) {
        return mailbox(from, reportingHost);
    }

    private static Mailbox mailbox(String from, Domain host) {
        return from.indexOf('@') < 0 ? Mailbox.of(from, host) : Mailbox.parse(from);
    }

    /** Returns the media type of the image, empty where its name does not tell. */
    static String imageType(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "png" -> "image/png";
            case "gif" -> "image/gif";
            case "jpg", "jpeg" -> "image/jpeg";
            default -> "";
        };
    }

    private static ReturnContent content(String word) {
        return switch (word) {
            case "headers" -> ReturnContent.HDRS;
            case "full" -> ReturnContent.FULL;
            default -> throw new InvalidSettingException("returnContent", "want headers or full: " + word);
        };
    }

    /** Returns a path below the instance's folder of settings, or wherever a whole one leads. */
    static Path path(String key, String text) {
        try {
            var path = Path.of(text).normalize();
            if (text.isBlank() || path.startsWith("..")) {
                throw new InvalidSettingException(key, "want a path below conf, or a whole one: " + text);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new InvalidSettingException(key, "not a path: " + Text.escaped(text));
        }
    }

    static Duration duration(String key, String text) {
        Duration duration;
        try {
            duration = Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT1S: " + text);
        }
        if (duration.toMillis() < 100 || duration.compareTo(Duration.ofHours(1)) > 0) {
            throw new InvalidSettingException(key, "must be PT0.1S to PT1H: " + text);
        }
        return duration;
    }

    private static void range(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(key, "must be " + least + " to " + most + ": " + value);
        }
    }
}
