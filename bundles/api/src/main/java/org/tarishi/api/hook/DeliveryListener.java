package org.tarishi.api.hook;

import org.osgi.annotation.versioning.ConsumerType;
import org.tarishi.api.outbound.Delivered;
import org.tarishi.api.outbound.OutboundMail;

/**
 * Watches deliveries.
 *
 * <p>Called after the fact on a thread of its own from a bounded queue, in order for each listener; what it throws is logged.
 */
@ConsumerType
@FunctionalInterface
public interface DeliveryListener {

    /** Sees recipients that a next hop has taken. */
    void delivered(OutboundMail mail, Delivered delivered);
}
