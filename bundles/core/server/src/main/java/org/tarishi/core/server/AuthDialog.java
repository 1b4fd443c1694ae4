package org.tarishi.core.server;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.EnhancedStatus;
import org.tarishi.api.Hello;
import org.tarishi.api.Reply;
import org.tarishi.core.server.Step.Event;
import org.tarishi.core.spi.Authentication;
import org.tarishi.core.spi.Authentication.Answer;

/** AUTH (RFC 4954) as a function, as the {@link Machine} is one for all else. */
final class AuthDialog {

    /** What its dialog depends on, as it is when asked. */
    interface Facts {

        /** What was offered at EHLO. */
        Offer offer();

        /** Whether the client has authenticated. */
        boolean isAuthenticated();

        /** Whether AUTH is not offered for want of TLS alone. */
        boolean isTlsMissing();

        /** Whether the client may try, for what failed from its address. */
        boolean mayTry();

        /** How often AUTH has failed on this connection. */
        int authFailures();
    }

    /** RFC 4954 section 4 allows 12288 octets of a line, the code and CRLF among them. */
    private static final int LONGEST_CHALLENGE = 12_282;

    private final AuthSettings settings;
    private final Facts facts;

    AuthDialog(AuthSettings settings, Facts facts) {
        this.settings = settings;
        this.facts = facts;
    }

    /** AUTH has come; {@code helloFirst} is what a client hears that has not said EHLO. */
    Step command(State state, byte[] line, Reply helloFirst) {
        try {
            if (!(state instanceof State.Ready(var hello))) {
                throw new Objection(state instanceof State.Mailing ? AuthReplies.IN_TRANSACTION : helloFirst);
            }
            var bad = objection(hello, helloFirst);
            if (bad != null) {
                throw new Objection(bad);
            }
            var command = AuthCommand.read(line, settings.maxLine());
            if (!facts.offer().mechanisms().contains(command.mechanism())) {
                throw new Objection(AuthReplies.UNKNOWN_MECHANISM);
            }
            if (!facts.mayTry()) {
                return new Step.Close(AuthReplies.TOO_MANY_FROM_ADDRESS);
            }
            return new Step.Authenticate(command.mechanism(), command.initial(), result -> follow(hello, result));
        } catch (Objection objection) {
            return new Step.Say(objection.reply(), state, Event.ERROR);
        }
    }

    private @Nullable Reply objection(Hello hello, Reply helloFirst) {
        if (hello.verb() == Hello.Verb.HELO) {
            return helloFirst;
        }
        if (facts.isAuthenticated()) {
            return AuthReplies.ALREADY;
        }
        if (facts.offer().mechanisms().isEmpty()) {
            return facts.isTlsMissing() ? AuthReplies.TLS_FIRST : AuthReplies.NOT_OFFERED;
        }
        return null;
    }

    /** A response has come, or something else that stands where one should. */
    Step response(State.Authenticating state, byte[] line) {
        try {
            var response = AuthCommand.response(line, settings.maxLine());
            return new Step.Respond(response, result -> follow(state.hello(), result));
        } catch (Objection objection) {
            return broken(state, objection.reply());
        }
    }

    /** Something has come that is no response: the exchange is over. */
    Step broken(State.Authenticating state, Reply reply) {
        return new Step.EndExchange(new Step.Say(reply, state.idle(), Event.ERROR));
    }

    private Step follow(Hello hello, Authentication.Result result) {
        var ready = new State.Ready(hello);
        return switch (result.answer()) {
            case Answer.Challenge(var base64) ->
                base64.length() > LONGEST_CHALLENGE
                        ? new Step.EndExchange(new Step.Say(AuthReplies.UNAVAILABLE, ready, Event.ERROR))
                        : new Step.Challenge(base64, new State.Authenticating(hello));
            case Answer.Success() -> new Step.Say(AuthReplies.SUCCESS, ready);
            case Answer.Failure(var words) -> failed(words(words), ready);
            case Answer.Limited() -> failed(AuthReplies.LIMITED, ready);
            case Answer.TooEarly() -> new Step.Say(AuthReplies.TOO_EARLY, ready, Event.ERROR);
            case Answer.Unavailable() -> new Step.Say(AuthReplies.UNAVAILABLE, ready, Event.ERROR);
        };
    }

    /** What a mechanism says of a failure must be one. */
    private static Reply words(@Nullable Reply words) {
        return words == null || !(words.isTransient() || words.isPermanent())
                ? AuthReplies.INVALID_CREDENTIALS
                : Replies.withStatus(words, new EnhancedStatus(words.code() / 100, 7, 0));
    }

    private Step failed(Reply reply, State.Ready ready) {
        int failures = Math.max(1, facts.authFailures());
        return new Step.Pause(
                settings.delayOf(failures),
                failures >= settings.failures()
                        ? new Step.Close(AuthReplies.TOO_MANY_FAILURES)
                        : new Step.Say(reply, ready));
    }
}
