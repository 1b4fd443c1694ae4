package org.tarishi.core.server;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.tarishi.api.Hello;
import org.tarishi.api.ListenerMode;

/** Lines of AUTH: what is accepted is written as what is read as the same; what may be a secret is shown nowhere. */
public final class AuthCommandFuzz {

    private static final int LONGEST = 12_288;
    private static final Base64.Encoder BASE64 = Base64.getEncoder();
    private static final State READY = new State.Ready(new Hello(Hello.Verb.EHLO, "x"));

    private AuthCommandFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        var shown = new Discretion(List.of("PLAIN", "LOGIN")).shown(READY, data.clone(), ListenerMode.SMTP);
        if (AuthCommand.isOne(data)) {
            check(AuthCommand.looksLikeOne(data), "AUTH looks like AUTH");
            command(data, shown);
        } else if (AuthCommand.looksLikeOne(data)) {
            check(new String(shown, StandardCharsets.US_ASCII).equals("(hidden)"), "what may be AUTH is hidden");
        } else {
            check(Arrays.equals(shown, data), "other lines are shown");
        }
        response(data);
    }

    private static void command(byte[] data, byte[] shown) {
        try {
            var command = AuthCommand.read(data, LONGEST);
            check(command.mechanism().matches("[A-Z0-9_-]{1,20}"), "a mechanism has a name");
            var initial = command.initial().map(Secret::octets).orElse(null);
            var written = "AUTH " + command.mechanism()
                    + (initial == null ? "" : " " + (initial.length == 0 ? "=" : BASE64.encodeToString(initial)));
            var again = AuthCommand.read(written.getBytes(StandardCharsets.US_ASCII), 2 * LONGEST);
            check(again.mechanism().equals(command.mechanism()), "the mechanism is read as it was written");
            check(
                    Arrays.equals(again.initial().map(Secret::octets).orElse(null), initial),
                    "the response is read as it was written");
            if (initial != null && initial.length > 6) {
                check(
                        !new String(shown, StandardCharsets.ISO_8859_1).contains(BASE64.encodeToString(initial)),
                        "no response is shown");
            }
            check(!command.toString().contains("[B@"), "no text of it tells more");
        } catch (Objection objection) {
            check(objection.reply().isPermanent() && objection.reply().status() != null, "a refusal is one");
        }
    }

    private static void response(byte[] data) {
        try {
            var octets = AuthCommand.response(data, LONGEST).octets();
            var again = AuthCommand.response(BASE64.encode(octets), 2 * LONGEST).octets();
            check(Arrays.equals(again, octets), "a response is read as it was written");
        } catch (Objection objection) {
            check(objection.reply().isPermanent() && objection.reply().status() != null, "a refusal is one");
        }
    }

    private static void check(boolean right, String rule) {
        if (!right) {
            throw new AssertionError(rule);
        }
    }
}
