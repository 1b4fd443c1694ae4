/** Listeners, the wire, and the session as a state machine. */
@NullMarked
package org.tarishi.core.server;

import org.jspecify.annotations.NullMarked;
