package org.tarishi.core.client;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.tarishi.api.Reply;
import org.tarishi.api.Text;
import org.tarishi.api.log.LogMarkers;
import org.tarishi.api.outbound.Route;

/** Commands and replies of one session, and their trace in the log, where no secret goes. One thread. */
final class Talk {

    private static final Logger LOG = LoggerFactory.getLogger(Talk.class);
    private static final Marker PROTOCOL = MarkerFactory.getMarker(LogMarkers.PROTOCOL);

    private final Route route;
    private final Wire wire;
    private final ReplyReader replies;
    private boolean isGoodbye;

    Talk(Route route, Wire wire, Settings settings) {
        this.route = route;
        this.wire = wire;
        this.replies = new ReplyReader(settings);
    }

    /** Adds a command to what is to be sent. */
    void put(String command) throws IOException {
        trace(Text.escaped(command));
        wire.put(command);
    }

    /** Reads the reply to a command, or to whatever that names. */
    Reply reply(String to) throws IOException {
        var reply = heard();
        if (LOG.isDebugEnabled(PROTOCOL)) {
            LOG.debug(PROTOCOL, "{} < {} (to {})", route, reply, to);
        }
        return reply;
    }

    /**
     * Says a command that holds a secret, and reads the reply; the log has neither that nor a challenge.
     *
     * @param shown what the log has in its place
     */
    Reply askSecretly(String command, String shown) throws IOException {
        trace(shown);
        wire.put(command);
        wire.flush();
        var reply = heard();
        if (LOG.isDebugEnabled(PROTOCOL)) {
            LOG.debug(PROTOCOL, "{} < {} (to AUTH)", route, reply.code() == 334 ? "334 ***" : reply);
        }
        return reply;
    }

    private Reply heard() throws IOException {
        var reply = replies.read(wire);
        // RFC 5321 section 3.8: the peer closes after it.
        isGoodbye |= reply.code() == 421;
        return reply;
    }

    /** Writes a command into the log, as it may stand there. */
    void trace(String shown) {
        if (LOG.isDebugEnabled(PROTOCOL)) {
            LOG.debug(PROTOCOL, "{} > {}", route, shown);
        }
    }

    /** Tells whether the peer has said that it goes. */
    boolean isGoodbye() {
        return isGoodbye;
    }
}
