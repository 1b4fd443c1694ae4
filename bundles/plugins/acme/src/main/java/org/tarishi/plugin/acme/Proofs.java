package org.tarishi.plugin.acme;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Dns01Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.service.AcmeDnsResponder;

/** What shows that names are ours; taken back when it is closed. */
interface Proofs extends AutoCloseable {

    /**
     * Publishes the answer to a challenge.
     *
     * @param host without {@code *.}
     * @return whether it is a challenge of this kind
     */
    boolean publish(String host, Challenge challenge) throws IOException, RefusedException;

    @Override
    void close();

    /** Makes those by HTTP. */
    static Proofs http(HttpResponder responder) {
        return new OverHttp(responder);
    }

    /** Makes those by DNS. */
    static Proofs dns(List<AcmeDnsResponder> responders) {
        return new OverDns(responders);
    }

    /** By HTTP. */
    record OverHttp(HttpResponder responder) implements Proofs {

        private static final Logger LOG = LoggerFactory.getLogger(OverHttp.class);

        @Override
        public boolean publish(String host, Challenge challenge) {
            if (challenge instanceof Http01Challenge http) {
                responder.put(http.getToken(), http.getAuthorization());
                return true;
            }
            return false;
        }

        @Override
        public void close() {
            try {
                responder.close();
            } catch (IOException e) {
                LOG.debug("http-01: the listener could not be closed: {}", e.getMessage());
            }
        }
    }

    /** By DNS. */
    final class OverDns implements Proofs {

        private static final Logger LOG = LoggerFactory.getLogger(OverDns.class);

        private final List<AcmeDnsResponder> responders;
        private final List<AcmeDnsResponder.Published> published = new ArrayList<>();

        private OverDns(List<AcmeDnsResponder> responders) {
            this.responders = List.copyOf(responders);
        }

        @Override
        public boolean publish(String host, Challenge challenge) throws IOException, RefusedException {
            if (!(challenge instanceof Dns01Challenge dns)) {
                return false;
            }
            var name = Dns01Challenge.RECORD_NAME_PREFIX + "." + host;
            for (var responder : responders) {
                var record = responder.publish(name, dns.getDigest());
                if (record.isPresent()) {
                    published.add(record.get());
                    return true;
                }
            }
            throw new RefusedException(
                    responders.isEmpty()
                            ? "dns-01 wants dnsServer, or a plugin that publishes records"
                            : name + " is in no zone that a record can be published in");
        }

        @Override
        public void close() {
            for (var record : published) {
                try {
                    record.close();
                } catch (IOException e) {
                    LOG.warn("dns-01: a record could not be taken away, it is harmless: {}", e.getMessage());
                }
            }
        }
    }
}
