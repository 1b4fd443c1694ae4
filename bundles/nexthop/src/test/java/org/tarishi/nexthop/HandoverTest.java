package org.tarishi.nexthop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tarishi.api.EsmtpParameters;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;
import org.tarishi.api.service.NoConnectionException;
import org.tarishi.api.service.SmtpClient;
import org.tarishi.api.service.TlsFailedException;
import org.tarishi.testing.FakeMessage;
import org.tarishi.testing.FakeSmtpClient;

class HandoverTest {

    private static final Reply TAKEN = Reply.of(250, "taken");
    private static final List<Route> HOPS = List.of(Route.to("a.example", 25), Route.to("b.example", 25));

    private final FakeSmtpClient client = new FakeSmtpClient();
    private final AtomicLong now = new AtomicLong();
    private final HopHealth health = new HopHealth(now::get);

    private Handover.End send(SmtpClient client, ReversePath from) {
        return new Handover(client, health, now::get)
                .send(
                        HOPS,
                        Order.PREFERENCE,
                        Duration.ofSeconds(10),
                        from,
                        List.of(Recipient.parse("<u@example.com>")),
                        FakeMessage.of("Subject: a", "", "b"),
                        client.options());
    }

    private List<Route> order() {
        return health.order(HOPS, Order.PREFERENCE, Duration.ofSeconds(10));
    }

    @Test
    void whereThisServerHasNoConnectionNobodyElseIsTriedAndNobodyIsToBlame() {
        client.fails(new NoConnectionException("all in use"));

        assertThat(send(client, ReversePath.NULL)).isInstanceOf(Handover.Unreachable.class);
        assertThat(client.sent()).hasSize(1);
        assertThat(order()).isEqualTo(HOPS);
    }

    @Test
    void whatOneMailDemandsSaysNothingAgainstAHost() {
        var strict = ReversePath.NULL.withParameters(EsmtpParameters.of(Map.of("REQUIRETLS", "")));
        var failure = new TlsFailedException(TlsFailedException.Kind.NOT_OFFERED, "not offered");
        client.fails(failure).fails(failure);
        assertThat(send(client, strict)).isInstanceOf(Handover.Unreachable.class);
        assertThat(order()).isEqualTo(HOPS);

        client.fails(failure).answers(FakeSmtpClient.taken(TAKEN));
        assertThat(send(client, ReversePath.NULL)).isInstanceOf(Handover.Answered.class);
        assertThat(order()).containsExactly(HOPS.getLast());
    }

    @Test
    void whatIsSaidAboutTheConnectionIsHeldAgainstTheHost() {
        client.answers(FakeSmtpClient.said(List.of(Reply.of(421, "bye")), List.of()));

        assertThat(send(client, ReversePath.NULL)).isInstanceOf(Handover.Answered.class);
        assertThat(order()).containsExactly(HOPS.getLast());
    }

    @Test
    void noOtherHostIsTriedWhenTheFirstHasTakenTooLong() {
        var slow = new Slow();

        assertThat(send(slow, ReversePath.NULL)).isInstanceOf(Handover.Unreachable.class);
        assertThat(slow.count).isOne();
    }

    /** Takes two minutes to fail. */
    private final class Slow implements SmtpClient {
        private int count;

        @Override
        public Outcome send(Route route, ReversePath from, List<Recipient> to, Message message, Options options)
                throws IOException {
            count++;
            now.addAndGet(Duration.ofMinutes(2).toNanos());
            throw new IOException("slow");
        }

        @Override
        public Dialogue open(Route route, Options options) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Options options() {
            return client.options();
        }
    }
}
