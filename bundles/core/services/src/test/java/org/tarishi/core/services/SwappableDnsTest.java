package org.tarishi.core.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tarishi.api.Domain;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;
import org.tarishi.core.spi.DnsBackend;
import org.tarishi.core.spi.DnsReply;

class SwappableDnsTest {

    private static final Domain NAME = Domain.parse("a.example");

    private final SwappableDns dns = new SwappableDns(new Settings(Duration.ZERO, Duration.ZERO));

    /** Answers each question with one record that tells its own name. */
    private record Named(String name) implements DnsBackend {

        private <T> DnsReply<T> one(T record) {
            return new DnsReply<>(Kind.FOUND, List.of(record), true, Duration.ofSeconds(1));
        }

        @Override
        public DnsReply<InetAddress> addresses(Domain domain) {
            return one(InetAddress.getLoopbackAddress());
        }

        @Override
        public DnsReply<MxRecord> mx(Domain domain) {
            return one(new MxRecord(1, Domain.parse(name)));
        }

        @Override
        public DnsReply<String> txt(Domain domain) {
            return one(name);
        }

        @Override
        public DnsReply<Domain> names(InetAddress address) {
            return one(Domain.parse(name));
        }

        @Override
        public DnsReply<String> records(String domain, String type) throws LookupException {
            throw new LookupException(name);
        }
    }

    @Test
    void eachQuestionGoesToTheBackendOfItsMoment() throws Exception {
        var first = new Named("first.example");
        dns.bindBackend(first);
        assertThat(dns.txt(NAME).records()).containsExactly("first.example");

        dns.bindBackend(new Named("second.example"));
        dns.unbindBackend(first);
        assertThat(dns.txt(NAME).records()).containsExactly("second.example");
        assertThat(dns.mx(NAME).records()).containsExactly(new MxRecord(1, Domain.parse("second.example")));
        assertThat(dns.names(InetAddress.getLoopbackAddress()).records())
                .containsExactly(Domain.parse("second.example"));
        assertThat(dns.addresses(NAME).records()).containsExactly(InetAddress.getLoopbackAddress());
        assertThatThrownBy(() -> dns.records("x", "A"))
                .isInstanceOf(LookupException.class)
                .hasMessage("second.example");
    }

    @Test
    void withoutABackendAQuestionFailsForNow() {
        assertThatThrownBy(() -> dns.txt(NAME))
                .isInstanceOf(LookupException.class)
                .hasMessage("no resolver is installed, waited PT0S");
    }
}
