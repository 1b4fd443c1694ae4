package org.tarishi.itests.relay;

import org.osgi.service.component.annotations.Component;
import org.tarishi.api.SmtpConnection;
import org.tarishi.api.hook.ConnectHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.SmtpPlugin;

/** Lets every client relay. */
@SmtpPlugin("relay")
@Component
public final class Relay implements ConnectHook {

    @Override
    public HookResult onConnect(SmtpConnection connection) {
        connection.grantRelaying("the test wants it");
        return HookResult.CONTINUE;
    }
}
