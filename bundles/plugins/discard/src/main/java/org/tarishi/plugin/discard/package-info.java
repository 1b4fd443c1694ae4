/** The plugin discard: says yes to a message and forgets it. */
@NullMarked
package org.tarishi.plugin.discard;

import org.jspecify.annotations.NullMarked;
