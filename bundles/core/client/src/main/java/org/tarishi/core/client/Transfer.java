package org.tarishi.core.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tarishi.api.Reply;
import org.tarishi.api.message.Message;
import org.tarishi.api.message.Message.WriteOption;
import org.tarishi.api.service.UnknownOutcomeException;

/** A message on its way over a connection, up to what is said behind its end. One thread. */
final class Transfer {

    private static final Set<WriteOption> WIRE_FORM = EnumSet.of(WriteOption.DOT_STUFFED, WriteOption.FINAL_DOT);

    private final Wire wire;
    private final Talk talk;
    private final Settings settings;
    private boolean isGivenUp;

    Transfer(Wire wire, Talk talk, Settings settings) {
        this.wire = wire;
        this.talk = talk;
        this.settings = settings;
    }

    /** Hangs up without a word: inside DATA a QUIT would be taken for the message. */
    void giveUp() {
        isGivenUp = true;
        wire.close();
    }

    /** Tells whether the connection was given up. */
    boolean isGivenUp() {
        return isGivenUp;
    }

    /**
     * Sends a message by DATA, which was accepted.
     *
     * @param converted the message as one of 7 bits, where the peer wants that
     * @param count how many replies there will be
     * @throws UnknownOutcomeException when the connection is lost behind its end
     */
    List<Reply> message(Message message, Optional<SevenBit> converted, int count) throws IOException {
        wire.begin(Wire.BLOCK_STEP, settings.blockTimeout());
        try {
            var out = wire.blocks(settings.blockTimeout());
            if (converted.isPresent()) {
                var dots = new DotStuffing(out);
                converted.get().writeTo(dots);
                dots.end();
            } else {
                message.writeTo(out, WIRE_FORM);
            }
            wire.begin(Wire.BLOCK_STEP, settings.blockTimeout());
            wire.flush();
        } catch (IOException e) {
            return Collections.nCopies(count, lastWords(e));
        }
        return answers("final dot", count);
    }

    /** Sends a message by BDAT (RFC 3030), as one chunk: its bytes as they are. */
    List<Reply> chunk(Message message, int count) throws IOException {
        wire.begin(Wire.BLOCK_STEP, settings.blockTimeout());
        long size = message.size();
        try {
            talk.put("BDAT " + size + " LAST");
            var out = new Counted(wire.blocks(settings.blockTimeout()));
            message.writeTo(out, Set.of());
            if (out.count() != size) {
                // The peer would take what comes next for the rest of the message, or the rest of it for commands.
                throw new IOException("the message has " + out.count() + " bytes and said " + size);
            }
            wire.begin(Wire.BLOCK_STEP, settings.blockTimeout());
            wire.flush();
        } catch (IOException e) {
            return Collections.nCopies(count, lastWords(e));
        }
        return answers("last chunk", count);
    }

    private List<Reply> answers(String end, int count) throws IOException {
        wire.unlimited();
        var answers = new ArrayList<Reply>(count);
        try {
            for (int i = 0; i < count; i++) {
                wire.begin("waiting for the reply to the " + end, settings.finalDotTimeout());
                answers.add(Session.notIntermediate(end, talk.reply(".")));
            }
        } catch (IOException e) {
            throw new UnknownOutcomeException(
                    e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
        }
        return answers;
    }

    /** Returns the refusal that the peer left when it hung up in the middle of the message: the size, as a rule. */
    private Reply lastWords(IOException failure) throws IOException {
        if (!wire.isBroken()) {
            // It was the message that could not be read.
            throw failure;
        }
        Reply reply;
        try {
            reply = talk.reply("data");
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw failure;
        }
        if (!reply.isTransient() && !reply.isPermanent()) {
            throw failure;
        }
        giveUp();
        return reply;
    }
}
