/** The plugin relay: whose mail may go anywhere, and by which way. */
@NullMarked
package org.tarishi.plugin.relay;

import org.jspecify.annotations.NullMarked;
