package org.tarishi.core.config;

import java.util.List;
import java.util.Map;

/** What the gate thinks of a configuration before anything is stored. */
sealed interface Verdict {

    /** It may be stored, in these types. */
    record Good(Map<String, Object> values) implements Verdict {}

    /** It may not. */
    record Bad(List<Problem> problems) implements Verdict {}

    /** Nobody is there who could say: no bundle that is resolved declares the PID. */
    record Undeclared() implements Verdict {}
}
