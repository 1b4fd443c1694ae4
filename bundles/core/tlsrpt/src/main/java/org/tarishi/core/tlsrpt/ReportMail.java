package org.tarishi.core.tlsrpt;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Makes the mail that a report goes by (RFC 8460 section 5.3). */
final class ReportMail {

    private ReportMail() {}

    /** Returns header and body. */
    static byte[] of(Report report, String from, String to, Instant now, RandomGenerator random) {
        var boundary =
                HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextLong());
        var date = DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC));
        var text = """
                From: <%s>
                To: <%s>
                Date: %s
                Subject: Report Domain: %s
                 Submitter: %s
                 Report-ID: <%s>
                Message-ID: <%s@%s>
                TLS-Report-Domain: %s
                TLS-Report-Submitter: %s
                TLS-Required: No
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type="tlsrpt";
                 boundary="%s"

                --%s
                Content-Type: text/plain; charset=us-ascii

                This is an aggregate TLS report from %s
                for %s of %s.

                --%s
                Content-Type: application/tlsrpt+gzip
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment;
                 filename="%s"

                %s
                --%s--
                """.formatted(
                        from,
                        to,
                        date,
                        report.domain(),
                        report.submitter(),
                        report.id(),
                        boundary,
                        report.submitter(),
                        report.domain(),
                        report.submitter(),
                        boundary,
                        boundary,
                        report.submitter(),
                        report.domain(),
                        report.day(),
                        boundary,
                        report.fileName(),
                        Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(report.compressed()),
                        boundary);
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
