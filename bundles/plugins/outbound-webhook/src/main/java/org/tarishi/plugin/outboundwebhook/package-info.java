/** Posts what becomes of outbound mail to a web server. */
@NullMarked
package org.tarishi.plugin.outboundwebhook;

import org.jspecify.annotations.NullMarked;
