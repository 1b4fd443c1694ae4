package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Asked about each refusal by a plugin, before the client hears of it.
 *
 * <p>No opinion and every refusal: it stands as it is. {@link HookResult#OK}: it is taken back and counts as no opinion of that plugin, <b>never as acceptance</b>; the rest of the chain is asked. Faults and absences are not asked about. Runs on a virtual thread: block as you need, within the time limit (30 s unless set).
 */
@ConsumerType
@FunctionalInterface
public interface DenyHook {

    /** Answers whether the refusal stands. */
    HookResult onDeny(Denial denial) throws Exception;
}
