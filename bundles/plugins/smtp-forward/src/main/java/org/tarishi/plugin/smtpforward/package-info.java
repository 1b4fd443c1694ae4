/** Hands mail to another SMTP or LMTP server before the client gets its answer. */
@NullMarked
package org.tarishi.plugin.smtpforward;

import org.jspecify.annotations.NullMarked;
