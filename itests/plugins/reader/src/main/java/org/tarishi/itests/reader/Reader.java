package org.tarishi.itests.reader;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.tarishi.api.Transaction;
import org.tarishi.api.hook.DataPostHook;
import org.tarishi.api.hook.HookResult;
import org.tarishi.api.hook.SmtpPlugin;
import org.tarishi.api.message.Message;
import org.tarishi.api.message.Part;

/** Reads header fields, addresses, and the text and octets of every part; has no opinion of them. */
@SmtpPlugin("reader")
@Component
public final class Reader implements DataPostHook {

    private static final List<String> ADDRESSES = List.of("From", "To", "Cc", "Reply-To");
    private static final int MOST_TEXT = 1 << 20;

    @Override
    public HookResult onDataPost(Transaction tx, Message message) throws IOException {
        long read = 0;
        for (var field : message.headers().fields()) {
            read += field.name().length() + field.value().length();
        }
        for (var name : ADDRESSES) {
            read += message.headers().addresses(name).size();
        }
        read += read(message.root());
        tx.results().put("read", read);
        return HookResult.CONTINUE;
    }

    private static long read(Part part) throws IOException {
        long read = part.type().length();
        read += part.fileName().map(String::length).orElse(0);
        for (var field : part.headers()) {
            read += field.value().length();
        }
        if (part.parts().isEmpty()) {
            if (part.type().startsWith("text/")) {
                read += part.text(MOST_TEXT).length();
            }
            try (var in = part.open()) {
                read += in.transferTo(OutputStream.nullOutputStream());
            }
        }
        for (var inner : part.parts()) {
            read += read(inner);
        }
        return read;
    }
}
