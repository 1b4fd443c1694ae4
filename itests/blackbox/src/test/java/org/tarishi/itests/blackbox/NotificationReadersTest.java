package org.tarishi.itests.blackbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The notifications that core/dsn keeps byte for byte, as other people's parsers read them. */
@Timeout(60)
class NotificationReadersTest {

    private static final Path GOLDEN = Path.of("../../bundles/core/dsn/src/test/resources/org/tarishi/core/dsn/golden");

    private static final String SCRIPT = """
            import email, glob, os, sys
            from email import policy
            for file in sorted(glob.glob(os.path.join(sys.argv[1], '*.eml'))):
                with open(file, 'rb') as f:
                    mail = email.message_from_binary_file(f, policy=policy.SMTPUTF8)
                defects = [str(d) for part in mail.walk() for d in part.defects]
                parts = [part.get_content_type() for part in mail.iter_parts()]
                status = list(mail.iter_parts())[1]
                actions = [group['Action'] for group in status.get_payload()[1:]] if 'global' not in parts[1] else []
                print(os.path.basename(file), mail.get_content_type(), mail.get_param('report-type'), parts, actions, defects)
            """;

    @Test
    void pythonReadsThemWithoutADefect() throws Exception {
        assertThat(python().lines())
                .containsExactly(
                        "delayed.eml multipart/report delivery-status"
                                + " ['multipart/alternative', 'message/delivery-status', 'text/rfc822-headers'] ['delayed'] []",
                        "failed.eml multipart/report delivery-status"
                                + " ['multipart/alternative', 'message/delivery-status', 'text/rfc822-headers']"
                                + " ['failed', 'failed'] []",
                        "full.eml multipart/report delivery-status"
                                + " ['text/plain', 'message/delivery-status', 'message/rfc822'] ['failed'] []",
                        "global.eml multipart/report delivery-status"
                                + " ['multipart/alternative', 'message/global-delivery-status', 'message/global'] [] []",
                        "success.eml multipart/report delivery-status"
                                + " ['multipart/alternative', 'message/delivery-status', 'text/rfc822-headers']"
                                + " ['delivered', 'relayed', 'expanded'] []");
    }

    private static String python() throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        Setup.program("python3", "python3-minimal").toString(),
                        "-c",
                        SCRIPT,
                        GOLDEN.toAbsolutePath().toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
