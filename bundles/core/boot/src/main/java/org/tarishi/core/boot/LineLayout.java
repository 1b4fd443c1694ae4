package org.tarishi.core.boot;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * One line an event: {@code time LEVEL [id] logger - message}.
 *
 * <p>The id is the session's or the mail's, from the MDC. Every text is escaped, so a peer's words can neither forge a line nor steer a
 * terminal; only the lines of a stack trace follow their event, each behind a tab.
 */
final class LineLayout extends LayoutBase<ILoggingEvent> {

    /** Key in the MDC of the session's or mail's id. */
    static final String ID = "id";

    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss");
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("XXX");
    private static final int DEEPEST_CAUSE = 10;

    private final ZoneId zone;
    private volatile Second last;

    /** The texts around the milliseconds of one second; formatting them is the costly part of a line. */
    private record Second(long epochSecond, String before, String after) {
        static Second of(long epochSecond, ZoneId zone) {
            var time = Instant.ofEpochSecond(epochSecond).atZone(zone);
            return new Second(epochSecond, SECOND.format(time), OFFSET.format(time));
        }
    }

    LineLayout(ZoneId zone) {
        this.zone = zone;
        this.last = Second.of(0, zone);
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        var out = new StringBuilder(160);
        time(out, event.getTimeStamp());
        var level = event.getLevel().toString();
        out.append(' ').append(level);
        out.repeat(' ', Math.max(1, 6 - level.length()));
        var id = event.getMDCPropertyMap().get(ID);
        if (id != null) {
            out.append('[').append(Escaping.escape(id)).append("] ");
        }
        out.append(Escaping.escape(event.getLoggerName())).append(" - ");
        out.append(Escaping.escape(String.valueOf(event.getFormattedMessage())));
        var pairs = event.getKeyValuePairs();
        if (pairs != null) {
            for (var pair : pairs) {
                out.append(' ').append(Escaping.escape(pair.key + "=" + pair.value));
            }
        }
        out.append('\n');
        var thrown = event.getThrowableProxy();
        if (thrown != null) {
            trace(out, thrown, "", 0);
        }
        return out.toString();
    }

    private void time(StringBuilder out, long millis) {
        var now = last;
        var epochSecond = Math.floorDiv(millis, 1000L);
        if (now.epochSecond() != epochSecond) {
            now = Second.of(epochSecond, zone);
            last = now;
        }
        var milli = Math.floorMod(millis, 1000);
        out.append(now.before()).append('.');
        out.append((char) ('0' + milli / 100))
                .append((char) ('0' + milli / 10 % 10))
                .append((char) ('0' + milli % 10));
        out.append(now.after());
    }

    private static void trace(StringBuilder out, IThrowableProxy thrown, String label, int depth) {
        out.append('\t').append(label).append(thrown.getClassName());
        if (thrown.getMessage() != null) {
            out.append(": ").append(Escaping.escape(thrown.getMessage()));
        }
        out.append('\n');
        var frames = thrown.getStackTraceElementProxyArray();
        var own = frames.length - Math.min(frames.length, thrown.getCommonFrames());
        for (var i = 0; i < own; i++) {
            out.append("\t  ")
                    .append(Escaping.escape(frames[i].getSTEAsString()))
                    .append('\n');
        }
        if (depth == DEEPEST_CAUSE) {
            return;
        }
        for (var suppressed : thrown.getSuppressed()) {
            trace(out, suppressed, "suppressed: ", depth + 1);
        }
        var cause = thrown.getCause();
        if (cause != null) {
            trace(out, cause, "caused by: ", depth + 1);
        }
    }
}
