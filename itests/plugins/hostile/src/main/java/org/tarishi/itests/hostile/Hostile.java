package org.tarishi.itests.hostile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.tarishi.api.ReversePath;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.MailHook;
import org.tarishi.api.hook.SmtpPlugin;

/**
 * Does at MAIL what the sender's local part tells it to: {@code throws}, {@code null}, {@code linkage}, {@code memory}, {@code blocks},
 * {@code loops}, {@code exits} or {@code halts}. Other senders it leaves alone. What its bundle's {@code start.txt} says decides whether it starts at all.
 */
@SmtpPlugin("hostile")
@Component
public final class Hostile implements MailHook {

    private static volatile long spins;

    /** Starts, unless {@code start.txt} says {@code fails}. */
    @Activate
    public Hostile() throws IOException {
        try (var in = Hostile.class.getResourceAsStream("/start.txt")) {
            if (in == null) {
                throw new IOException("start.txt is not in the bundle");
            }
            if (new String(in.readAllBytes(), StandardCharsets.UTF_8).trim().equals("fails")) {
                throw new IllegalStateException("hostile at start");
            }
        }
    }

    @Override
    public HookResult onMail(Transaction tx, ReversePath sender) throws InterruptedException {
        // What it adds before it misbehaves must not be seen by anybody.
        tx.headers().append("X-Hostile", "was here");
        return switch (sender.mailbox().map(mailbox -> mailbox.localPart()).orElse("")) {
            case "throws" -> throw new IllegalStateException("hostile\r\n220 forged line");
            case "null" -> nothing();
            case "linkage" -> throw new NoClassDefFoundError("org/example/Absent");
            case "memory" -> throw new OutOfMemoryError("hostile");
            case "blocks" -> {
                new CountDownLatch(1).await();
                yield HookResult.CONTINUE;
            }
            case "loops" -> {
                while (spins >= 0) {
                    spins = (spins + 1) & 0xff;
                }
                yield HookResult.CONTINUE;
            }
            case "exits" -> {
                System.exit(99);
                yield HookResult.CONTINUE;
            }
            case "halts" -> {
                Runtime.getRuntime().halt(99);
                yield HookResult.CONTINUE;
            }
            default -> HookResult.CONTINUE;
        };
    }

    /** What no checker can see in a plugin that was built without one. */
    @SuppressWarnings("NullAway")
    private static HookResult nothing() {
        return Optional.<HookResult>empty().orElse(null);
    }
}
