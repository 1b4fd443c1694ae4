package org.tarishi.core.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.Hello;
import org.tarishi.api.Recipient;
import org.tarishi.api.Reply;
import org.tarishi.api.ReversePath;
import org.tarishi.core.spi.LiveResults;

/** The core's own words in the results of connections and transactions, as {@link org.tarishi.api.Results} tells them. */
final class CoreResults {

    private CoreResults() {}

    /** The client has said who it is, and is welcome. */
    static void hello(LiveResults results, Hello hello) {
        var words = results.as("helo");
        words.put("verb", hello.verb().name());
        words.put("host", hello.name());
    }

    /** The client has authenticated. */
    static void authenticated(LiveResults results, String user, String mechanism) {
        var words = results.as("auth");
        words.pass(mechanism);
        words.put("user", user);
        words.put("method", mechanism);
    }

    /** The client has failed to authenticate. */
    static void authenticationFailed(LiveResults results, String mechanism) {
        results.as("auth").fail(mechanism);
    }

    /** The connection has ended. */
    static void disconnected(LiveResults results, Duration after) {
        results.as("disconnect").put("duration", after.toMillis() / 1000.0);
    }

    /** MAIL is answered; with null by hanging up. */
    static void sender(LiveResults results, ReversePath sender, @Nullable Reply reply) {
        var words = results.as("mail_from");
        words.put("address", sender.toString());
        words.put("action", action(reply));
        if (reply != null) {
            words.put("code", reply.code());
            if (!reply.isPositive()) {
                words.message(reply.toString());
            }
        }
    }

    /** RCPT is answered; with null by hanging up. */
    static void recipient(LiveResults results, Recipient recipient, @Nullable Reply reply) {
        var words = results.as("rcpt_to");
        words.push(action(reply), recipient.toString());
        if (reply != null && !reply.isPositive()) {
            words.message(recipient + ": " + reply);
        }
    }

    /** The message was taken or refused at its last step; a null reply was not said any more. */
    static void queue(LiveResults results, boolean isTaken, @Nullable Reply reply, String by) {
        var words = results.as("queue");
        if (isTaken) {
            words.pass(by);
        } else {
            words.fail(by);
            words.put("soft", reply != null && reply.isTransient());
        }
        if (reply != null) {
            words.message(reply.toString());
        }
    }

    private static String action(@Nullable Reply reply) {
        if (reply == null) {
            return "reject";
        }
        return reply.isPositive() ? "accept" : reply.isTransient() ? "tempfail" : "reject";
    }
}
