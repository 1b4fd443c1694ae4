package org.tarishi.core.dns;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.tarishi.api.service.LookupException;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;

/**
 * Answers questions: from the cache, or by asking; whoever asks what is being asked waits for that answer.
 *
 * <p>Asking has a thread of its own, so that a caller that gives up takes no other with it. Any thread; blocks.
 */
final class Lookups {

    private static final Logger LOG = LoggerFactory.getLogger(Lookups.class);

    /** How many look-ups there may be for each query that may be under way: beyond, they fail for now. */
    private static final int LOOKUPS_A_QUERY = 4;

    private final Settings settings;
    private final Resolver resolver;
    private final AnswerCache cache;
    private final Executor threads;

    private final Map<Question, CompletableFuture<Found>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();

    Lookups(Settings settings, Resolver resolver, AnswerCache cache, Executor threads) {
        this.settings = settings;
        this.resolver = resolver;
        this.cache = cache;
        this.threads = threads;
    }

    /** Begins a look-up, to be awaited by {@link #await}. */
    CompletableFuture<Found> begin(Question question) {
        var special = SpecialNames.answer(question);
        if (special.isPresent()) {
            return CompletableFuture.completedFuture(special.get());
        }
        var kept = cache.get(question);
        if (kept.isPresent()) {
            return CompletableFuture.completedFuture(kept.get());
        }
        var mine = new CompletableFuture<Found>();
        var theirs = asked.putIfAbsent(question, mine);
        if (theirs != null) {
            return theirs;
        }
        if (running.incrementAndGet() > (long) settings.maxQueries() * LOOKUPS_A_QUERY) {
            end(question, mine);
            mine.completeExceptionally(new IOException("too many look-ups are under way; see maxQueries"));
            return mine;
        }
        threads.execute(() -> run(question, mine));
        return mine;
    }

    private void run(Question question, CompletableFuture<Found> mine) {
        try {
            var found = ask(question);
            cache.put(question, found);
            end(question, mine);
            mine.complete(found);
        } catch (IOException | RuntimeException e) {
            end(question, mine);
            mine.completeExceptionally(e);
        }
    }

    /** Before anybody hears of it: who asks afterwards begins anew. */
    private void end(Question question, CompletableFuture<Found> mine) {
        running.decrementAndGet();
        asked.remove(question, mine);
    }

    /** Waits for a look-up. */
    Found await(Question question, CompletableFuture<Found> future) throws LookupException {
        try {
            return future.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // Who asks next begins anew.
            asked.remove(question, future);
            throw failed(question, "no answer in " + settings.timeout(), e);
        } catch (ExecutionException e) {
            throw failed(
                    question,
                    e.getCause() == null
                            ? e.toString()
                            : String.valueOf(e.getCause().getMessage()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(question, "interrupted", e);
        }
    }

    private static LookupException failed(Question question, String why, Exception e) {
        LOG.debug("{} is not known now: {}", question, why);
        return new LookupException(question + " can't be looked up now: " + why, e);
    }

    private Found ask(Question question) throws IOException {
        var at = question;
        int aliases = 0;
        long ttl = settings.maxTtl().toSeconds();
        boolean isSecure = true;
        while (true) {
            var answer = send(at);
            isSecure &=
                    settings.trust() != Settings.Trust.OFF && answer.getHeader().getFlag(Flags.AD);
            var reading = Reading.of(answer, at, settings.maxAliases() - aliases);
            aliases += reading.aliases();
            ttl = Math.min(ttl, reading.ttl());
            var kind = reading.kind();
            if (kind == Kind.FOUND) {
                return new Found(kind, reading.records(), isSecure, Duration.ofSeconds(ttl));
            }
            if (kind != null) {
                ttl = Math.min(ttl, settings.maxNegativeTtl().toSeconds());
                return Found.nothing(kind, isSecure, Duration.ofSeconds(ttl));
            }
            at = new Question(reading.last(), question.type());
        }
    }

    private Message send(Question question) throws IOException {
        var query = Message.newQuery(Record.newRecord(question.name(), question.type(), DClass.IN));
        if (settings.trust() == Settings.Trust.LOCAL) {
            query.getHeader().setFlag(Flags.AD); // RFC 6840 section 5.7: says that the bit is understood
        }
        try {
            var answer =
                    resolver.sendAsync(query, threads).toCompletableFuture().get();
            int rcode = answer.getRcode();
            if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
                throw new IOException("the resolver says " + Rcode.string(rcode) + reason(answer));
            }
            return answer;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** RFC 8914: why a resolver, or the validation here, has no answer. */
    private static String reason(Message answer) {
        var options = answer.getOPT() == null ? null : answer.getOPT().getOptions(EDNSOption.Code.EDNS_EXTENDED_ERROR);
        if (options == null || options.isEmpty() || !(options.getFirst() instanceof ExtendedErrorCodeOption why)) {
            return "";
        }
        var text = why.getText();
        return ", error " + why.getErrorCode() + (text == null || text.isEmpty() ? "" : ": " + text);
    }
}
