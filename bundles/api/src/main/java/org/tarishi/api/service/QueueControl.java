package org.tarishi.api.service;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tarishi.api.Recipient;
import org.tarishi.api.ReversePath;

/** Looks into the outbound queue and steers it. Blocks; any thread; never disturbs delivery. */
@ProviderType
public interface QueueControl {

    /** Returns how many mails are queued, in all and by state. */
    Stats stats();

    /** Returns the mails that match, oldest first. */
    List<Entry> find(Query query, int limit);

    /** Returns one mail. */
    Optional<Entry> get(String id);

    /** Makes deferred mails that match due now, within the limits; returns how many. */
    int retry(Query query);

    /** Keeps mails that match from being tried; returns how many. */
    int hold(Query query);

    /** Lets held mails that match go on; returns how many. */
    int release(Query query);

    /** Gives mails that match up and tells their senders; returns how many. */
    int bounce(Query query);

    /** Removes mails that match and tells nobody; returns how many. */
    int drop(Query query);

    /** Stops delivery to what a query matches, also of mail to come, until resumed; returns the id of the pause. */
    String pause(Query query);

    /** Ends a pause; returns whether it was there. */
    boolean resume(String pauseId);

    /** Returns the query that matches everything. */
    Query everything();

    /** What to look for: all that is said must hold. Immutable; each method returns a new one. */
    @ProviderType
    interface Query {

        /** Wants this id, or ids of this transaction or connection. */
        Query id(String idOrPrefix);

        /** Wants this sender: an address, a domain after an {@code @}, or {@code <>}. */
        Query sender(String sender);

        /** Wants a recipient: an address, or a domain after an {@code @}. */
        Query recipient(String recipient);

        /** Wants this destination domain. */
        Query domain(String domain);

        /** Wants mails that have been queued longer than this. */
        Query olderThan(Duration age);

        /** Wants this state. */
        Query state(State state);

        /** Wants mails whose last reply holds this text. */
        Query lastReply(String text);

        /** Wants mails whose next hop, as far as one was tried, is this host, by name or address. */
        Query route(String host);
    }

    /** Where a mail stands. */
    enum State {
        /** Waiting for its time. */
        SCHEDULED,
        /** Being tried. */
        ACTIVE,
        /** Failed for now, waiting for another try. */
        DEFERRED,
        /** Kept by an operator. */
        HELD
    }

    /** A queued mail. */
    @ProviderType
    interface Entry {

        /** Returns the id. */
        String id();

        /** Returns the sender. */
        ReversePath sender();

        /** Returns the recipients that are still to be reached. */
        List<Recipient> recipients();

        /** Returns the destination domain. */
        String domain();

        /** Returns when it was queued. */
        Instant queuedAt();

        /** Returns when it is due. */
        Instant due();

        /** Returns how many attempts have failed. */
        int failures();

        /** Returns where it stands. */
        State state();

        /** Returns how many bytes it has. */
        long size();

        /** Returns the last reply or error. */
        Optional<String> lastReply();
    }

    /** Numbers. */
    @ProviderType
    interface Stats {

        /** Returns how many mails are in a state. */
        long count(State state);

        /** Returns how many mails there are. */
        long total();
    }
}
