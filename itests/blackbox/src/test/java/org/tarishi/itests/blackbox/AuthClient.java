package org.tarishi.itests.blackbox;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Other people's programs that authenticate and send a message, from {@code ann@example.com}. */
enum AuthClient {
    SWAKS("PLAIN", "LOGIN", "CRAM-MD5") {
        @Override
        List<String> line(Login login, Path file) {
            return List.of(
                    Setup.program("swaks", "swaks").toString(),
                    "--server",
                    "127.0.0.1:" + login.port(),
                    "--helo",
                    "client.example",
                    "--from",
                    login.user(),
                    "--to",
                    login.recipient(),
                    "--auth",
                    login.mechanism(),
                    "--auth-user",
                    login.user(),
                    "--auth-password",
                    login.secret(),
                    "--data",
                    "@" + file,
                    "--suppress-data",
                    "--timeout",
                    "60s");
        }
    },

    /** Asked for XOAUTH2, it takes OAUTHBEARER where both are offered. */
    CURL("PLAIN", "LOGIN", "CRAM-MD5", "OAUTHBEARER") {
        @Override
        List<String> line(Login login, Path file) {
            var line = new ArrayList<>(List.of(
                    Setup.program("curl", "curl").toString(),
                    "-sS",
                    "smtp://127.0.0.1:" + login.port() + "/client.example",
                    "--login-options",
                    "AUTH=" + login.mechanism(),
                    "--mail-from",
                    login.user(),
                    "--mail-rcpt",
                    login.recipient(),
                    "-T",
                    file.toString(),
                    "--max-time",
                    "60"));
            line.addAll(
                    login.isToken()
                            ? List.of("--user", login.user() + ":", "--oauth2-bearer", login.secret())
                            : List.of("--user", login.user() + ":" + login.secret()));
            return line;
        }
    },

    /** Python's own. */
    SMTPLIB("PLAIN", "LOGIN", "CRAM-MD5") {
        @Override
        List<String> line(Login login, Path file) {
            var script = """
                import smtplib, sys
                port, user, secret, mechanism, recipient, file = sys.argv[1:]
                with smtplib.SMTP("127.0.0.1", int(port), "client.example") as smtp:
                    smtp.ehlo()
                    smtp.user, smtp.password = user, secret
                    smtp.auth(mechanism, getattr(smtp, "auth_" + mechanism.lower().replace("-", "_")))
                    smtp.sendmail(user, [recipient], open(file, "rb").read())
                """;
            return List.of(
                    Setup.program("python3", "python3").toString(),
                    "-c",
                    script,
                    Integer.toString(login.port()),
                    login.user(),
                    login.secret(),
                    login.mechanism(),
                    login.recipient(),
                    file.toString());
        }
    },

    MSMTP("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2") {
        @Override
        List<String> line(Login login, Path file) {
            return reading(
                    file,
                    List.of(
                            "msmtp",
                            "--host=127.0.0.1",
                            "--port=" + login.port(),
                            "--domain=client.example",
                            "--tls=off",
                            "--auth=" + login.mechanism().toLowerCase(Locale.ROOT),
                            "--user=" + login.user(),
                            "--passwordeval=printf %s '" + login.secret() + "'",
                            "--from=" + login.user(),
                            "--timeout=60",
                            login.recipient()));
        }

        @Override
        boolean isUnpacked() {
            return true;
        }
    },

    EXIM("PLAIN", "LOGIN", "CRAM-MD5") {
        @Override
        List<String> line(Login login, Path file) {
            return reading(
                    file,
                    EximClient.line(
                            login.port(),
                            login.user(),
                            login.recipient(),
                            "hosts_avoid_tls = *\nhosts_require_auth = *",
                            authenticator(login),
                            ""));
        }

        private static String authenticator(Login login) {
            return switch (login.mechanism()) {
                case "PLAIN" -> """
                    plain:
                      driver = plaintext
                      public_name = PLAIN
                      client_send = ^%s^%s
                    """.formatted(login.user(), login.secret());
                case "LOGIN" -> """
                    login:
                      driver = plaintext
                      public_name = LOGIN
                      client_send = : %s : %s
                    """.formatted(login.user(), login.secret());
                default -> """
                    cram:
                      driver = cram_md5
                      public_name = CRAM-MD5
                      client_name = %s
                      client_secret = %s
                    """.formatted(login.user(), login.secret());
            };
        }

        @Override
        boolean isUnpacked() {
            return true;
        }

        // It goes on trying later, and calls that a success.
        @Override
        boolean tellsFailure() {
            return false;
        }
    },

    /** By Cyrus SASL's plugins, which the same packages bring. */
    POSTFIX("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256") {
        @Override
        List<String> line(Login login, Path file) {
            var settings = """
                smtp_tls_security_level = none
                smtp_sasl_auth_enable = yes
                smtp_sasl_type = cyrus
                smtp_sasl_mechanism_filter = %s
                smtp_sasl_security_options =
                smtp_sasl_password_maps = inline:{ { [localhost]:%d = %s:%s } }
                """.formatted(login.mechanism(), login.port(), login.user(), login.secret());
            return reading(file, PostfixClient.line(login.port(), login.user(), login.recipient(), settings));
        }

        @Override
        boolean isUnpacked() {
            return true;
        }
    },

    NODEMAILER("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2") {
        @Override
        List<String> line(Login login, Path file) {
            var script = """
                const [, modules, port, user, secret, mechanism, recipient, file] = process.argv;
                const nodemailer = require(modules + "/nodemailer");
                const auth = mechanism === "XOAUTH2"
                    ? { type: "OAuth2", user, accessToken: secret } : { user, pass: secret };
                nodemailer
                    .createTransport({ host: "127.0.0.1", port: Number(port), name: "client.example", ignoreTLS: true,
                        authMethod: mechanism, auth })
                    .sendMail({ envelope: { from: user, to: recipient }, raw: require("fs").readFileSync(file) })
                    .catch(e => { console.error(e); process.exitCode = 1; });
                """;
            return List.of(
                    Setup.program("node", "nodejs").toString(),
                    "-e",
                    script,
                    Setup.tool("node/node_modules").toString(),
                    Integer.toString(login.port()),
                    login.user(),
                    login.secret(),
                    login.mechanism(),
                    login.recipient(),
                    file.toString());
        }
    };

    /**
     * What to log in with, and what to send.
     *
     * @param secret the password, or the token of a mechanism that takes one
     */
    record Login(int port, String mechanism, String user, String secret, String recipient) {

        boolean isToken() {
            return mechanism.equals("OAUTHBEARER") || mechanism.equals("XOAUTH2");
        }

        @Override
        public String toString() {
            return mechanism + " of " + user;
        }
    }

    @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
    private final Set<String> mechanisms;

    AuthClient(String... mechanisms) {
        this.mechanisms = Set.of(mechanisms);
    }

    /** The mechanisms that it knows. */
    Set<String> mechanisms() {
        return mechanisms;
    }

    /** The command line that logs in and sends a file. */
    abstract List<String> line(Login login, Path file);

    /** Tells whether it runs among Debian's unpacked packages. */
    boolean isUnpacked() {
        return false;
    }

    /** Tells whether its exit code says that it was refused. */
    boolean tellsFailure() {
        return true;
    }

    /** A command line with a file as its standard input. */
    static List<String> reading(Path file, List<String> line) {
        var all = new ArrayList<>(List.of("sh", "-c", "exec <\"$1\" && shift && exec \"$@\"", "sh", file.toString()));
        all.addAll(line);
        return all;
    }
}
