package org.tarishi.core.scheduler;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Reply;

/** One attempt that the dispatcher has given leave for. Its gates are the dispatcher's to touch, under its lock. */
final class Start {

    /** What is to become of the mail when the attempt has ended without its end. */
    enum Afterwards {
        /** It goes on. */
        GO_ON,
        /** It is held. */
        HOLD,
        /** It is removed, and nobody told. */
        DROP,
        /** It is given up, and its sender told. */
        BOUNCE
    }

    private final Agenda.Ready mail;
    private final Lane lane;
    private final @Nullable Reply restReply;
    private final boolean wasPutOff;
    private final long startedAt;
    final List<Gates.Gate> gates = new ArrayList<>(4);
    private volatile Afterwards afterwards = Afterwards.GO_ON;

    Start(Agenda.Ready mail, Lane lane, @Nullable Reply restReply, boolean wasPutOff, long startedAt) {
        this.mail = mail;
        this.lane = lane;
        this.restReply = restReply;
        this.wasPutOff = wasPutOff;
        this.startedAt = startedAt;
    }

    Agenda.Ready mail() {
        return mail;
    }

    Lane lane() {
        return lane;
    }

    /** Returns when leave was given, by the dispatcher's time. */
    long startedAt() {
        return startedAt;
    }

    /** Returns what the destination, which is at rest, said last; null where the mail is to be tried. */
    @Nullable Reply restReply() {
        return restReply;
    }

    /** Tells whether the destination is known to have put this mail off before. */
    boolean wasPutOff() {
        return wasPutOff;
    }

    Afterwards afterwards() {
        return afterwards;
    }

    void afterwards(Afterwards other) {
        afterwards = other;
    }
}
