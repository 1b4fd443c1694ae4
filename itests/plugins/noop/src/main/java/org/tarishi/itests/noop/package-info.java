/** A plugin on every hook that has no opinion: what the hooks themselves cost. */
@NullMarked
package org.tarishi.itests.noop;

import org.jspecify.annotations.NullMarked;
