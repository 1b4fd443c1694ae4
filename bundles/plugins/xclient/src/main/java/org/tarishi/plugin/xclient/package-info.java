/** The plugin xclient: lets trusted front-ends say who the client is. */
@NullMarked
package org.tarishi.plugin.xclient;

import org.jspecify.annotations.NullMarked;
