/** What the container test installs as bundles of its own: components with settings. */
@NullMarked
package org.tarishi.core.config.sample;

import org.jspecify.annotations.NullMarked;
