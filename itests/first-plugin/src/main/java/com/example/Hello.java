package com.example;

import org.osgi.service.component.annotations.Component;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.message.Message;

@SmtpPlugin("hello")
@Component
public final class Hello implements DataPostHook {
    @Override
    public HookResult onDataPost(Transaction tx, Message message) {
        message.headers().append("X-Hello", "from " + tx.id());
        return HookResult.CONTINUE;
    }
}
