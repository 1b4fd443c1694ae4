package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Other people's programs that send a message from {@code sender@client.example} through TLS, and trust what an authority vouches for. */
enum TlsClient {
    OPENSSL {
        @Override
        List<String> line(To to) throws IOException {
            // Typed blindly, one line behind the other; -crlf adds what a keyboard doesn't have.
            var dialogue = Files.writeString(
                    to.message().resolveSibling("dialogue"),
                    String.join(
                            "\n",
                            "EHLO client.example",
                            "MAIL FROM:<sender@client.example>",
                            "rCPT TO:<" + to.recipient() + ">",
                            "DATA",
                            Files.readString(to.message()).replace("\r\n", "\n").replace("\n.", "\n..") + ".",
                            "quit",
                            ""));
            return List.of(
                    "sh",
                    "-c",
                    "(while read -r line; do printf '%s\\n' \"$line\"; sleep 0.1; done <\"$1\") |"
                            + " openssl s_client -connect 127.0.0.1:$2 -verify_return_error -verify_hostname localhost"
                            + " -servername localhost -CAfile \"$3\" -crlf -quiet $4 2>&1",
                    "sh",
                    dialogue.toString(),
                    Integer.toString(to.port()),
                    to.authority().toString(),
                    to.isFirst() ? "" : "-starttls smtp");
        }
    },

    SWAKS {
        @Override
        List<String> line(To to) {
            return List.of(
                    Setup.program("swaks", "swaks").toString(),
                    "--server",
                    "127.0.0.1:" + to.port(),
                    to.isFirst() ? "--tlsc" : "--tls",
                    "--tls-verify",
                    "--tls-ca-path",
                    to.authority().toString(),
                    "--helo",
                    "client.example",
                    "--from",
                    "sender@client.example",
                    "--to",
                    to.recipient(),
                    "--data",
                    "@" + to.message());
        }
    },

    CURL {
        @Override
        List<String> line(To to) {
            return List.of(
                    Setup.program("curl", "curl").toString(),
                    "-sS",
                    "--ssl-reqd",
                    "--cacert",
                    to.authority().toString(),
                    "--resolve",
                    "localhost:" + to.port() + ":127.0.0.1",
                    (to.isFirst() ? "smtps" : "smtp") + "://localhost:" + to.port() + "/client.example",
                    "--mail-from",
                    "sender@client.example",
                    "--mail-rcpt",
                    to.recipient(),
                    "-T",
                    to.message().toString());
        }
    },

    SMTPLIB {
        @Override
        List<String> line(To to) {
            return List.of(
                    Setup.program("python3", "python3").toString(),
                    "-c",
                    """
                        import smtplib, ssl, sys
                        way, port, recipient, file, ca = sys.argv[1:]
                        context = ssl.create_default_context(cafile=ca)
                        if way == "FIRST":
                            smtp = smtplib.SMTP_SSL("localhost", int(port), "client.example", context=context)
                        else:
                            smtp = smtplib.SMTP("localhost", int(port), "client.example")
                            smtp.starttls(context=context)
                        with smtp:
                            smtp.sendmail("sender@client.example", [recipient], open(file, "rb").read())
                        """,
                    to.isFirst() ? "FIRST" : "STARTTLS",
                    Integer.toString(to.port()),
                    to.recipient(),
                    to.message().toString(),
                    to.authority().toString());
        }
    },

    MSMTP {
        @Override
        List<String> line(To to) {
            return AuthClient.reading(
                    to.message(),
                    List.of(
                            "msmtp",
                            "--file=/dev/null",
                            "--host=localhost",
                            "--port=" + to.port(),
                            "--tls=on",
                            "--tls-starttls=" + (to.isFirst() ? "off" : "on"),
                            "--tls-trust-file=" + to.authority(),
                            "--domain=client.example",
                            "--from=sender@client.example",
                            to.recipient()));
        }

        @Override
        boolean isUnpacked() {
            return true;
        }
    },

    POSTFIX {
        @Override
        List<String> line(To to) {
            var settings = """
                smtp_tls_security_level = secure
                smtp_tls_secure_cert_match = hostname
                smtp_tls_CAfile = %s
                smtp_tls_wrappermode = %s
                """.formatted(to.authority(), to.isFirst() ? "yes" : "no");
            return AuthClient.reading(
                    to.message(), PostfixClient.line(to.port(), "sender@client.example", to.recipient(), settings));
        }

        @Override
        boolean isUnpacked() {
            return true;
        }
    },

    EXIM {
        @Override
        List<String> line(To to) throws IOException {
            var transport = """
                protocol = %s
                hosts_require_tls = *
                tls_verify_certificates = %s
                tls_verify_hosts = *
                tls_verify_cert_hostnames = *
                """.formatted(to.isFirst() ? "smtps" : "smtp", EximClient.AUTHORITIES);
            return AuthClient.reading(
                    to.message(),
                    EximClient.line(
                            to.port(),
                            "sender@client.example",
                            to.recipient(),
                            transport,
                            "",
                            Files.readString(to.authority())));
        }

        @Override
        boolean isUnpacked() {
            return true;
        }
    },

    NODEMAILER {
        @Override
        List<String> line(To to) {
            var script = """
                const [, modules, port, way, ca, recipient, file] = process.argv;
                const nodemailer = require(modules + "/nodemailer");
                const read = require("fs").readFileSync;
                nodemailer
                    .createTransport({ host: "localhost", port: Number(port), name: "client.example",
                        secure: way === "FIRST", requireTLS: way !== "FIRST", tls: { ca: read(ca) } })
                    .sendMail({ envelope: { from: "sender@client.example", to: recipient }, raw: read(file) })
                    .catch(e => { console.error(e); process.exitCode = 1; });
                """;
            return List.of(
                    Setup.program("node", "nodejs").toString(),
                    "--dns-result-order=ipv4first",
                    "-e",
                    script,
                    Setup.tool("node/node_modules").toString(),
                    Integer.toString(to.port()),
                    to.isFirst() ? "FIRST" : "STARTTLS",
                    to.authority().toString(),
                    to.recipient(),
                    to.message().toString());
        }
    };

    /**
     * Whom to send to, and what.
     *
     * @param port of the server, on this machine by the name of localhost
     * @param isFirst whether TLS comes before all else
     * @param authority the file of who vouches for it
     * @param message the file of the message
     */
    record To(int port, boolean isFirst, Path authority, String recipient, Path message) {}

    /** The command line that sends a file. */
    abstract List<String> line(To to) throws IOException;

    /** Tells whether it runs among Debian's unpacked packages. */
    boolean isUnpacked() {
        return false;
    }
}
