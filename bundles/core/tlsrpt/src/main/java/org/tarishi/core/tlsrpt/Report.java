package org.tarishi.core.tlsrpt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.tarishi.core.spi.TlsResults.Kind;
import org.tarishi.core.spi.TlsResults.Policy;

/**
 * What one domain is told of one day (RFC 8460 section 4). Its id is the same however often it is made.
 *
 * @param submitter the domain that reports
 * @param counted what was counted, by policy
 */
record Report(
        String organization,
        String contact,
        String submitter,
        String domain,
        LocalDate day,
        Map<Policy, Counts> counted) {

    Report {
        counted = Map.copyOf(counted);
    }

    /** Returns its id. */
    String id() {
        return day + "." + domain + "@" + submitter;
    }

    /** Returns the name of its file (section 5.1). */
    String fileName() {
        long begin = day.atStartOfDay().toEpochSecond(ZoneOffset.UTC);
        long end = day.plusDays(1).atStartOfDay().toEpochSecond(ZoneOffset.UTC) - 1;
        return submitter + "!" + domain + "!" + begin + "!" + end + ".json.gz";
    }

    /** Returns it as JSON. */
    String json() {
        var json = new Json()
                .open('{')
                .with("organization-name", organization)
                .name("date-range")
                .open('{')
                .with("start-datetime", day + "T00:00:00Z")
                .with("end-datetime", day + "T23:59:59Z")
                .close('}')
                .with("contact-info", contact)
                .with("report-id", id())
                .name("policies")
                .open('[');
        counted.forEach((policy, counts) -> add(json, policy, counts));
        return json.close(']').close('}').toString();
    }

    private static void add(Json json, Policy policy, Counts counts) {
        json.open('{')
                .name("policy")
                .open('{')
                .with("policy-type", policy.kind().word());
        if (policy.kind() != Kind.NONE) {
            json.with("policy-string", policy.lines());
        }
        json.with("policy-domain", policy.domain());
        if (!policy.hosts().isEmpty()) {
            json.with("mx-host", policy.hosts());
        }
        json.close('}')
                .name("summary")
                .open('{')
                .with("total-successful-session-count", counts.good())
                .with("total-failure-session-count", counts.allBad())
                .close('}');
        if (!counts.bad().isEmpty()) {
            json.name("failure-details").open('[');
            counts.bad().forEach((problem, count) -> {
                json.open('{').with("result-type", problem.fault().word());
                if (!problem.sender().isEmpty()) {
                    json.with("sending-mta-ip", problem.sender());
                }
                if (!problem.host().isEmpty()) {
                    json.with("receiving-mx-hostname", problem.host());
                }
                if (!problem.address().isEmpty()) {
                    json.with("receiving-ip", problem.address());
                }
                json.with("failed-session-count", count);
                if (!problem.reason().isEmpty()) {
                    json.with("failure-reason-code", problem.reason());
                }
                json.close('}');
            });
            json.close(']');
        }
        json.close('}');
    }

    /** Returns it as JSON that is compressed. */
    byte[] compressed() {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(json().getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
