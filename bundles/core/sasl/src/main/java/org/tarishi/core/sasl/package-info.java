/** The SASL mechanisms: one class each, over the stores of users that are installed. */
@NullMarked
package org.tarishi.core.sasl;

import org.jspecify.annotations.NullMarked;
