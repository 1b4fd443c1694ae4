package org.tarishi.api;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A client's connection, as a plugin sees it.
 *
 * <p>Facts are those of the moment of asking. What a hook changes is seen by others when its call has returned; after that, changing
 * throws {@link IllegalStateException}. One thread at a time.
 */
@ProviderType
public interface SmtpConnection {

    /**
     * Returns the connection's id; it stands in the banner, in logs, and before the dot of its transactions' ids. One that begins with
     * {@code try-} is of a session that an operator tries out from the command line: no client is there, and all else is as it would be.
     */
    String id();

    /** Returns when the client connected. */
    Instant startedAt();

    /** Returns this end; behind a proxy, the address that the client believes it speaks to. */
    Peer local();

    /** Returns the client; behind a proxy, the real client. */
    Peer remote();

    /** Returns the proxy that the connection came through (PROXY protocol, XCLIENT), if any. */
    Optional<InetSocketAddress> proxy();

    /** Returns the name of the listener's configuration, such as {@code smtp}. */
    String listener();

    /** Returns what the listener is for. */
    ListenerMode mode();

    /** Returns what the client said of itself, nothing before HELO and after STARTTLS. */
    Optional<Hello> hello();

    /** Tells whether the client said EHLO or LHLO. */
    boolean isEsmtp();

    /** Returns the TLS layer, if there is one. */
    Optional<Tls> tls();

    /** Returns the authenticated user, if any. */
    Optional<String> user();

    /** Returns the word for the Received field: SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA, UTF8SMTP…, LMTP… (RFC 3848, RFC 6531). */
    String protocol();

    /** Returns the lines of the EHLO reply behind the first; empty before EHLO. */
    List<String> capabilities();

    /** Tells whether the client sent commands in groups (RFC 2920). */
    boolean isPipelining();

    /** Tells whether the client spoke before it was greeted, or pipelined where it must not. */
    boolean isEarlyTalker();

    /** Tells whether mail of this connection may go anywhere. */
    boolean isRelaying();

    /**
     * Lets mail of this connection go anywhere, until it ends. PROXY and XCLIENT take it away again.
     *
     * @param reason a word for the log, such as {@code acl}
     */
    void grantRelaying(String reason);

    /** Returns the line of the command that is being handled; empty before the first, and masked where it holds a secret. */
    String currentLine();

    /** Returns the last reply, if there was one. */
    Optional<Reply> lastReply();

    /** Returns the last reply that refused something, if there was one. */
    Optional<Reply> lastRefusal();

    /** Returns the counters. */
    SessionCounters counters();

    /** Returns the notes of this connection. */
    Notes notes();

    /** Returns the results of this connection. */
    Results results();

    /** Returns the parts of Authentication-Results that hold for every message of this connection. */
    AuthResults authResults();
}
