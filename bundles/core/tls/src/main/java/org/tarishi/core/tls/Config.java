package org.tarishi.core.tls;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The settings as they stand in the configuration; {@link Settings} is what they mean. */
@ObjectClassDefinition(
        name = "TLS",
        description = "Keys, certificates, versions and ciphers. A change holds for connections that begin later.")
@interface Config {

    @AttributeDefinition(
            name = "Folder",
            description =
                    "The folder of keys and certificates, a whole path or one below the folder of settings: files in it are the default, those of a folder in it stand for the name that the folder has. Default: tls")
    String folder() default "tls";

    @AttributeDefinition(
            name = "Files",
            description =
                    "Files of keys and certificates that are the default in place of those in the folder, such as what an ACME client keeps up to date; whole paths, or below the folder of settings. Default: none")
    String[] files() default {};

    @AttributeDefinition(
            name = "Versions",
            description = "The versions of TLS that are spoken: TLSv1.2, TLSv1.3. Default: both")
    String[] protocols() default {"TLSv1.3", "TLSv1.2"};

    @AttributeDefinition(
            name = "Ciphers",
            description =
                    "The cipher suites of a server by their IANA names, the preferred ones first. Default: those of TLS 1.3, and of TLS 1.2 those with ECDHE and AEAD")
    String[] ciphers() default {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    };

    @AttributeDefinition(
            name = "Groups",
            description =
                    "The groups of the key exchange, the preferred ones first: x25519, secp256r1, secp384r1, secp521r1, x448, ffdhe2048, ffdhe3072, ffdhe4096. Default: x25519, secp256r1, secp384r1")
    String[] groups() default {"x25519", "secp256r1", "secp384r1"};

    @AttributeDefinition(
            name = "Own order of ciphers",
            description =
                    "Whether a server chooses the cipher suite by its own order, not by the client's. Default: true")
    boolean preferOwnCiphers() default true;

    @AttributeDefinition(
            name = "Versions as a client",
            description =
                    "The versions of TLS that servers which mail is sent to are spoken to by: TLSv1.2, TLSv1.3. Default: none, which is"
                            + " those of protocols")
    String[] clientProtocols() default {};

    @AttributeDefinition(
            name = "Ciphers as a client",
            description =
                    "The cipher suites that are offered to servers which mail is sent to, by their IANA names, the preferred ones first."
                            + " Default: none, which is all that the JDK has not disabled")
    String[] clientCiphers() default {};

    @AttributeDefinition(
            name = "Authorities of clients",
            description =
                    "PEM files with the certificates of the authorities that vouch for clients; whole paths, or below the folder of settings. Default: none, so that no client's certificate is trusted")
    String[] clientAuthorities() default {};

    @AttributeDefinition(
            name = "Revocation lists of clients",
            description =
                    "Files (PEM or DER) with the certificate revocation lists of those authorities; whole paths, or below the folder of settings. With them, a client's certificate is trusted only while a list in force of each authority in its chain does not name it. Default: none, so that no certificate counts as revoked")
    String[] clientRevocationLists() default {};

    @AttributeDefinition(
            name = "Authorities of servers",
            description =
                    "PEM files with the certificates of the authorities that vouch for servers that mail is sent to. Default: none, which is those of the JDK")
    String[] serverAuthorities() default {};

    @AttributeDefinition(
            name = "Stapling",
            description =
                    "Where the OCSP responses come from that are shown with certificates: off, files (NAME.ocsp beside the key's file), fetch (and where there is no file, the certificate's authority is asked). Default: off",
            options = {
                @Option(label = "Off", value = "off"),
                @Option(label = "Files", value = "files"),
                @Option(label = "Fetch", value = "fetch")
            })
    String stapling() default "off";

    @AttributeDefinition(
            name = "Sessions",
            type = AttributeType.INTEGER,
            min = "1",
            max = "1000000",
            description = "The most sessions that are kept for clients that resume them. Default: 20000")
    int sessions() default 20_000;

    @AttributeDefinition(
            name = "Life of sessions",
            description = "How long a session may be resumed, ISO-8601, PT1S to P7D. Default: PT1H")
    String sessionLife() default "PT1H";

    @AttributeDefinition(
            name = "Check every",
            description = "How often files are looked at for a change, ISO-8601, PT0.1S to PT1H. Default: PT10S")
    String checkEvery() default "PT10S";

    @AttributeDefinition(
            name = "Warn before expiry",
            description =
                    "How long before a certificate expires a line a day warns of it, ISO-8601, PT0S for never, to P365D. Default: P14D")
    String warnBeforeExpiry() default "P14D";
}
