package org.tarishi.core.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The keys that all trust begins with: the root's key signing keys, as digests (RFC 7958). */
final class RootAnchors {

    /** Of 2017, and of 2024, which signs from 2026 on. */
    private static final String DS = """
            . 172800 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
            . 172800 IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
            """;

    private RootAnchors() {}

    /** Opens them in the form of a zone file. */
    static InputStream open() throws IOException {
        return new ByteArrayInputStream(DS.getBytes(US_ASCII));
    }
}
