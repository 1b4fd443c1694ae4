package org.tarishi.core.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tarishi.api.AuthResult;
import org.tarishi.api.Domain;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Mailbox;
import org.tarishi.api.Moment;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.hook.Capabilities;
import org.tarishi.api.hook.ClientFacts;
import org.tarishi.api.hook.CommandResult;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.RdnsResult;
import org.tarishi.core.spi.Subject;

/** Every dialog, each client's turn in one segment, then byte by byte, and with plugins that answer at once and later. */
final class DialogTest {

    private enum Cut {
        WHOLE,
        BYTES
    }

    @TestFactory
    Stream<DynamicTest> dialogs() {
        return Dialog.all().stream()
                .flatMap(dialog -> Stream.of(Cut.values())
                        .flatMap(cut -> Stream.of(FakeHooks.Timing.AT_ONCE, FakeHooks.Timing.LATER)
                                .map(timing -> DynamicTest.dynamicTest(
                                        dialog.file() + ": " + dialog.name() + " (" + cut + ", " + timing + ")",
                                        () -> play(dialog, cut, timing)))));
    }

    @Test
    void thereAreAtLeastFourHundredAndTwentyDialogs() {
        assertThat(Dialog.all()).hasSizeGreaterThanOrEqualTo(420);
    }

    private static void play(Dialog dialog, Cut cut, FakeHooks.Timing timing) {
        if (dialog.entries().stream()
                .anyMatch(e -> e.kind() == '@'
                        && e.text().startsWith("cut ")
                        && !e.text().equalsIgnoreCase("cut " + cut))) {
            return;
        }
        var stage = new Stage();
        stage.hooks.timing = timing;
        dialog.entries().stream().filter(e -> e.kind() == '@').forEach(e -> set(stage, e.text()));
        try (stage) {
            stage.connect();
            play(stage, dialog.entries().stream().filter(e -> e.kind() != '@').toList(), cut);
            stage.expectNothing();
            stage.hangUp();
            assertThat(stage.hooks.released.get()).as("generations released").isEqualTo(stage.hooks.begun.get());
            assertThat(FakeAuthentication.OPEN.get()).as("exchanges open").isZero();
            assertThat(stage.store.closed.get()).as("messages closed").isEqualTo(stage.store.opened.get());
        }
    }

    private static void play(Stage stage, List<Dialog.Entry> entries, Cut cut) {
        var turn = new ByteArrayOutputStream();
        for (var entry : entries) {
            switch (entry.kind()) {
                case 'C' -> turn.writeBytes((entry.text() + "\r\n").getBytes(StandardCharsets.UTF_8));
                case 'R' -> turn.writeBytes(Dialog.raw(entry.text()));
                default -> {
                    speak(stage, turn, cut);
                    listen(stage, entry);
                }
            }
        }
        speak(stage, turn, cut);
    }

    private static void speak(Stage stage, ByteArrayOutputStream turn, Cut cut) {
        var bytes = turn.toByteArray();
        turn.reset();
        if (bytes.length == 0) {
            return;
        }
        stage.expectNothing();
        if (cut == Cut.WHOLE) {
            stage.send(bytes);
        } else {
            for (byte b : bytes) {
                stage.send(new byte[] {b});
            }
        }
    }

    private static void listen(Stage stage, Dialog.Entry entry) {
        switch (entry.kind()) {
            case 'S' -> Stage.check(entry.text(), stage.line());
            case 'L' -> {
                String line;
                do {
                    line = stage.line();
                    assertThat(line).startsWith(entry.text());
                } while (line.charAt(3) == '-');
            }
            case 'X' -> stage.expectClosed();
            case 'T' -> stage.secure(entry.text().isEmpty() ? FakeTls.client() : FakeTls.client(entry.text()));
            case 'M' ->
                assertThat(stage.store.messages.getLast().text().lines())
                        .anySatisfy(line -> Stage.check(entry.text().replace("\\t", "\t"), line));
            case 'N' -> assertThat(stage.store.messages.getLast().text()).doesNotContain(entry.text());
            default -> throw new IllegalArgumentException(String.valueOf(entry.kind()));
        }
    }

