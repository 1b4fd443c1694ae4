package org.tarishi.itests.blackbox;

import java.util.List;

/** An Exim that takes one message and hands it to a server; it tells what it does, and goes on trying later, which it calls a success. */
final class EximClient {

    static final String AUTHORITIES = "/var/spool/ca.pem";

    private static final String SEND = """
            printf %s "$1" >/var/spool/exim.conf && printf %s "$2" >/var/spool/ca.pem && shift 2 &&
            exec exim4 -C /var/spool/exim.conf "$@"
            """;

    private EximClient() {}

    /**
     * The command line, for {@link Debian}; the message is on its standard input.
     *
     * @param to the server's port
     * @param transport lines of the transport
     * @param authenticator an authenticator, or nothing
     * @param authorities PEM of who is trusted, which lies in {@link #AUTHORITIES}, where Exim's own user can read it
     */
    static List<String> line(
            int to, String sender, String recipient, String transport, String authenticator, String authorities) {
        return List.of(
                "sh",
                "-c",
                SEND,
                "sh",
                configuration(to, transport, authenticator),
                authorities,
                "-odf",
                "-v",
                "-i",
                "-f",
                sender,
                recipient);
    }

    private static String configuration(int to, String transport, String authenticator) {
        return """
                primary_hostname = client.example
                spool_directory = /var/spool/exim
                log_file_path = /var/spool/exim/%%slog
                keep_environment =
                no_message_logs
                tls_advertise_hosts =
                disable_ipv6
                begin routers
                out:
                  driver = manualroute
                  route_list = * localhost byname
                  self = send
                  transport = out
                begin transports
                out:
                  driver = smtp
                  port = %d
                  allow_localhost
                %s
                begin retry
                begin authenticators
                %s
                """.formatted(to, transport.indent(2), authenticator);
    }
}
