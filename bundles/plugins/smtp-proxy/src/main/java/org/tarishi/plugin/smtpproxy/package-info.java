/** Passes a client's dialogue on to another SMTP server as it goes. */
@NullMarked
package org.tarishi.plugin.smtpproxy;

import org.jspecify.annotations.NullMarked;
