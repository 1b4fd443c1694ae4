package org.tarishi.core.hooks;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.AuthResult;
import org.tarishi.api.AuthResults;
import org.tarishi.api.Hello;
import org.tarishi.api.ListenerMode;
import org.tarishi.api.Notes;
import org.tarishi.api.Peer;
import org.tarishi.api.Recipient;
import org.tarishi.api.Recipients;
import org.tarishi.api.Reply;
import org.tarishi.api.Results;
import org.tarishi.api.ReversePath;
import org.tarishi.api.SessionCounters;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.Tls;
import org.tarishi.api.Transaction;
import org.tarishi.api.message.Headers;
import org.tarishi.core.spi.LiveHeaders;
import org.tarishi.core.spi.Subject;

/** Copies of a session's live objects as they are at one instant; to change one changes nothing. */
final class Frozen {

    private Frozen() {}

    /** Returns a copy; the message shares its body, which goes with the transaction. */
    static Subject copy(Subject subject) {
        var live = subject.connection();
        var connection = live == null ? null : copy(live);
        var tx = subject.transaction();
        var message = subject.message();
        return new Subject(
                connection, tx == null ? null : copy(tx), message == null ? null : message.fork(), subject.argument());
    }

    private static Connection copy(SmtpConnection live) {
        return new Connection(
                live.id(),
                live.startedAt(),
                live.local(),
                live.remote(),
                live.proxy(),
                live.listener(),
                live.mode(),
                live.hello(),
                live.isEsmtp(),
                live.tls(),
                live.user(),
                live.protocol(),
                List.copyOf(live.capabilities()),
                live.isPipelining(),
                live.isEarlyTalker(),
                live.isRelaying(),
                live.currentLine(),
                live.lastReply(),
                live.lastRefusal(),
                live.counters(),
                copy(live.notes()),
                copy(live.results()),
                copy(live.authResults()));
    }

    private static Open copy(Transaction live) {
        return new Open(
                live.id(),
                copy(live.connection()),
                live.startedAt(),
                live.sender(),
                new Listed(List.copyOf(live.recipients().all())),
                live.recipientsTried(),
                live.headers() instanceof LiveHeaders headers ? headers.fork() : live.headers(),
                live.size(),
                live.isRelaying(),
                Set.copyOf(live.skippedPlugins()),
                live.isDiscarding(),
                copy(live.notes()),
                copy(live.results()),
                copy(live.authResults()));
    }

    private static Notes copy(Notes live) {
        return live instanceof NoteStore store ? store.copy() : live;
    }

    private static Results copy(Results live) {
        return live instanceof ResultStore store ? store.copy() : live;
    }

    private static Said copy(AuthResults live) {
        return new Said(List.copyOf(live.all()));
    }

    private record Connection(
            String id,
            Instant startedAt,
            Peer local,
            Peer remote,
            Optional<InetSocketAddress> proxy,
            String listener,
            ListenerMode mode,
            Optional<Hello> hello,
            boolean isEsmtp,
            Optional<Tls> tls,
            Optional<String> user,
            String protocol,
            List<String> capabilities,
            boolean isPipelining,
            boolean isEarlyTalker,
            boolean isRelaying,
            String currentLine,
            Optional<Reply> lastReply,
            Optional<Reply> lastRefusal,
            SessionCounters counters,
            Notes notes,
            Results results,
            AuthResults authResults)
            implements SmtpConnection {

        @Override
        public void grantRelaying(String reason) {}
    }

    private record Open(
            String id,
            SmtpConnection connection,
            Instant startedAt,
            ReversePath sender,
            Recipients recipients,
            int recipientsTried,
            Headers headers,
            long size,
            boolean isRelaying,
            Set<String> skippedPlugins,
            boolean isDiscarding,
            Notes notes,
            Results results,
            AuthResults authResults)
            implements Transaction {

        @Override
        public void replaceSender(ReversePath other) {}

        @Override
        public void grantRelaying(String reason) {}

        @Override
        public void skipPlugin(String plugin) {}

        @Override
        public void discardBody() {}
    }

    private record Listed(List<Recipient> all) implements Recipients {

        @Override
        public void add(Recipient recipient) {}

        @Override
        public boolean replace(Recipient one, List<Recipient> others) {
            return false;
        }

        @Override
        public boolean remove(Recipient one) {
            return false;
        }
    }

    private record Said(List<AuthResult> all) implements AuthResults {

        @Override
        public void add(AuthResult fragment) {}
    }
}
