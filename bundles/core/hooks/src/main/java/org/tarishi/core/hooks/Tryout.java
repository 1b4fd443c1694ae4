package org.tarishi.core.hooks;

import java.util.Set;
import org.tarishi.api.Moment;
import org.tarishi.api.SmtpConnection;
import org.tarishi.core.spi.PluginTrial;

/**
 * A trial under way: who belongs to it, and how both versions do. Any thread.
 *
 * @param trial what was asked for
 * @param before how the version in force does
 * @param candidate how the version on trial does
 */
record Tryout(PluginTrial trial, Gauge before, Gauge candidate) {

    /**
     * The moments at which a shadow is asked. Not those that have one taker, or hold secrets, or whose matter can't be copied: a body as it
     * arrives, the parts of a message, the lines of an EHLO reply that are being collected.
     */
    static final Set<Moment> SHADOWED = Set.of(
            Moment.LOOKUP_RDNS,
            Moment.CONNECT,
            Moment.HELO,
            Moment.EHLO,
            Moment.MAIL,
            Moment.RCPT,
            Moment.RCPT_OK,
            Moment.DATA,
            Moment.DATA_POST,
            Moment.MAX_DATA_EXCEEDED,
            Moment.VRFY,
            Moment.NOOP,
            Moment.RSET,
            Moment.QUIT);

    private static final int WHOLE = 100;

    Tryout(PluginTrial trial) {
        this(trial, new Gauge(), new Gauge());
    }

    boolean isShadow() {
        return trial.mode() == PluginTrial.Mode.SHADOW;
    }

    /** Tells whether a plugin of a bundle is the one on trial. */
    boolean isOf(String id, long bundleId) {
        return Long.valueOf(bundleId).equals(trial.bundleByPlugin().get(id));
    }

    boolean isOf(long bundleId) {
        return trial.bundleByPlugin().containsValue(bundleId);
    }

    /** Tells whether a session belongs to a canary: by a hash of its id, or by its client. */
    boolean takes(SmtpConnection connection) {
        return !connection.startedAt().isBefore(trial.since())
                && (share(connection.id()) < trial.percent()
                        || trial.clients()
                                .contains(connection.remote().address().getAddress()));
    }

    /** Returns a number from 0 to 99 that depends on an id alone, spread evenly whatever ids look like (the last step of MurmurHash3). */
    static int share(String id) {
        int hash = id.hashCode();
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return Integer.remainderUnsigned(hash ^ (hash >>> 16), WHOLE);
    }
}
