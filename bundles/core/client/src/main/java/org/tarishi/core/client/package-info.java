/** The SMTP and LMTP client: dialogue, pipelining, connections that are kept for the next mail. */
@NullMarked
package org.tarishi.core.client;

import org.jspecify.annotations.NullMarked;
