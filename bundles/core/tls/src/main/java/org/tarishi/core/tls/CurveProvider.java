package org.tarishi.core.tls;

import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * X25519 (RFC 7748) by Bouncy Castle, for the JDK's TLS: both keys of a handshake take it a third of the JDK's time, and half while the server
 * is new, for there is less to compile. Whoever names another curve, or another provider, gets the JDK's as before.
 *
 * <p>Keys of certificates stay with the JDK: they are there for years, and its arithmetic takes the same time for each.
 */
final class CurveProvider extends Provider {

    private static final long serialVersionUID = 1;

    /** The JDK's name of both curves of RFC 7748, the one that its TLS asks for. */
    private static final String XDH = "XDH";

    CurveProvider(String name) {
        super(name, "1", "X25519 (RFC 7748)");
        putService(new Made(this, "KeyPairGenerator", X25519KeyPairs.class, X25519KeyPairs::new));
        putService(new Made(this, "KeyAgreement", X25519Agreement.class, X25519Agreement::new));
    }

    /** Has it asked before all others. */
    void install() {
        Security.insertProviderAt(this, 1);
    }

    void remove() {
        Security.removeProvider(getName());
    }

    private static final class Made extends Service {

        private final Supplier<Object> maker;

        Made(Provider provider, String type, Class<?> made, Supplier<Object> maker) {
            super(provider, type, XDH, made.getName(), List.of(), Map.of());
            this.maker = maker;
        }

        @Override
        public Object newInstance(Object parameter) {
            return maker.get();
        }
    }
}
