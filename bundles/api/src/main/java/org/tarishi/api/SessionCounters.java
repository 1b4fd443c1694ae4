package org.tarishi.api;

import org.osgi.annotation.versioning.ProviderType;

/** What a connection has done so far. */
@ProviderType
public interface SessionCounters {

    /** Returns how many transactions have begun. */
    int transactions();

    /** Returns how many commands were in error. */
    int errors();

    /** Returns how many recipients were accepted. */
    int recipientsAccepted();

    /** Returns how many recipients were refused for now. */
    int recipientsDeferred();

    /** Returns how many recipients were refused for good. */
    int recipientsRejected();

    /** Returns how many messages were accepted. */
    int messagesAccepted();

    /** Returns how many messages were refused for now. */
    int messagesDeferred();

    /** Returns how many messages were refused for good. */
    int messagesRejected();

    /** Returns how many bytes the client sent, message data included. */
    long bytesReceived();
}
