package org.tarishi.core.deploy;

import java.util.ArrayList;
import java.util.List;

/**
 * What is about to be done with a plugin.
 *
 * @param does what, and with which versions
 * @param touches what else is changed by it, in a few words each
 * @param needs what it needs and nothing here has, in a sentence each; it can't be done then
 * @param remarks what else is worth knowing before
 */
record Plan(String does, List<String> touches, List<String> needs, List<String> remarks) {

    Plan {
        touches = List.copyOf(touches);
        needs = List.copyOf(needs);
        remarks = List.copyOf(remarks);
    }

    /** Returns it in a line. */
    @Override
    public String toString() {
        var parts = new ArrayList<String>();
        parts.add(does);
        parts.add(touches.isEmpty() ? "touches nothing else" : "touches " + String.join(", ", touches));
        parts.add(needs.isEmpty() ? "needs nothing else" : "can't be done: " + String.join("; ", needs));
        parts.addAll(remarks);
        return String.join("; ", parts);
    }
}