    private static void set(Stage stage, String directive) {
        var words = directive.split(" ", 2);
        var rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "set" ->
                stage.settings.put(rest.substring(0, rest.indexOf('=')), rest.substring(rest.indexOf('=') + 1));
            case "listener" ->
                stage.listener.put(rest.substring(0, rest.indexOf('=')), rest.substring(rest.indexOf('=') + 1));
            case "mode" -> stage.mode = ListenerMode.valueOf(rest.toUpperCase(Locale.ROOT));
            case "remote" -> stage.remote = rest;
            case "rdns" ->
                stage.hooks.name = rest.equals("deny")
                        ? RdnsResult.refuse((HookResult.Refusal) HookResult.deny("no name, no mail"))
                        : RdnsResult.name(Domain.parse(rest));
            case "room" -> stage.store.room = Long.parseLong(rest);
            case "withdraw" ->
                stage.hooks.answers.put(Moment.CAPABILITIES, subject -> {
                    if (subject.argument() instanceof Capabilities offer) {
                        offer.withdraw(rest);
                    }
                    return HookResult.CONTINUE;
                });
            case "extend" ->
                stage.hooks.answers.put(Moment.CAPABILITIES, subject -> {
                    if (subject.argument() instanceof Capabilities offer) {
                        var parts = rest.split(" / ", -1);
                        offer.offer(parts[0]);
                        for (var keyword : parts[1].split(" ", -1)) {
                            offer.allowMailParameter(keyword);
                        }
                    }
                    return HookResult.CONTINUE;
                });
            case "cut" -> {
                // Looked at before.
            }
            case "tls-trouble" -> stage.tls.trouble = rest;
            case "sasl" -> {
                stage.hooks.mechanisms = List.of(rest.split(" ", -1));
                stage.settings.putIfAbsent("authWithoutTls", "127.0.0.1");
                stage.settings.putIfAbsent("authDelay", "PT0S");
                stage.settings.putIfAbsent("authMechanisms", rest.replace(' ', '|'));
            }
            case "trouble" -> stage.hooks.trouble = FakeAuthentication.Trouble.valueOf(rest);
            case "tls" ->
                stage.hooks.answers.put(Moment.CONNECT, subject -> {
                    ((Session) Objects.requireNonNull(subject.connection()))
                            .security()
                            .pretend(new PretendedTls());
                    return HookResult.CONTINUE;
                });
            case "table" ->
                stage.tables.with(rest.substring(0, rest.indexOf(' ')), rest.substring(rest.indexOf(' ') + 1));
            case "full" -> stage.store.fault = FakeStore.Fault.STORAGE;
            case "slow" -> stage.store.slow = false;
            case "missing" -> stage.hooks.refusal = Reply.of(421, EnhancedStatus.parse("4.3.2"), "a plugin is missing");
            case "missing-at-mail" ->
                stage.hooks.refusedBegin = Reply.of(451, EnhancedStatus.parse("4.3.2"), "a plugin is missing");
            case "verb" -> {
                var verb = rest.split(" ", 2);
                stage.hooks.verbs.put(verb[0], CommandResult.of(answer(verb[1])));
            }
            case "client" -> {
                var client = rest.split(" ", 3);
                var facts = ClientFacts.of(new InetSocketAddress(client[1], 0));
                stage.hooks.verbs.put(
                        client[0],
                        CommandResult.newClient(
                                client.length < 3
                                        ? facts
                                        : client[2].equals("-")
                                                ? facts.withoutName()
                                                : facts.withName(Domain.parse(client[2]))));
            }
            case "refuse" ->
                stage.hooks.answers.put(
                        Moment.CONNECT,
                        subject -> isFrom(subject, rest) ? HookResult.deny("not that one") : HookResult.CONTINUE);
            case "relay-of" ->
                stage.hooks.answers.put(Moment.CONNECT, subject -> {
                    if (isFrom(subject, rest)) {
                        Objects.requireNonNull(subject.connection()).grantRelaying("test");
                    }
                    return HookResult.CONTINUE;
                });
            case "run" ->
                stage.hooks.command = CommandResult.runAs(Moment.ofKey(rest).orElseThrow());
            case "unknown" -> stage.hooks.command = CommandResult.of(answer(rest));
            case "body" -> stage.hooks.bodyAnswer = answer(rest);
            case "relay" ->
                stage.hooks.answers.put(Moment.CONNECT, subject -> {
                    Objects.requireNonNull(subject.connection()).grantRelaying("test");
                    return HookResult.CONTINUE;
                });
            case "outbound" -> stage.outbound = new FakeOutbound(rest);
            case "relay-tx" ->
                stage.hooks.answers.put(Moment.MAIL, subject -> {
                    if (subject.transaction() != null
                            && subject.transaction().id().endsWith(".1")) {
                        subject.transaction().grantRelaying("test");
                    }
                    return HookResult.CONTINUE;
                });
            case "header" ->
                stage.hooks.answers.put(Moment.MAIL, subject -> {
                    if (subject.transaction() != null) {
                        subject.transaction().headers().prepend("X-Early", rest);
                    }
                    return HookResult.CONTINUE;
                });
            case "auth" -> {
                stage.hooks.answers.put(Moment.MAIL, subject -> {
                    Objects.requireNonNull(subject.connection()).authResults().add(AuthResult.of("iprev", "pass"));
                    return HookResult.CONTINUE;
                });
                stage.hooks.answers.put(Moment.DATA_POST, subject -> {
                    if (subject.transaction() != null) {
                        subject.transaction().authResults().add(AuthResult.of("dkim", "none"));
                    }
                    return HookResult.CONTINUE;
                });
            }
            case "offer" ->
                stage.hooks.answers.put(Moment.CAPABILITIES, subject -> {
                    if (subject.argument() instanceof Capabilities offer) {
                        offer.offer(rest);
                        offer.allowMailParameter(rest);
                        offer.withdraw("8BITMIME");
                    }
                    return HookResult.CONTINUE;
                });
            case "alias" ->
                stage.hooks.answers.put(Moment.RCPT, subject -> {
                    if (subject.transaction() != null && subject.argument() instanceof Recipient recipient) {
                        subject.transaction()
                                .recipients()
                                .replace(
                                        recipient,
                                        Stream.of(rest.split(" "))
                                                .map(a -> recipient.withMailbox(Mailbox.parse(a)))
                                                .toList());
                    }
                    return HookResult.OK;
                });
            case "on" -> {
                var on = rest.split(" ", 2);
                stage.hooks.on(Moment.ofKey(on[0]).orElseThrow(), answer(on[1]));
            }
            default -> throw new IllegalArgumentException("@" + directive);
        }
    }

    private static boolean isFrom(Subject subject, String address) {
        return Objects.requireNonNull(subject.connection())
                .remote()
                .address()
                .getAddress()
                .getHostAddress()
                .equals(address);
    }

    /** {@code deny}, {@code deny text}, {@code deny 550 5.1.1 text}. */
    private static HookResult answer(String text) {
        var words = text.split(" ", 2);
        var said = words.length > 1 ? words[1] : "scripted";
        boolean exact = said.matches("\\d{3}( .*)?");
        return switch (words[0]) {
            case "continue" -> HookResult.CONTINUE;
            case "ok" -> words.length == 1 ? HookResult.OK : exact ? HookResult.ok(reply(said)) : HookResult.ok(said);
            case "deny" -> exact ? HookResult.deny(reply(said)) : HookResult.deny(said);
            case "denysoft" -> exact ? HookResult.denySoft(reply(said)) : HookResult.denySoft(said);
            case "denydisconnect" -> exact ? HookResult.denyDisconnect(reply(said)) : HookResult.denyDisconnect(said);
            case "denysoftdisconnect" -> HookResult.denySoftDisconnect(said);
            case "disconnect" -> HookResult.DISCONNECT;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Reply reply(String text) {
        var words = text.split(" ", 3);
        int code = Integer.parseInt(words[0]);
        if (words.length == 3 && words[1].matches("\\d\\.\\d+\\.\\d+")) {
            return Reply.of(code, EnhancedStatus.parse(words[1]), words[2].split("\\|"));
        }
        return Reply.of(code, text.substring(4).split("\\|"));
    }
}
