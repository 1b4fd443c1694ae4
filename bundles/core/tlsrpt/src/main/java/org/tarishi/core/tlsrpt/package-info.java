/** Reports to domains on the TLS that their mail was sent by (RFC 8460). */
@NullMarked
package org.tarishi.core.tlsrpt;

import org.jspecify.annotations.NullMarked;
