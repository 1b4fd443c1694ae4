/** The plugin acme: gets certificates from a certificate authority by RFC 8555, and renews them. */
@NullMarked
package org.tarishi.plugin.acme;

import org.jspecify.annotations.NullMarked;
