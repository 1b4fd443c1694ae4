package org.tarishi.core.hooks;

import java.util.concurrent.CountDownLatch;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.HookResult;

/** A plugin's component that is put into bundles; the test reaches it by system properties, because they share no class. */
public final class GuestHook implements ConnectHook {

    /** Starts, unless told not to. */
    public GuestHook() {
        if (Boolean.getBoolean("guest.fails")) {
            throw new IllegalStateException("guest fails");
        }
    }

    @Override
    public HookResult onConnect(SmtpConnection connection) throws Exception {
        if (System.getProperties().get("guest.in") instanceof CountDownLatch in
                && System.getProperties().get("guest.go") instanceof CountDownLatch go) {
            in.countDown();
            go.await();
        }
        return HookResult.OK;
    }

    /** Says that it was let go. */
    public void stop() {
        System.setProperty("guest.stopped", "true");
    }
}
