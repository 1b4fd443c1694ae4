package org.tarishi.core.server;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.MailHost;

/** Parameters behind a path: those that are accepted were offered, stand once, and are written as what is read as the same. */
public final class ParameterFuzz {

    private static final Offer OFFER = CommandLineFuzz.everything();
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final Envelope ENVELOPE = new Envelope(false, 1 << 20, MailHost.parse("mx.example"));

    private ParameterFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, StandardCharsets.UTF_8);
        EsmtpParameters parameters;
        try {
            parameters = ENVELOPE.mail("FROM:<a@b.example> " + text, OFFER, () -> NOW)
                    .parameters();
        } catch (Objection objection) {
            CommandLineFuzz.wellFormed(objection.reply());
            return;
        }
        var words = Arrays.stream(text.split(" ", -1))
                .filter(word -> !word.isEmpty())
                .toList();
        CommandLineFuzz.check(words.size() == parameters.asMap().size(), "each word is a parameter", text);
        var seen = new HashSet<String>();
        for (var word : words) {
            int equals = word.indexOf('=');
            var keyword = (equals < 0 ? word : word.substring(0, equals)).toUpperCase(Locale.ROOT);
            CommandLineFuzz.check(
                    OFFER.mailParameters().contains(keyword) && seen.add(keyword), "offered, and given once", text);
            CommandLineFuzz.check(
                    parameters.value(keyword).orElse("?").equals(equals < 0 ? "" : word.substring(equals + 1)),
                    "a value is what stands behind the first =",
                    text);
        }
        try {
            CommandLineFuzz.check(
                    ENVELOPE.mail("FROM:<a@b.example> " + parameters, OFFER, () -> NOW)
                            .parameters()
                            .equals(parameters),
                    "parameters are read as they were written",
                    parameters);
        } catch (Objection objection) {
            throw new AssertionError("accepted once, refused then: " + parameters, objection);
        }
        CommandLineFuzz.check(
                EsmtpParameters.of(parameters.asMap()).equals(parameters), "they are made of their map", parameters);
    }
}
