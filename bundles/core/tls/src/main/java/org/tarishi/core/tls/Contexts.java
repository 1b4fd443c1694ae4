package org.tarishi.core.tls;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import org.tarishi.core.spi.ClientCertificates;
import org.tarishi.core.spi.ClientTls;
import org.tarishi.core.spi.PeerTrust;

/**
 * All that engines are made of, as it was at one instant. Immutable but for the sessions that are kept to be resumed: a session of one
 * does not live on in another, so that nobody is let in by what was trusted before.
 */
final class Contexts {

    /**
     * Takes every name; what has no key of its own is shown the default. That there is one makes the JDK keep the name with a session, and
     * resume it for no other (RFC 6066 section 3): else a client would be shown to be served by whom it did not ask for.
     */
    private static final SNIMatcher ANY_NAME = new SNIMatcher(StandardConstants.SNI_HOST_NAME) {
        @Override
        public boolean matches(SNIServerName name) {
            return true;
        }
    };

    private final Settings settings;
    private final Index index;
    private final Authorities clients;
    private final Authorities servers;

    /** One for each demand on clients: a session that was begun without a certificate is resumed where none is wanted. */
    private final Map<ClientCertificates, SSLContext> serving = new EnumMap<>(ClientCertificates.class);

    /** For clients that trust anybody, by the certificate that they show; as many as there are names of our own. */
    private final Map<String, SSLContext> trusting = new ConcurrentHashMap<>();

    private final SSLParameters serverParameters;

    Contexts(Settings settings, Index index, Authorities clients, Authorities servers) {
        this.settings = settings;
        this.index = index;
        this.clients = clients;
        this.servers = servers;
        var parameters = new SSLParameters();
        parameters.setProtocols(settings.protocols().toArray(String[]::new));
        parameters.setCipherSuites(settings.ciphers().toArray(String[]::new));
        parameters.setNamedGroups(settings.groups().toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(settings.preferOwnCiphers());
        parameters.setSNIMatchers(List.of(ANY_NAME));
        this.serverParameters = parameters;
        var keys = new ServerKeys(index);
        for (var demand : ClientCertificates.values()) {
            serving.put(demand, context(keys, new Trust(check(demand), clients.certificates())));
        }
    }

    private Trust.Check check(ClientCertificates demand) {
        return demand == ClientCertificates.REQUIRED ? clients::checkClient : _ -> {};
    }

    private SSLContext context(KeyManager keys, TrustManager trust) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
            int seconds = (int) settings.sessionLife().toSeconds();
            for (var sessions : List.of(context.getServerSessionContext(), context.getClientSessionContext())) {
                sessions.setSessionCacheSize(settings.sessions());
                sessions.setSessionTimeout(seconds);
            }
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS", e);
        }
    }

    Settings settings() {
        return settings;
    }

    Index index() {
        return index;
    }

    Authorities clients() {
        return clients;
    }

    Authorities servers() {
        return servers;
    }

    SSLEngine server(ClientCertificates demand) {
        var context = serving.get(demand);
        if (context == null) {
            throw new IllegalStateException("no context for " + demand);
        }
        var engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(serverParameters);
        switch (demand) {
            case NONE -> {}
            case ASKED -> engine.setWantClientAuth(true);
            case REQUIRED -> engine.setNeedClientAuth(true);
        }
        return engine;
    }

    SSLEngine client(ClientTls wanted) {
        var shown = wanted.certificate().map(this::shown).orElse(List.of());
        var context = switch (wanted.trust()) {
            case PeerTrust.Any _ ->
                trusting.computeIfAbsent(
                        wanted.certificate().orElse(""),
                        _ -> context(new ClientKeys(shown), new Trust(_ -> {}, List.of())));
            // A session that is resumed is not looked at again, so these are not kept for others to resume.
            case PeerTrust.Authorities(var names) ->
                context(new ClientKeys(shown), new Trust(chain -> servers.checkServer(chain, names), List.of()));
            case PeerTrust.Judged(var judge) ->
                context(new ClientKeys(shown), new Trust(chain -> judge.check(List.of(chain)), List.of()));
        };
        var engine = context.createSSLEngine(wanted.serverName().orElse(""), wanted.port());
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setProtocols(settings.clientProtocols().toArray(String[]::new));
        if (!settings.clientCiphers().isEmpty()) {
            parameters.setCipherSuites(settings.clientCiphers().toArray(String[]::new));
        }
        parameters.setNamedGroups(settings.groups().toArray(String[]::new));
        parameters.setServerNames(wanted.serverName()
                .map(name -> List.<SNIServerName>of(new SNIHostName(name)))
                .orElse(List.of()));
        engine.setSSLParameters(parameters);
        return engine;
    }

    private List<Identity> shown(String name) {
        var found = index.named(name);
        if (found.isEmpty()) {
            throw new IllegalStateException("there is no certificate of the name " + name);
        }
        return found;
    }

    /** What is wrong with a client's certificates, in words. */
    Optional<String> objectionToClient(List<X509Certificate> chain) {
        return objection(clients::checkClient, chain);
    }

    /** What is wrong with a server's certificates, in words. */
    Optional<String> objectionToServer(List<X509Certificate> chain, List<String> names) {
        return objection(certificates -> servers.checkServer(certificates, names), chain);
    }

    private static Optional<String> objection(Trust.Check check, List<X509Certificate> chain) {
        try {
            check.check(chain.toArray(X509Certificate[]::new));
            return Optional.empty();
        } catch (java.security.cert.CertificateException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
