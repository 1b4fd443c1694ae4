package org.tarishi.core.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.SmtpClient;

/** A client whose next hops answer by a script, one line an attempt. */
final class ScriptedClient implements SmtpClient {

    /** What a next hop does. */
    @FunctionalInterface
    interface Act {
        Outcome play(Route route, List<Recipient> to) throws IOException;
    }

    private final Deque<Act> acts = new ArrayDeque<>();
    final List<Route> spokenTo = new ArrayList<>();

    @Nullable Duration connectTimeout;

    ScriptedClient then(Act... more) {
        acts.addAll(Arrays.asList(more));
        return this;
    }

    static Act takes() {
        return (route, to) -> new Said(
                null, false, to.stream().map(_ -> reply("250 2.1.5 ok")).toList(), List.of(reply("250 2.0.0 taken")));
    }

    /** Answers RCPT by RCPT, and the data. */
    static Act says(List<String> recipients, String... data) {
        return (route, to) -> new Said(
                null,
                false,
                recipients.stream().map(ScriptedClient::reply).toList(),
                Arrays.stream(data).map(ScriptedClient::reply).toList());
    }

    /** Takes it on a session that is known already. */
    static Act takesAnother() {
        return known(new Known(Optional.empty(), false));
    }

    /** Takes it, with a certificate of which the route hears this. */
    static Act takesWith(String objection) {
        return known(new Known(Optional.of(objection), true));
    }

    private static Act known(Session session) {
        return (route, to) -> new Said(
                null,
                false,
                to.stream().map(_ -> reply("250 2.1.5 ok")).toList(),
                List.of(reply("250 2.0.0 taken")),
                session);
    }

    static Act refusesSession(String reply) {
        return (route, to) -> new Said(reply(reply), true, List.of(), List.of());
    }

    static Act refusesMail(String reply) {
        return (route, to) -> new Said(reply(reply), false, List.of(), List.of());
    }

    static Act fails(IOException e) {
        return (route, to) -> {
            throw e;
        };
    }

    static Reply reply(String text) {
        var parts = text.split(" ", 3);
        var status = parts[1].split("\\.", -1);
        return Reply.of(
                Integer.parseInt(parts[0]),
                new EnhancedStatus(
                        Integer.parseInt(status[0]), Integer.parseInt(status[1]), Integer.parseInt(status[2])),
                parts[2]);
    }

    record Said(
            @Nullable Reply refused, boolean isSessionRefused, List<Reply> recipients, List<Reply> data, Session known)
            implements Outcome {

        Said(@Nullable Reply refused, boolean isSessionRefused, List<Reply> recipients, List<Reply> data) {
            this(refused, isSessionRefused, recipients, data, new Known(Optional.empty(), true));
        }

        @Override
        public Optional<Reply> refusal() {
            return Optional.ofNullable(refused);
        }

        @Override
        public Reply decisive() {
            if (refused != null) {
                return refused;
            }
            var last = data.isEmpty() ? recipients : data;
            return last.stream()
                    .filter(reply -> !reply.isPositive())
                    .findFirst()
                    .orElseGet(last::getFirst);
        }

        @Override
        public Optional<Session> session() {
            return Optional.of(known);
        }
    }

    private record Known(Optional<String> objection, boolean isFirst) implements Session {

        @Override
        public Optional<InetAddress> address() {
            return Optional.of(InetAddress.ofLiteral("192.0.2.99"));
        }

        @Override
        public boolean isSecured() {
            return true;
        }

        @Override
        public Optional<String> tlsVersion() {
            return Optional.of("TLSv1.3");
        }

        @Override
        public Optional<String> cipherSuite() {
            return Optional.of("TLS_AES_128_GCM_SHA256");
        }

        @Override
        public boolean isAuthenticated() {
            return false;
        }

        @Override
        public boolean isDsnOffered() {
            return true;
        }
    }

    @Override
    public Outcome send(Route route, ReversePath from, List<Recipient> to, Message message, Options options)
            throws IOException {
        spokenTo.add(route);
        return acts.removeFirst().play(route, to);
    }

    @Override
    public Dialogue open(Route route, Options options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Options options() {
        return new Options() {
            @Override
            public Options connectTimeout(Duration time) {
                connectTimeout = time;
                return this;
            }

            @Override
            public Options allRecipientsOrNone() {
                throw new UnsupportedOperationException("each recipient has its own end");
            }

            @Override
            public Options authPreferred() {
                throw new UnsupportedOperationException("a login that was set is wanted");
            }
        };
    }
}
