package org.tarishi.api.service;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.api.message.Message;
import org.tarishi.api.outbound.Route;

/** Speaks SMTP or LMTP to another server, over connections that it keeps for the next one. Blocks; any thread. */
@ProviderType
public interface SmtpClient {

    /**
     * Hands one message to a next hop, in one transaction.
     *
     * <p>Whole groups of commands and chunks of the body go out in one flush. When every recipient is refused, no data is sent. The
     * answer tells what was said at each step; a peer that can't be reached, hangs up, or speaks no SMTP is an {@link IOException}, and
     * {@link UnknownOutcomeException} when that happened after the final dot: the message may have been taken. Where the TLS that the
     * route demands can't be had, it is a {@link TlsFailedException}.
     *
     * @param route the next hop
     * @param from the sender
     * @param to the recipients, at least one
     * @param message the message
     * @param options how to go about it
     */
    Outcome send(Route route, ReversePath from, List<Recipient> to, Message message, Options options)
            throws IOException;

    /**
     * Opens a session whose steps the caller chooses, over a connection of its own: for who passes a client's commands on as they come.
     *
     * <p>A peer that can't be reached, or speaks no SMTP, is an {@link IOException}; one that does not want the session is told of by
     * {@link Dialogue#refusal}. The caller closes it.
     *
     * @param route the next hop
     * @param options how to go about it; that all recipients or none have the message is the caller's business
     */
    Dialogue open(Route route, Options options) throws IOException;

    /** Returns the options that hold unless others are said. */
    Options options();

    /** How to go about it. Immutable; each method returns a new one. */
    @ProviderType
    interface Options {

        /** Sets how long connecting may take; 30 s unless set. */
        Options connectTimeout(java.time.Duration time);

        /** Has no data sent unless every recipient was accepted. */
        Options allRecipientsOrNone();

        /**
         * Has the message sent without a login where the route has credentials and the next hop offers no mechanism that they could be used
         * with; unless set, that is a refusal of the session for now.
         */
        Options authPreferred();
    }

    /** What a next hop said. */
    @ProviderType
    interface Outcome {

        /** Returns the refusal of the session, the greeting, EHLO or MAIL, when one of them was refused. */
        Optional<Reply> refusal();

        /** Tells whether the refusal came before MAIL: it is about the session, and says nothing of this message. */
        boolean isSessionRefused();

        /** Returns the reply to each RCPT, in the order of the recipients; empty when MAIL was refused. */
        List<Reply> recipients();

        /** Returns the reply to the data; of LMTP one for each accepted recipient; empty when no data was sent. */
        List<Reply> data();

        /**
         * Returns the reply that speaks for the whole: the refusal; where no data was sent the first refused recipient's; else the data's,
         * of several the first refusal, if there is one.
         */
        Reply decisive();

        /** Returns what is known of the session that the message went over; nothing where it was refused before there was one. */
        default Optional<Session> session() {
            return Optional.empty();
        }
    }

    /** A session with a next hop. */
    @ProviderType
    interface Session {

        /** Returns the next hop's address, nothing for a Unix domain socket. */
        Optional<InetAddress> address();

        /** Returns this end's address, nothing where it is not known, or for a Unix domain socket. */
        default Optional<InetAddress> localAddress() {
            return Optional.empty();
        }

        /** Tells whether it is over TLS. */
        boolean isSecured();

        /** Returns the version of TLS, such as {@code TLSv1.3}; nothing without TLS. */
        default Optional<String> tlsVersion() {
            return Optional.empty();
        }

        /** Returns the cipher suite by its IANA name; nothing without TLS. */
        default Optional<String> cipherSuite() {
            return Optional.empty();
        }

        /** Returns why there is no TLS although it was wanted, in words: what the next hop did not offer, or what went wrong with it before. */
        default Optional<String> whyPlain() {
            return Optional.empty();
        }

        /**
         * Returns what would be wrong with the next hop's certificate, in words, where the route wanted to know
         * ({@link org.tarishi.api.outbound.RouteTls#watching}); nothing where nothing is.
         */
        default Optional<String> objection() {
            return Optional.empty();
        }

        /** Tells whether this was the first transaction of the session: others find a connection that is kept. */
        default boolean isFirst() {
            return true;
        }

        /** Tells whether the next hop knows who we are, by its AUTH. */
        boolean isAuthenticated();

        /**
         * Tells whether the next hop was told what the sender wants to hear (RFC 3461). Where not, nobody behind it will tell: a success that
         * was asked for is to be told as relayed.
         */
        boolean isDsnOffered();
    }

    /**
     * A session with a next hop, one command at a time. Each step blocks until it is answered; an {@link IOException} ends the session.
     * One thread at a time; {@link #close} from any.
     */
    @ProviderType
    interface Dialogue extends AutoCloseable {

        /** Returns what was said where the session is not wanted; it is closed then, and has no steps. */
        Optional<Reply> refusal();

        /** Returns what is known of the session; nothing where it was refused. */
        Optional<Session> session();

        /** Tells whether another step may follow; not so behind a 421, an {@link IOException}, or {@link #close}. */
        boolean isUsable();

        /**
         * Says MAIL, with the parameters of the sender that the next hop offers. What the next hop does not offer and can't go without is
         * refused here, and not sent: SMTPUTF8, BINARYMIME, a declared size beyond its limit.
         *
         * @throws TlsFailedException when REQUIRETLS is asked for and can't be had
         */
        Reply mail(ReversePath from) throws IOException;

        /** Says RCPT. */
        Reply rcpt(Recipient to) throws IOException;

        /**
         * Says DATA and sends the message, or sends it by BDAT where it is binary, to the recipients that were accepted.
         *
         * @return the replies: to DATA where that is refused; else to the message, of LMTP one for each accepted recipient. A message that
         *     the next hop can't take is refused here, and the transaction goes on
         * @throws IllegalStateException when no recipient was accepted
         * @throws UnknownOutcomeException when the connection was lost behind the end of the message: it may have been taken
         */
        List<Reply> data(Message message) throws IOException;

        /** Ends a transaction that has begun; nothing is said where there is none. */
        void reset() throws IOException;

        /** Says QUIT and closes the connection; without a word when a step is under way. */
        @Override
        void close();
    }
}
