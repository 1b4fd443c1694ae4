/** Delivery status notifications, and classes of failures. */
@NullMarked
package org.tarishi.core.dsn;

import org.jspecify.annotations.NullMarked;
