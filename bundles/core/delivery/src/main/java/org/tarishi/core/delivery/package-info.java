/** Finds next hops and hands queued mail to them. */
@NullMarked
package org.tarishi.core.delivery;

import org.jspecify.annotations.NullMarked;
