package org.tarishi.core.tlsrpt;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tarishi.api.Domain;
import org.tarishi.api.service.Dns;
import org.tarishi.api.service.DnsAnswer;
import org.tarishi.api.service.DnsAnswer.Kind;
import org.tarishi.api.service.LookupException;
import org.tarishi.api.service.MxRecord;
import org.tarishi.core.spi.DnsReply;

/** DNS that knows texts alone. */
final class TextDns implements Dns {

    final Map<String, List<String>> texts = new HashMap<>();
    boolean isSilent;

    @Override
    public DnsAnswer<String> records(String name, String type) throws LookupException {
        if (isSilent) {
            throw new LookupException("no answer");
        }
        var found = texts.getOrDefault(name, List.of());
        return new DnsReply<>(found.isEmpty() ? Kind.NO_DATA : Kind.FOUND, found, false, Duration.ofMinutes(1));
    }

    @Override
    public DnsAnswer<InetAddress> addresses(Domain name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DnsAnswer<MxRecord> mx(Domain name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DnsAnswer<String> txt(Domain name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DnsAnswer<Domain> names(InetAddress address) {
        throw new UnsupportedOperationException();
    }
}
