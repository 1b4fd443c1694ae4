package org.tarishi.core.hooks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.MDC;
import org.tarishi.api.log.LogRecord;

/** What the listeners of one line of the log say: whether one of them takes it for its own. Any thread. */
final class LogClaim {

    /** Key in the MDC that marks what a listener of the log writes itself: telling that to listeners would never end. */
    static final String MARK = "logListener";

    private final AtomicInteger open;
    private final CompletableFuture<Boolean> answer = new CompletableFuture<>();

    LogClaim(int listeners) {
        open = new AtomicInteger(listeners);
        if (listeners == 0) {
            answer.complete(false);
        }
    }

    /** Returns what shows the line to one listener. */
    ListenerQueue.Telling ask(LogLine line) {
        return new Asking(line);
    }

    /** One listener's word. */
    private final class Asking implements ListenerQueue.Telling {

        private final LogLine line;
        private boolean isTaken;

        Asking(LogLine line) {
            this.line = line;
        }

        @Override
        public void tell(Entrance listener) throws Throwable {
            MDC.put(MARK, "");
            try {
                isTaken = (boolean) listener.to("record").invokeExact((LogRecord) line);
            } finally {
                MDC.remove(MARK);
            }
        }

        @Override
        public void over() {
            if (isTaken) {
                answer.complete(true);
            }
            if (open.decrementAndGet() == 0) {
                answer.complete(false);
            }
        }
    }

    /** Returns the answer: true as soon as one has taken the line, false when all have left it. */
    Future<Boolean> answer() {
        return answer;
    }
}
