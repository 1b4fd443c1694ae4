package org.tarishi.core.scheduler;

import org.jspecify.annotations.Nullable;
import org.tarishi.core.spi.DeliveryAgent;
import org.tarishi.core.spi.DsnComposer;
import org.tarishi.core.spi.FailureClasses;
import org.tarishi.core.spi.Hooks;
import org.tarishi.core.spi.MessageStore;

/** The services that come and go: each is what it is at the moment of the call, null while it is absent. Any thread. */
interface Parts {

    @Nullable Hooks hooks();

    @Nullable MessageStore messages();

    @Nullable DeliveryAgent agent();

    @Nullable DsnComposer composer();

    @Nullable FailureClasses classes();
}
