/** A plugin that lets every client relay. */
@NullMarked
package org.tarishi.itests.relay;

import org.jspecify.annotations.NullMarked;
