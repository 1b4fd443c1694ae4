package org.tarishi.itests.stamp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.ShadowSafe;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.message.Message;

/** Puts what its bundle's {@code stamp.txt} says on each message, at MAIL and again at data_post: they must be the same. */
@SmtpPlugin("stamp")
@ShadowSafe
@Component
public final class Stamp implements MailHook, DataPostHook {

    private final String text;

    /** Reads the text. */
    @Activate
    public Stamp() throws IOException {
        try (var in = Stamp.class.getResourceAsStream("/stamp.txt")) {
            if (in == null) {
                throw new IOException("stamp.txt is not in the bundle");
            }
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
        }
    }

    @Override
    public HookResult onMail(Transaction tx, ReversePath sender) {
        tx.headers().append("X-Stamp-Mail", text);
        return HookResult.CONTINUE;
    }

    @Override
    public HookResult onDataPost(Transaction tx, Message message) {
        message.headers().append("X-Stamp-Data", text);
        return HookResult.CONTINUE;
    }
}
