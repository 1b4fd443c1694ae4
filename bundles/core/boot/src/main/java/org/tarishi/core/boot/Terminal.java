package org.tarishi.core.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes lines that are for the operator's eyes and never for a log, such as the console's first password.
 *
 * <p>They wait for the welcome text of {@code run}, behind which they are shown as they come, or for the {@code start} command that asks
 * for them; where nobody will ask they are dropped. Safe for use by many threads.
 */
final class Terminal implements Consumer<String> {

    private static final int MOST_LINES = 100;
    private static final int LONGEST = 1000;

    private final List<String> waiting = new ArrayList<>();
    private final boolean heard;
    private @Nullable Consumer<String> screen;

    /** Makes one that somebody will ask for its lines, or one that drops them. */
    Terminal(boolean heard) {
        this.heard = heard;
    }

    @Override
    public synchronized void accept(String line) {
        if (!heard) {
            return;
        }
        var shown = Escaping.escape(line.length() > LONGEST ? line.substring(0, LONGEST) : line);
        if (screen != null) {
            screen.accept(shown);
        } else if (waiting.size() < MOST_LINES) {
            waiting.add(shown);
        }
    }

    /** Returns the lines that wait, and forgets them; each that comes later goes to the screen. */
    synchronized List<String> show(Consumer<String> screen) {
        this.screen = screen;
        return take();
    }

    /** Returns the lines that wait, and forgets them. */
    synchronized List<String> take() {
        var lines = List.copyOf(waiting);
        waiting.clear();
        return lines;
    }
}
