package org.tarishi.core.hooks;

/** What stands in for an answer that a plugin failed to give. */
enum OnFault {
    /** A refusal for now. */
    DENYSOFT,
    /** No opinion. */
    CONTINUE
}
