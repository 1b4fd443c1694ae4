/**
 * Starts the framework from the distribution's list, and holds what must outlive every bundle: logging, listening sockets, the
 * lock on an instance, and the line to the operator.
 */
@NullMarked
package org.tarishi.core.boot;

import org.jspecify.annotations.NullMarked;
