@NullMarked
package org.tarishi.core.sasl;

import org.jspecify.annotations.NullMarked;
