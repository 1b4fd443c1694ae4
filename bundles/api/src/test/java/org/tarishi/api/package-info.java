/** Tests of the vocabulary. */
@NullMarked
package org.tarishi.api;

import org.jspecify.annotations.NullMarked;
