package org.tarishi.core.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a server's key by the name that a client asks for. The JDK's own managers look through all keys, and one of them checks each
 * chain at each handshake.
 */
final class ServerKeys extends X509ExtendedKeyManager {

    private final Index index;

    /** An alias is what an API of strings gets for a key; there are as many as keys. */
    private final Map<String, Identity> byAlias = new ConcurrentHashMap<>();

    ServerKeys(Index index) {
        this.index = index;
        int n = 0;
        for (var identity : index.all()) {
            byAlias.put(Integer.toString(n++), identity);
        }
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        var found = index.find(engine == null ? Optional.empty() : serverName(engine), keyType);
        if (found == null) {
            return null;
        }
        for (var entry : byAlias.entrySet()) {
            if (entry.getValue().equals(found)) {
                return entry.getKey();
            }
        }
        return null;
    }

    private static Optional<String> serverName(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            for (var name : session.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return Optional.of(host.getAsciiName());
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        var identity = byAlias.get(alias);
        return identity == null ? null : identity.key();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        var identity = byAlias.get(alias);
        return identity == null ? null : identity.chain();
    }

    // ---- what engines of a server don't ask

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
