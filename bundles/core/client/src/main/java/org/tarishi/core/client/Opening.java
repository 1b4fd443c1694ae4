package org.tarishi.core.client;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.tarishi.api.AddressLiteral;
import org.tarishi.api.Reply;
import org.tarishi.api.outbound.Route;

/** The beginning of a session: greeting, EHLO, TLS, EHLO again, login. One thread. */
final class Opening {

    private final Route route;
    private final Wire wire;
    private final Talk talk;
    private final Settings settings;
    private final StartTls tls;
    private Offer offer = Offer.NOTHING;
    private boolean isAuthenticated;

    Opening(Route route, Wire wire, Talk talk, Settings settings, StartTls tls) {
        this.route = route;
        this.wire = wire;
        this.talk = talk;
        this.settings = settings;
        this.tls = tls;
    }

    /**
     * Carries it out.
     *
     * @param name this host's name, empty for the address of the connection
     * @param authPreferred whether it goes on without a login where the peer offers nothing that may be used
     * @return the refusal, if the peer does not want us
     * @throws org.tarishi.api.service.TlsFailedException when the route's TLS can't be had
     */
    Optional<Reply> run(String name, boolean authPreferred) throws IOException {
        tls.atOnce();
        wire.begin("waiting for the greeting", settings.greetingTimeout());
        var greeting = talk.reply("greeting");
        if (!greeting.isPositive()) {
            return Optional.of(greeting);
        }
        var hello = name.isEmpty() ? addressLiteral() : name;
        var refusal = greet(hello);
        if (refusal.isEmpty()) {
            if (tls.begin(offer, talk)) {
                // RFC 3207 section 4.2: what was learned before is forgotten.
                offer = Offer.NOTHING;
                refusal = greet(hello);
            } else {
                refusal = tls.refusal();
            }
        }
        return refusal.isPresent() ? refusal : login(authPreferred);
    }

    private Optional<Reply> greet(String hello) throws IOException {
        var answer = ask((route.isLmtp() ? "LHLO " : "EHLO ") + hello);
        if (answer.isPositive()) {
            offer = Offer.of(answer.lines());
            return Optional.empty();
        }
        // 421 is no permanent refusal; LMTP has no HELO (RFC 2033 section 4.1).
        if (answer.isPermanent() && !route.isLmtp()) {
            answer = ask("HELO " + hello);
        }
        return answer.isPositive() ? Optional.empty() : Optional.of(answer);
    }

    private String addressLiteral() throws IOException {
        return new AddressLiteral(wire.localAddress().orElseGet(InetAddress::getLoopbackAddress)).ascii();
    }

    private Reply ask(String command) throws IOException {
        var verb = command.substring(0, 4);
        wire.begin("waiting for the reply to " + verb, settings.heloTimeout());
        talk.put(command);
        wire.flush();
        return talk.reply(verb);
    }

    /** Logs in with the route's credentials, where it has some. */
    private Optional<Reply> login(boolean isPreferred) throws IOException {
        if (route.user().isEmpty()) {
            return Optional.empty();
        }
        boolean isPrivate = wire.isSecured() || wire.isWithinHost();
        var login = new Login(this::askSecretly, settings.authWithoutTls() || isPrivate);
        return switch (login.with(route.user().get(), route.secret().orElse(""), offer)) {
            case Login.End.Known _ -> {
                isAuthenticated = true;
                yield Optional.empty();
            }
            case Login.End.NotOffered(Reply reply) -> isPreferred ? Optional.empty() : Optional.of(reply);
            case Login.End.Refused(Reply reply) -> Optional.of(reply);
        };
    }

    private Reply askSecretly(String command, String shown) throws IOException {
        wire.begin("waiting for the reply to AUTH", settings.heloTimeout());
        return talk.askSecretly(command, shown);
    }

    /** Returns what the peer offers. */
    Offer offer() {
        return offer;
    }

    /** Tells whether the peer knows us. */
    boolean isAuthenticated() {
        return isAuthenticated;
    }
}
