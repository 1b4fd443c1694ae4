/** Tests of what several core bundles share. */
@NullMarked
package org.tarishi.core.spi;

import org.jspecify.annotations.NullMarked;
