package org.tarishi.plugin.acme;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.exception.AcmeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tarishi.api.Text;

/** The accounts at certificate authorities: one for each directory, known by its key (RFC 8555 section 7.3). */
final class Accounts {

    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

    private final Path root;
    private final Path conf;

    Accounts(Path root, Path conf) {
        this.root = root;
        this.conf = conf;
    }

    /**
     * Returns the login of the account, made where there is none. The same key always finds the same account.
     *
     * @throws RefusedException when the operator has to do something first
     */
    Login login(Session session, Settings settings) throws AcmeException, IOException, RefusedException {
        var meta = session.getMetadata();
        var terms = meta.getTermsOfService().map(URI::toString).orElse("those on its web site");
        if (!settings.isAgreed()) {
            throw new RefusedException(
                    "termsAgreed is not set; read the authority's terms, " + terms + ", and set it if you agree");
        }
        var builder = new AccountBuilder().agreeToTermsOfService().useKeyPair(key(settings.directory()));
        settings.contact().forEach(builder::addContact);
        if (settings.external().isPresent()) {
            var external = settings.external().get();
            var secret =
                    PrivateFiles.readSecret(conf.resolve(external.keyFile())).strip();
            try {
                builder.withKeyIdentifier(external.keyId(), secret);
            } catch (IllegalArgumentException e) {
                // What the library says might hold the secret.
                throw new RefusedException("eabKeyFile holds no MAC key in base64url");
            }
        } else if (meta.isExternalAccountRequired()) {
            throw new RefusedException(
                    "the authority wants an account that is bound to another one: set eabKeyId and eabKeyFile");
        }
        var login = builder.createLogin(session);
        var account = login.getAccount();
        if (account.getStatus() != Status.VALID) {
            throw new RefusedException(
                    "the account is " + account.getStatus().name().toLowerCase(Locale.ROOT)
                            + " at the authority; to have a new one, remove " + keyFile(settings.directory()));
        }
        contact(login, settings);
        return login;
    }

    private static void contact(Login login, Settings settings) throws AcmeException {
        var account = login.getAccount();
        var known = new HashSet<>(account.getContacts());
        // An authority that keeps no contacts shows none; it is told once, with the account.
        if (!settings.contact().isEmpty() && !known.isEmpty() && !known.equals(new HashSet<>(settings.contact()))) {
            var edit = account.modify();
            edit.getContacts().clear();
            settings.contact().forEach(edit::addContact);
            edit.commit();
            LOG.info("the contact of the account is now {}", settings.contact());
        }
    }

    /** Returns where an authority's key lies; directories of one host are apart. */
    Path keyFile(URI directory) {
        return root.resolve(directory.getHost() + "-" + digest(directory.toString()))
                .resolve("account.pem");
    }

    private KeyPair key(URI directory) throws IOException {
        var file = keyFile(directory);
        if (Files.exists(file)) {
            try {
                return Pem.keyPair(PrivateFiles.readSecret(file));
            } catch (IOException e) {
                throw new IOException(
                        "the account's key " + file + " can't be read: " + Text.escaped(String.valueOf(e.getMessage())),
                        e);
            }
        }
        var pair = KeyType.EC_P256.generate();
        PrivateFiles.createFolders(file.resolveSibling(".").normalize());
        PrivateFiles.replace(file, Pem.keyPair(pair));
        LOG.info("a key for the account at {} was made: {}", directory, file);
        return pair;
    }

    private static String digest(String text) {
        try {
            var sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return HexFormat.of().formatHex(sum, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
