package org.tarishi.core.server;

import org.tarishi.api.SessionCounters;

/** What a session has seen so far. Written on its own thread. */
final class Counters implements SessionCounters {
    int transactions;
    int errors;
    int rcptAccepted;
    int rcptDeferred;
    int rcptRejected;
    int accepted;
    int deferred;
    int rejected;
    long bytes;

    @Override
    public int transactions() {
        return transactions;
    }

    @Override
    public int errors() {
        return errors;
    }

    @Override
    public int recipientsAccepted() {
        return rcptAccepted;
    }

    @Override
    public int recipientsDeferred() {
        return rcptDeferred;
    }

    @Override
    public int recipientsRejected() {
        return rcptRejected;
    }

    @Override
    public int messagesAccepted() {
        return accepted;
    }

    @Override
    public int messagesDeferred() {
        return deferred;
    }

    @Override
    public int messagesRejected() {
        return rejected;
    }

    @Override
    public long bytesReceived() {
        return bytes;
    }
}
