package org.tarishi.core.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.AddressSyntaxException;
import org.tarishi.api.MailHost;
import org.tarishi.api.config.InvalidSettingException;
import org.tarishi.api.config.SettingsFor;
import org.tarishi.core.spi.MessageStore;

/** The checked form of {@link Config}. */
@SettingsFor(Settings.PID)
record Settings(
        String hostname,
        List<String> greeting,
        boolean idInGreeting,
        boolean idInRefusals,
        String helloText,
        String closeText,
        boolean showVersion,
        boolean smtpUtf8,
        boolean strict,
        long maxBytes,
        int commandLine,
        int dataLine,
        int headerFields,
        int headerBytes,
        int maxReceived,
        boolean addReceived,
        boolean cleanAuthResults,
        int maxSessions,
        int maxSessionsPerAddress,
        int maxSessionsPerNetwork,
        Networks trusted,
        Duration greetingDelay,
        int maxErrors,
        int maxRecipients,
        int maxTransactions,
        Duration commandTimeout,
        Duration dataTimeout,
        int minDataRate,
        Duration messageTimeout,
        Duration sessionTimeout,
        int minFreeHeap,
        long minFreeDisk,
        int minFreeDescriptors,
        Duration maxLag,
        Duration drain,
        Duration outboundWait,
        Duration queueDelay,
        boolean reverseLookup,
        boolean chunking,
        boolean binaryMime,
        boolean dsn,
        boolean limits,
        MessageStore.BareLineEnds bareLineEnds,
        boolean eightBitHeaders,
        AuthSettings auth,
        SubmissionSettings submission) {

    static final String PID = "org.tarishi.core.server";

    private static final int MOST_GREETING_LINES = 20;
    private static final int LONGEST_TEXT = 200;

    Settings(Config config) {
        this(
                config.hostname().isBlank() ? systemName() : config.hostname().strip(),
                List.of(config.greeting()),
                config.idInGreeting(),
                config.idInRefusals(),
                config.helloText().strip(),
                config.closeText().strip(),
                config.showVersion(),
                config.smtpUtf8(),
                config.strictSyntax(),
                config.maxMessageBytes(),
                config.maxCommandLine(),
                config.maxDataLine(),
                config.maxHeaderFields(),
                config.maxHeaderBytes(),
                config.maxReceived(),
                config.addReceived(),
                config.cleanAuthenticationResults(),
                config.maxSessions(),
                config.maxSessionsPerAddress(),
                config.maxSessionsPerNetwork(),
                Networks.parse("trustedNetworks", config.trustedNetworks()),
                duration("greetingDelay", config.greetingDelay()),
                config.maxErrors(),
                config.maxRecipients(),
                config.maxTransactions(),
                duration("commandTimeout", config.commandTimeout()),
                duration("dataTimeout", config.dataTimeout()),
                config.minDataRate(),
                duration("messageTimeout", config.messageTimeout()),
                duration("sessionTimeout", config.sessionTimeout()),
                config.minFreeHeap(),
                config.minFreeDisk(),
                config.minFreeDescriptors(),
                duration("maxLag", config.maxLag()),
                duration("drain", config.drain()),
                duration("outboundWait", config.outboundWait()),
                duration("queueDelay", config.queueDelay()),
                config.reverseLookup(),
                config.chunking(),
                config.binaryMime(),
                config.dsn(),
                config.limits(),
                bareLineEnds(config.bareLineEnds()),
                config.eightBitHeaders(),
                new AuthSettings(config),
                new SubmissionSettings(config));
    }

    Settings {
        greeting = List.copyOf(greeting);
        try {
            MailHost.parse(hostname);
        } catch (AddressSyntaxException e) {
            throw new InvalidSettingException(
                    "hostname", "want a domain such as mail.example.com or an address in brackets: " + hostname);
        }
        if (greeting.size() > MOST_GREETING_LINES) {
            throw new InvalidSettingException("greeting", "want at most " + MOST_GREETING_LINES + " lines");
        }
        greeting.forEach(line -> text("greeting", line));
        text("helloText", helloText);
        text("closeText", closeText);
        within("maxMessageBytes", maxBytes, 0, Long.MAX_VALUE);
        within("maxCommandLine", commandLine, 512, 65_536);
        within("maxDataLine", dataLine, 1_000, 16_777_216);
        within("maxHeaderFields", headerFields, 10, 100_000);
        within("maxHeaderBytes", headerBytes, 4_096, 16_777_216);
        within("maxReceived", maxReceived, 1, 10_000);
        within("maxSessions", maxSessions, 1, 1_000_000);
        within("maxSessionsPerAddress", maxSessionsPerAddress, 1, 1_000_000);
        within("maxSessionsPerNetwork", maxSessionsPerNetwork, 1, 1_000_000);
        within("greetingDelay", greetingDelay, Duration.ZERO, Duration.ofMinutes(1));
        within("maxErrors", maxErrors, 1, 100_000);
        within("maxRecipients", maxRecipients, 100, 1_000_000);
        within("maxTransactions", maxTransactions, 1, 100_000_000);
        within("commandTimeout", commandTimeout, Duration.ofSeconds(1), Duration.ofHours(24));
        within("dataTimeout", dataTimeout, Duration.ofSeconds(1), Duration.ofHours(24));
        within("messageTimeout", messageTimeout, Duration.ofSeconds(1), Duration.ofDays(7));
        within("sessionTimeout", sessionTimeout, Duration.ofSeconds(1), Duration.ofDays(30));
        within("minDataRate", minDataRate, 0, 1_000_000);
        within("minFreeHeap", minFreeHeap, 0, 90);
        within("minFreeDisk", minFreeDisk, 0, Long.MAX_VALUE);
        within("minFreeDescriptors", minFreeDescriptors, 0, 1_000_000);
        if (!maxLag.isZero()) {
            within("maxLag", maxLag, Duration.ofMillis(100), Duration.ofMinutes(1));
        }
        within("drain", drain, Duration.ZERO, Duration.ofMinutes(10));
        within("outboundWait", outboundWait, Duration.ZERO, Duration.ofMinutes(1));
        within("queueDelay", queueDelay, Duration.ZERO, Duration.ofMinutes(1));
    }

    /** These settings, with what a listener says otherwise. */
    Settings with(ListenerLimits its) {
        if (its.equals(ListenerLimits.NONE)) {
            return this;
        }
        return new Settings(
                hostname,
                greeting,
                idInGreeting,
                idInRefusals,
                helloText,
                closeText,
                showVersion,
                smtpUtf8,
                strict,
                or(its.maxBytes(), maxBytes),
                commandLine,
                dataLine,
                headerFields,
                headerBytes,
                maxReceived,
                addReceived,
                cleanAuthResults,
                maxSessions,
                or(its.maxSessionsPerAddress(), maxSessionsPerAddress),
                or(its.maxSessionsPerNetwork(), maxSessionsPerNetwork),
                trusted,
                or(its.greetingDelay(), greetingDelay),
                or(its.maxErrors(), maxErrors),
                or(its.maxRecipients(), maxRecipients),
                or(its.maxTransactions(), maxTransactions),
                or(its.commandTimeout(), commandTimeout),
                or(its.dataTimeout(), dataTimeout),
                or(its.minDataRate(), minDataRate),
                or(its.messageTimeout(), messageTimeout),
                or(its.sessionTimeout(), sessionTimeout),
                minFreeHeap,
                minFreeDisk,
                minFreeDescriptors,
                maxLag,
                drain,
                outboundWait,
                queueDelay,
                reverseLookup,
                chunking,
                binaryMime,
                dsn,
                limits,
                bareLineEnds,
                eightBitHeaders,
                auth.with(its.auth()),
                submission);
    }

    private static <T> T or(@Nullable T its, T ours) {
        return its == null ? ours : its;
    }

    /** The host name as a host. */
    MailHost host() {
        return MailHost.parse(hostname);
    }

    /** The product, with its version where it is shown. */
    String product() {
        return showVersion ? "Tarishi/" + Version.TEXT : "Tarishi";
    }

    /** What this host is called, if that is a domain. */
    static String systemName() {
        try {
            var name = InetAddress.getLocalHost().getHostName();
            MailHost.parse(name);
            return name;
        } catch (UnknownHostException | AddressSyntaxException e) {
            return "localhost";
        }
    }

    private static MessageStore.BareLineEnds bareLineEnds(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "refuse" -> MessageStore.BareLineEnds.REFUSE;
            case "convert" -> MessageStore.BareLineEnds.CONVERT;
            default -> throw new InvalidSettingException("bareLineEnds", "want refuse or convert: " + text);
        };
    }

    static Duration duration(String key, String text) {
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeParseException e) {
            throw new InvalidSettingException(key, "want ISO-8601, such as PT5M: " + text);
        }
    }

    private static void text(String key, String text) {
        if (text.length() > LONGEST_TEXT || text.chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
            throw new InvalidSettingException(
                    key, "want at most " + LONGEST_TEXT + " printable ASCII characters: " + text);
        }
    }

    static void within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new InvalidSettingException(key, "must be from " + least + " to " + most + ": " + value);
        }
    }

    static void within(String key, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidSettingException(key, "must be from " + least + " to " + most + ": " + value);
        }
    }
}
