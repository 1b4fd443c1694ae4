package org.tarishi.core.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

class AnswerCacheTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // which is about to turn
    private final AnswerCache cache = new AnswerCache(10_000, nanos::get);

    private static Question question(int number) {
        return new Question(Name.fromConstantString("n" + number + ".example."), Type.TXT);
    }

    private static Found found(int number, int length) {
        return new Found(
                Kind.FOUND,
                List.of(new TXTRecord(question(number).name(), DClass.IN, 60, "x".repeat(length))),
                false,
                Duration.ofSeconds(60));
    }

    @Test
    void whatWasNotAskedForLongestGoesWhenThereIsNoRoom() {
        for (int i = 0; i < 100; i++) {
            cache.put(question(i), found(i, 100));
            cache.get(question(0));
        }

        assertThat(cache.size()).isBetween(5, 20);
        assertThat(cache.get(question(0))).isPresent();
        assertThat(cache.get(question(1))).isEmpty();
        assertThat(cache.get(question(99))).isPresent();
    }

    @Test
    void anAnswerThatWouldFillItIsNotKept() {
        var large = new Found(
                Kind.FOUND,
                java.util.stream.IntStream.range(0, 20)
                        .mapToObj(i -> (org.xbill.DNS.Record)
                                new TXTRecord(question(1).name(), DClass.IN, 60, "x".repeat(200)))
                        .toList(),
                false,
                Duration.ofSeconds(60));
        cache.put(question(2), found(2, 10));
        cache.put(question(1), large);

        assertThat(cache.get(question(1))).isEmpty();
        assertThat(cache.get(question(2))).isPresent();
    }

    @Test
    void anAnswerHoldsForItsTimeAlsoWhenTheClockTurnsOver() {
        cache.put(question(1), found(1, 10));
        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(cache.get(question(1)).orElseThrow().ttl()).isEqualTo(Duration.ofSeconds(1));
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(cache.get(question(1))).isEmpty();
        assertThat(cache.size()).isZero();
    }

    @Test
    void anAnswerThatHoldsNoTimeIsNotKept() {
        cache.put(question(1), Found.nothing(Kind.NO_DATA, false, Duration.ZERO));
        assertThat(cache.size()).isZero();
    }
}
