package org.tarishi.core.spi;

import org.jspecify.annotations.Nullable;
import org.tarishi.api.outbound.OutboundMail;

/**
 * What is asked about a queued mail: the argument of a {@link Subject} without a connection.
 *
 * @param mail the live mail
 * @param about what has become of it: a {@link org.tarishi.api.outbound.Deferral} or {@link org.tarishi.api.outbound.Failure}; null
 *     where nothing has yet
 */
public record MailMatter(OutboundMail mail, @Nullable Object about) {}
