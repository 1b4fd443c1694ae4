package org.tarishi.plugin.acme;

import java.time.Instant;
import java.util.Optional;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.tarishi.api.Text;

/**
 * Why something could not be had.
 *
 * @param reason in words, harmless in a log
 * @param retryAfter until when the authority wants to be left alone
 */
record Failure(String reason, Optional<Instant> retryAfter) {

    private static final int LONGEST = 500;

    /** Returns the words for an exception. */
    static String reason(Exception e) {
        var text = Text.escaped(words(e));
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }

    private static String words(Throwable e) {
        return switch (e) {
            case RefusedException refused -> String.valueOf(refused.getMessage());
            case AcmeNetworkException network -> "the authority can't be reached: " + deepest(network);
            case AcmeServerException server -> "the authority refuses: " + type(server) + ", " + server.getMessage();
            case AcmeLazyLoadingException lazy when lazy.getCause() != null -> words(lazy.getCause());
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    private static String type(AcmeServerException e) {
        var type = e.getType().toString();
        return type.substring(type.lastIndexOf(':') + 1);
    }

    private static String deepest(Throwable e) {
        var cause = e;
        for (int depth = 0; cause.getCause() != null && depth < 10; depth++) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
