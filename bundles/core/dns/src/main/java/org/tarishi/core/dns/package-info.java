/** The resolver behind the API's {@code Dns}: asks name servers, keeps their answers, validates them. */
@NullMarked
package org.tarishi.core.dns;

import org.jspecify.annotations.NullMarked;
