package org.tarishi.core.hooks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.Body;
import org.tarishi.api.message.Headers;
import org.tarishi.api.message.Message;
import org.tarishi.api.message.MimeLimitException;
import org.tarishi.api.message.Part;
import org.tarishi.api.message.PartFilter;
import org.tarishi.core.spi.LiveMessage;

/** A message as one call sees it: forked at the first change. */
final class MessageView implements Message {

    private final Call call;
    private final LiveMessage live;
    private @Nullable LiveMessage fork;

    MessageView(Call call, LiveMessage live) {
        this.call = call;
        this.live = live;
    }

    private Message now() {
        var own = fork;
        return own != null && call.isOpen() ? own : live;
    }

    /** Returns the message to change apart. */
    LiveMessage fork() {
        call.checkOpen();
        var own = fork;
        if (own == null) {
            own = live.fork();
            fork = own;
            var made = own;
            call.edit(() -> live.adopt(made));
        }
        return own;
    }

    @Override
    public Headers headers() {
        return call.headers();
    }

    @Override
    public Body body() {
        return live.body();
    }

    @Override
    public long size() throws IOException {
        return now().size();
    }

    @Override
    public boolean hasUtf8Headers() {
        return now().hasUtf8Headers();
    }

    @Override
    public boolean isEightBit() {
        return now().isEightBit();
    }

    @Override
    public boolean isBinary() {
        return live.isBinary();
    }

    @Override
    public Part root() throws MimeLimitException, IOException {
        return now().root();
    }

    @Override
    public InputStream open() throws IOException {
        return now().open();
    }

    @Override
    public void writeTo(OutputStream out, Set<WriteOption> options) throws IOException {
        now().writeTo(out, options);
    }

    @Override
    public void banner(String text, String html) {
        fork().banner(text, html);
    }

    @Override
    public void filterPart(String type, PartFilter filter) {
        fork().filterPart(type, filter);
    }
}
