/** The proof of shape: a demanding plugin, written with the API alone. */
@NullMarked
package org.tarishi.api.shape;

import org.jspecify.annotations.NullMarked;
