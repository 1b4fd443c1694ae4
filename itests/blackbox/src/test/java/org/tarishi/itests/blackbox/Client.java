package org.tarishi.itests.blackbox;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tarishi.itests.blackbox.Route.Mode;

/** Other people's programs that send a file as a message, from {@code sender@client.example} at {@code client.example}. */
enum Client {
    SWAKS(Mode.SMTP, Mode.LMTP, Mode.LMTP_SOCKET, Mode.PROXY_V1, Mode.PROXY_V2, Mode.XCLIENT) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            var line = new ArrayList<>(List.of(
                    Setup.program("swaks", "swaks").toString(),
                    "--helo",
                    "client.example",
                    "--from",
                    "sender@client.example",
                    "--to",
                    recipient,
                    "--data",
                    "@" + file,
                    // It would take blanks behind a % for words of its own, and add line ends.
                    "--no-data-fixup",
                    "--suppress-data",
                    "--timeout",
                    "120s"));
            var socket = route.socket();
            line.addAll(
                    socket == null
                            ? List.of("--server", "127.0.0.1:" + route.port())
                            : List.of("--socket", socket.toString()));
            if (route.mode().isLmtp()) {
                line.addAll(List.of("--protocol", "LMTP"));
            }
            if (route.mode() == Mode.XCLIENT) {
                line.addAll(List.of(
                        "--local-interface",
                        FRONT_END,
                        "--xclient-addr",
                        SPOKEN_FOR,
                        "--xclient-name",
                        "spoken-for.example"));
            }
            return line;
        }

        // Sends as is, so that dots and the end are the caller's.
        @Override
        byte[] written(byte[] message) {
            var text = new String(message, StandardCharsets.ISO_8859_1);
            text = (text.startsWith(".") ? "." : "") + text.replace("\r\n.", "\r\n..") + ".\r\n";
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
    },

    CURL(Mode.SMTP, Mode.PROXY_V1, Mode.PROXY_V2) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            return List.of(
                    Setup.program("curl", "curl").toString(),
                    "-sS",
                    "smtp://127.0.0.1:" + route.port() + "/client.example",
                    "--mail-from",
                    "sender@client.example",
                    "--mail-rcpt",
                    recipient,
                    "-T",
                    file.toString());
        }
    },

    /** Python's own. */
    SMTPLIB(Mode.SMTP, Mode.LMTP, Mode.LMTP_SOCKET, Mode.PROXY_V1, Mode.PROXY_V2) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            var script = """
                    import smtplib, sys
                    kind = smtplib.LMTP if sys.argv[1] == "lmtp" else smtplib.SMTP
                    message = open(sys.argv[5], "rb").read()
                    with kind(sys.argv[2], int(sys.argv[3]), "client.example") as smtp:
                        smtp.sendmail("sender@client.example", [sys.argv[4]], message, ["BODY=8BITMIME"])
                    """;
            return List.of(
                    Setup.program("python3", "python3").toString(),
                    "-c",
                    script,
                    route.mode().isLmtp() ? "lmtp" : "smtp",
                    route.socket() == null ? "127.0.0.1" : route.socket().toString(),
                    Integer.toString(route.port()),
                    recipient,
                    file.toString());
        }
    },

    /** Go's own, see {@code src/test/go}. */
    GO(Mode.SMTP, Mode.PROXY_V1, Mode.PROXY_V2) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            return List.of(Setup.tool("send-go").toString(), "127.0.0.1:" + route.port(), recipient, file.toString());
        }
    },

    MSMTP(Mode.SMTP, Mode.LMTP, Mode.LMTP_SOCKET, Mode.PROXY_V1, Mode.PROXY_V2) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            var line = new ArrayList<>(List.of(
                    "msmtp",
                    "--file=/dev/null",
                    "--host=127.0.0.1",
                    // It wants one with a socket too.
                    "--port=" + Math.max(1, route.port()),
                    "--protocol=" + (route.mode().isLmtp() ? "lmtp" : "smtp"),
                    "--domain=client.example",
                    "--from=sender@client.example",
                    "--set-from-header=off",
                    "--set-date-header=off",
                    "--set-msgid-header=off",
                    "--timeout=120"));
            if (route.socket() != null) {
                line.add("--socket=" + route.socket());
            }
            line.add(recipient);
            return fromStandardInput(file, line);
        }

        @Override
        boolean isUnpacked() {
            return true;
        }

        @Override
        byte[] written(byte[] message) {
            return unix(message);
        }
    },

    /** OpenSMTPD's client. */
    OPENSMTPD(Mode.SMTP, Mode.LMTP, Mode.PROXY_V1, Mode.PROXY_V2) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            return fromStandardInput(
                    file,
                    List.of(
                            "smtp",
                            "-s",
                            (route.mode().isLmtp() ? "lmtp" : "smtp+notls") + "://127.0.0.1:" + route.port(),
                            "-H",
                            "client.example",
                            "-F",
                            "sender@client.example",
                            "-v",
                            recipient));
        }

        @Override
        boolean isUnpacked() {
            return true;
        }

        @Override
        byte[] written(byte[] message) {
            return unix(message);
        }
    },

    /** Postfix's, made for load. */
    SMTP_SOURCE(Mode.SMTP, Mode.LMTP, Mode.LMTP_SOCKET, Mode.PROXY_V1, Mode.PROXY_V2) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            var line = new ArrayList<>(List.of(
                    "smtp-source",
                    "-M",
                    "client.example",
                    "-f",
                    "sender@client.example",
                    "-t",
                    recipient,
                    "-F",
                    file.toString()));
            if (route.mode().isLmtp()) {
                line.add("-L");
            }
            line.add(route.socket() == null ? "127.0.0.1:" + route.port() : "unix:" + route.socket());
            return line;
        }

        @Override
        boolean isUnpacked() {
            return true;
        }

        // It puts an empty line in front of the final dot.
        @Override
        byte[] sent(byte[] message) {
            return (new String(message, StandardCharsets.ISO_8859_1) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        byte[] written(byte[] message) {
            return unix(message);
        }
    },

    /** The mail server, run once: it queues the message, delivers it, and ends. */
    EXIM(Mode.SMTP, Mode.CHUNKING, Mode.LMTP, Mode.LMTP_SOCKET, Mode.PROXY_V1, Mode.PROXY_V2) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            var configuration = """
                    primary_hostname = client.example
                    spool_directory = /var/spool/exim
                    log_file_path = /var/spool/exim/%%slog
                    keep_environment =
                    no_message_logs
                    message_size_limit = 0
                    tls_advertise_hosts =
                    begin routers
                    out:
                      driver = manualroute
                      route_list = * 127.0.0.1 byname
                      self = send
                      transport = out
                    begin transports
                    out:
                    %s
                    begin retry
                    """.formatted(transport(route));
            var start = """
                    printf %s "$1" >/var/spool/exim.conf && shift && exec exim4 -C /var/spool/exim.conf "$@"
                    """;
            // In the foreground, telling the dialogue; a line with a lone dot is text.
            return fromStandardInput(
                    file,
                    List.of(
                            "sh",
                            "-c",
                            start,
                            "sh",
                            configuration,
                            "-odf",
                            "-v",
                            "-i",
                            "-f",
                            "sender@client.example",
                            recipient));
        }

        private static String transport(Route route) {
            if (route.socket() != null) {
                return "  driver = lmtp\n  socket = " + route.socket();
            }
            return """
                      driver = smtp
                      port = %d
                      protocol = %s
                      allow_localhost
                      hosts_avoid_tls = *
                      hosts_try_chunking = %s
                    """.formatted(
                    route.port(), route.mode().isLmtp() ? "lmtp" : "smtp", route.mode() == Mode.CHUNKING ? "*" : "");
        }

        @Override
        boolean isUnpacked() {
            return true;
        }

        @Override
        byte[] written(byte[] message) {
            return unix(message);
        }
    },

    /** The mail server: what {@link #SMTPLIB} hands to it, it queues and relays. The port of the route is Postfix's. */
    POSTFIX(Mode.SMTP, Mode.LMTP, Mode.LMTP_SOCKET, Mode.PROXY_V1, Mode.PROXY_V2) {
        @Override
        List<String> line(Route route, String recipient, Path file) {
            return SMTPLIB.line(new Route(Mode.SMTP, route.port()), recipient, file);
        }
    };

    /**
     * Where those come from that may speak for others. Not 127.0.0.1, for what they may is offered to them: Exim's transport for LMTP has
     * room for 255 octets of a reply to LHLO.
     */
    static final String FRONT_END = "127.0.0.8";

    /** The client that another speaks for. */
    static final String SPOKEN_FOR = "192.0.2.7";

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<Mode> modes;

    Client(Mode... modes) {
        this.modes = Set.of(modes);
    }

    boolean speaks(Mode mode) {
        return modes.contains(mode);
    }

    /** The command line that sends a file by a route. */
    abstract List<String> line(Route route, String recipient, Path file);

    /** Tells whether it runs among Debian's unpacked packages. */
    boolean isUnpacked() {
        return false;
    }

    /** What such a client sends of this message. */
    byte[] sent(byte[] message) {
        return message;
    }

    /** What has to stand in the file, so that the client sends this message. */
    byte[] written(byte[] message) {
        return message;
    }

    private static List<String> fromStandardInput(Path file, List<String> program) {
        var line = new ArrayList<>(List.of("sh", "-c", "exec <\"$1\" && shift && exec \"$@\"", "sh", file.toString()));
        line.addAll(program);
        return line;
    }

    /** For those whose files have the line ends of Unix. */
    static byte[] unix(byte[] message) {
        return new String(message, StandardCharsets.ISO_8859_1)
                .replace("\r\n", "\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
