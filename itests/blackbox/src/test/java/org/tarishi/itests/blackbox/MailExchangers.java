package org.tarishi.itests.blackbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tarishi.itests.harness.Ports;

/**
 * Postfix as the mail exchangers of many domains: at one port of several addresses, of which each has another certificate, or none. Their
 * names are all below {@value #ZONE}.
 */
final class MailExchangers implements AutoCloseable {

    static final String ZONE = "signed.example";

    /** Where Postfix speaks TLS, and where it doesn't. */
    static final String SECURED = "127.0.0.1";

    static final String BARE = "127.0.0.3";

    /** Where its certificate has expired, has another name, is its own authority. */
    static final String EXPIRED = "127.0.0.4";

    static final String STRANGER = "127.0.0.5";
    static final String ALONE = "127.0.0.6";

    private final int port = Ports.free();
    private final Path folder;
    private final Map<String, Path> certificates = new LinkedHashMap<>();
    private final Map<String, Path> chains = new LinkedHashMap<>();
    private Debian.@Nullable Server postfix;

    /** Has this authority, or nobody, make their certificates. */
    MailExchangers(TestAuthority authority) throws IOException, InterruptedException {
        // Postfix is somebody else, who has to come here.
        folder = Files.createTempDirectory("mx");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(
                Files.createDirectory(folder.resolve("box")), PosixFilePermissions.fromString("rwxrwxrwx"));
        var root = authority.certificate();
        add(SECURED, authority.make("*." + ZONE, "ec"), root);
        add(EXPIRED, authority.make("*." + ZONE, "ec", -1), root);
        add(STRANGER, authority.make("mx.elsewhere.example", "ec"), root);
        add(ALONE, TestAuthority.selfSigned(Files.createDirectory(folder.resolve("alone")), "*." + ZONE));
    }

    /** Postfix wants the key first. */
    private void add(String address, Path made, Path... more) throws IOException {
        var chain = new StringBuilder(Files.readString(made.resolve("key.pem")))
                .append(Files.readString(made.resolve("cert.pem")));
        for (var part : more) {
            chain.append(Files.readString(part));
        }
        certificates.put(address, made.resolve("cert.pem"));
        chains.put(address, Files.writeString(folder.resolve(address + ".pem"), chain));
    }

    /** Their port. */
    int port() {
        return port;
    }

    /** What the one at an address shows, PEM. */
    Path certificate(String address) {
        return java.util.Objects.requireNonNull(certificates.get(address));
    }

    /** Starts them, for mail to anybody at these domains. */
    void start(Debian debian, List<String> domains) throws IOException {
        var listeners = new StringBuilder(
                "%s:%d inet n - n - - smtpd -o smtpd_tls_security_level=none\n".formatted(BARE, port));
        chains.forEach((address, chain) -> listeners.append(
                "%s:%d inet n - n - - smtpd -o smtpd_tls_chain_files=%s\n".formatted(address, port, chain)));
        var started = Postfix.start(debian, folder, listeners.toString(), """
                myhostname = peer.example
                inet_interfaces = all
                smtpd_tls_security_level = may
                smtpd_tls_received_header = yes
                """ + Postfix.box(domains, folder));
        postfix = started;
        MailServers.awaitGreeting(port, started);
    }

    /** The mails for a domain that were taken. */
    List<String> stored(String domain) throws IOException {
        return mails(text -> text.contains("Delivered-To: user@" + domain));
    }

    /** The notifications that say what became of a mail to a domain. */
    List<String> toldOf(String domain) throws IOException {
        return mails(text -> text.contains("Final-Recipient: rfc822;user@" + domain)
                || text.contains("Final-Recipient: rfc822; user@" + domain));
    }

    private List<String> mails(Predicate<String> wanted) throws IOException {
        var mails = new ArrayList<String>();
        for (var file : new Maildir(folder.resolve("box")).messages()) {
            var text = Files.readString(file);
            if (wanted.test(text)) {
                mails.add(text);
            }
        }
        return mails;
    }

    /** What Postfix has printed. */
    String said() {
        return postfix == null ? "" : postfix.said();
    }

    @Override
    public void close() throws IOException {
        if (postfix != null) {
            postfix.close();
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
