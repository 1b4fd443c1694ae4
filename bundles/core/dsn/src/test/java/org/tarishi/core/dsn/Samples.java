package org.tarishi.core.dsn;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Domain;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReturnContent;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.DsnComposer.Action;
import org.tarishi.core.spi.DsnComposer.Content;
import org.tarishi.core.spi.DsnComposer.Mail;
import org.tarishi.core.spi.DsnComposer.Notification;
import org.tarishi.core.spi.DsnComposer.Remote;
import org.tarishi.core.spi.DsnComposer.Report;

/** Mails, reports and composers for tests; what chance and the clock would say is fixed. */
final class Samples {

    static final Instant NOW = Instant.parse("2026-11-28T10:00:00Z");
    static final Clock CLOCK = Clock.fixed(NOW, ZoneId.of("UTC"));
    static final Domain HOST = Domain.parse("mail.example.com");

    static final String PLAIN = """
            Received: from a by b\r
            Message-ID: <1@client.example>\r
            From: Me <me@client.example>\r
            To: you@example.net\r
            Subject: Hello\r
            \r
            Good day.\r
            """;

    private Samples() {}

    static Settings settings() {
        return new Settings(defaults(Config.class));
    }

    static Settings settings(ReturnContent returned, int maxReturned, int maxHeader, boolean html, String image) {
        var d = settings();
        return new Settings(
                d.host(),
                d.from(),
                d.fromName(),
                returned,
                maxReturned,
                maxHeader,
                d.maxReplyChars(),
                d.maxListedRecipients(),
                d.templates(),
                html,
                image,
                Duration.ofHours(1));
    }

    /** Returns an annotation of which every value is the default, or what a map says. */
    static <A> A defaults(Class<A> type, Map<String, Object> values) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, _) -> values.getOrDefault(method.getName(), method.getDefaultValue())));
    }

    static <A> A defaults(Class<A> type) {
        return defaults(type, Map.of());
    }

    static Composer composer(Settings settings) {
        return new Composer(settings, Templates.shipped(), HOST, CLOCK, new SplittableRandom(7));
    }

    static Composer composer() {
        return composer(settings());
    }

    static Content content(String message) {
        return () -> new ByteArrayInputStream(message.getBytes(UTF_8));
    }

    static Content content(byte[] message) {
        return () -> new ByteArrayInputStream(message);
    }

    static Mail mail(String sender, String content, String... parameters) {
        return new Mail(
                "A1B2.1.1",
                ReversePath.parse(sender).withParameters(parameters(parameters)),
                NOW.minusSeconds(3600),
                "client.example",
                content(content));
    }

    static Mail mail(String content) {
        return mail("<me@client.example>", content);
    }

    static EsmtpParameters parameters(String... keywordsAndValues) {
        var map = new LinkedHashMap<String, String>();
        for (var one : keywordsAndValues) {
            int equals = one.indexOf('=');
            map.put(equals < 0 ? one : one.substring(0, equals), equals < 0 ? "" : one.substring(equals + 1));
        }
        return EsmtpParameters.of(map);
    }

    static Recipient recipient(String address, String... parameters) {
        return Recipient.parse("<" + address + ">").withParameters(parameters(parameters));
    }

    static Report failed(String address, String... parameters) {
        return report(
                recipient(address, parameters),
                Action.FAILED,
                Reply.of(550, new EnhancedStatus(5, 1, 1), "No such user here"));
    }

    static Report report(Recipient recipient, Action action, @Nullable Reply reply) {
        return new Report(
                recipient,
                action,
                Optional.ofNullable(reply)
                        .flatMap(Reply::enhanced)
                        .orElse(new EnhancedStatus(
                                switch (action) {
                                    case FAILED -> 5;
                                    case DELAYED -> 4;
                                    default -> 2;
                                },
                                0,
                                0)),
                switch (action) {
                    case FAILED -> "The recipient's host refused the mail.";
                    case DELAYED -> "The recipient's host did not take the mail yet.";
                    default -> "The recipient's host took the mail.";
                },
                new Remote("mx.example.net", reply),
                NOW.minusSeconds(60),
                action == Action.DELAYED ? NOW.plusSeconds(86_400) : null);
    }

    static byte[] bytes(Notification notification) throws IOException {
        try (InputStream in = notification.open()) {
            return in.readAllBytes();
        }
    }

    static Notification compose(Composer composer, Mail mail, Report... reports) throws IOException {
        return composer.compose(mail, mail.sender().mailbox().orElseThrow(), List.of(reports));
    }
}
