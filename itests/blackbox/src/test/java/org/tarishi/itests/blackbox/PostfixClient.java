package org.tarishi.itests.blackbox;

import java.util.List;
import org.tarishi.itests.harness.Ports;

/** A Postfix that takes one message, hands it to a server, tells what became of it and ends. */
final class PostfixClient {

    /** It takes the message by SMTP and answers for it; what became of it is in its log. */
    private static final String SEND = """
            mkdir -m 755 /var/spool/postfix /var/spool/conf && cd /var/spool/conf &&
            printf %s "$1" >main.cf && printf %s "$2" >master.cf || exit 70
            postfix -c /var/spool/conf start || exit 69
            curl -sS "smtp://127.0.0.1:$3/client.example" --mail-from "$4" --mail-rcpt "$5" -T - || exit 68
            for _ in $(seq 600); do
                grep -q 'postfix.smtp.*status=' /var/spool/mail.log && break
                sleep 0.1
            done
            cat /var/spool/mail.log
            grep -q 'postfix.smtp.*status=sent' /var/spool/mail.log
            """;

    private PostfixClient() {}

    /**
     * The command line, for {@link Debian}; the message is on its standard input.
     *
     * @param to the server's port
     * @param settings lines of {@code main.cf}
     */
    static List<String> line(int to, String sender, String recipient, String settings) {
        int port = Ports.free();
        return List.of(
                "sh",
                "-c",
                SEND,
                "sh",
                main(to, settings),
                "127.0.0.1:%d inet n - n - - smtpd\n".formatted(port) + Postfix.SERVICES,
                Integer.toString(port),
                sender,
                recipient);
    }

    private static String main(int to, String settings) {
        return Postfix.settings("/var/spool/mail.log", """
                myhostname = client.example
                mynetworks = 127.0.0.0/8
                inet_interfaces = 127.0.0.1
                smtp_host_lookup = native
                relayhost = [localhost]:%d
                %s
                """.formatted(to, settings));
    }
}
