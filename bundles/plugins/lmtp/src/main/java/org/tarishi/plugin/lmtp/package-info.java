/** Hands mail to a store by LMTP. */
@NullMarked
package org.tarishi.plugin.lmtp;

import org.jspecify.annotations.NullMarked;
