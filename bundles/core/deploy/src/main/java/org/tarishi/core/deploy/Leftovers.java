package org.tarishi.core.deploy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.tarishi.api.Text;

/**
 * What a stopped bundle may leave behind: its class loader, and threads that hold it.
 *
 * <p>A thread is the bundle's when its class or its context class loader is, or when what it was started with is a class of the bundle's names
 * and it was there before a successor with the same names. Who only calls into the bundle is not: it may be calling the successor by now.
 *
 * @param loader the class loader; it is not held here
 * @param classNames the names of the classes in the bundle
 * @param before the ids of the threads that ran some of these classes then
 */
record Leftovers(WeakReference<ClassLoader> loader, Set<String> classNames, Set<Long> before) {

    private static final int MOST_FRAMES = 12;
    private static final int MOST_THREADS = 3;
    private static final String SUFFIX = ".class";

    /** Tells whether nothing of it is left in memory. */
    boolean isGone() {
        return loader.refersTo(null);
    }

    /** Returns its threads among those that run, with their stacks, the first few of them; empty when it has none. */
    String threads(Map<Thread, StackTraceElement[]> running) {
        var its = loader.get();
        if (its == null) {
            return "";
        }
        var found = new ArrayList<String>();
        int count = 0;
        for (var one : running.entrySet()) {
            var thread = one.getKey();
            boolean isIts = its.equals(thread.getContextClassLoader())
                    || its.equals(thread.getClass().getClassLoader())
                    || (before.contains(thread.threadId()) && runs(one.getValue(), classNames));
            if (isIts && thread.isAlive() && ++count <= MOST_THREADS) {
                found.add(Text.escaped(thread.getName()) + stack(one.getValue()));
            }
        }
        return String.join("; ", found) + (count > MOST_THREADS ? "; and " + (count - MOST_THREADS) + " more" : "");
    }

    /** Returns the ids of the threads of the platform that were started with some of these classes. */
    static Set<Long> threadsWith(Set<String> classNames) {
        var ids = new HashSet<Long>();
        if (!classNames.isEmpty()) {
            Thread.getAllStackTraces().forEach((thread, stack) -> {
                if (runs(stack, classNames)) {
                    ids.add(thread.threadId());
                }
            });
        }
        return ids;
    }

    private static boolean runs(StackTraceElement[] stack, Set<String> classNames) {
        // The outermost frame that is not the JDK's, which may be a pool's.
        return Stream.of(stack)
                .filter(frame -> !"java.base".equals(frame.getModuleName()))
                .reduce((_, outermost) -> outermost)
                .filter(frame -> classNames.contains(outer(frame.getClassName())))
                .isPresent();
    }

    /** Returns the class that a nested or hidden one stands in. */
    private static String outer(String name) {
        int at = name.indexOf('$');
        return at < 0 ? name : name.substring(0, at);
    }

    /** Returns the names of the classes that a bundle holds itself, without those nested in them. */
    static Set<String> classNames(Bundle bundle) {
        var names = new HashSet<String>();
        var entries = bundle.findEntries("/", "*" + SUFFIX, true);
        while (entries != null && entries.hasMoreElements()) {
            var path = entries.nextElement().getPath();
            names.add(outer(path.substring(1, path.length() - SUFFIX.length()).replace('/', '.')));
        }
        return names;
    }

    /** Writes the top of a stack in a line. */
    static String stack(StackTraceElement[] stack) {
        var frames = List.of(stack).stream()
                .limit(MOST_FRAMES)
                .map(frame -> Text.escaped(frame.toString()))
                .toList();
        return frames.isEmpty() ? " nothing that runs" : " at " + String.join(" < ", frames);
    }
}
